import { BlockList, isIP, isIPv4 } from "node:net";

/** Whether a text is an address or a CIDR range, v4 or v6. An IPv4 range has to be written as one. */
export function isAddressRange(text: string): boolean {
  const [, address = "", prefix] = /^([^/%]{2,45})(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0 || /^::ffff:/i.test(address)) return false;
  return prefix === undefined || Number(prefix) <= (version === 4 ? 32 : 128);
}

/** Whether `address` lies in one of the ranges; everything does where there are none. An unknown one lies nowhere. */
export function mayCallFrom(ranges: readonly string[], address: string | undefined): boolean {
  if (ranges.length === 0) return true;
  if (address === undefined || isIP(address) === 0) return false;
  return compiled(ranges).check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

/** By the array itself: a grant is cached with its list, so each list is compiled once for many requests. */
const lists = new WeakMap<readonly string[], BlockList>();

function compiled(ranges: readonly string[]): BlockList {
  const known = lists.get(ranges);
  if (known) return known;
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", prefix] = range.split("/");
    const version = isIPv4(address) ? "ipv4" : "ipv6";
    if (prefix === undefined) list.addAddress(address, version);
    else list.addSubnet(address, Number(prefix), version);
  }
  lists.set(ranges, list);
  return list;
}
