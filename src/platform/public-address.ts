import { lookup as resolve } from "node:dns/promises";
import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";
import { mayCallFrom } from "./address-list.js";

/** A host that is not to be called, because its address is not one of the public internet. */
export class PrivateAddressError extends Error {
  override readonly name = "PrivateAddressError";
  readonly code = "PRIVATE_ADDRESS";
}

/**
 * What is not reachable for everybody, by the special-purpose address registries of IANA (RFC 6890): behind such an
 * address are this machine, its neighbours, or the cloud's metadata service.
 */
const SPECIAL: readonly string[] = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  ...["224.0.0.0/4", "240.0.0.0/4"],
];
// 2000::/3 is all that is handed out (RFC 4291); the rest of it that leads elsewhere: Teredo, documentation, 6to4.
const PUBLIC_V6 = "2000::/3";
const SPECIAL_V6: readonly string[] = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

const special = new BlockList();
for (const range of [...SPECIAL, ...SPECIAL_V6]) {
  const [address = "", prefix] = range.split("/");
  special.addSubnet(address, Number(prefix), isIPv4(address) ? "ipv4" : "ipv6");
}
const handedOut = new BlockList();
handedOut.addSubnet("2000::", Number(PUBLIC_V6.split("/")[1]), "ipv6");

/** Whether an address belongs to the public internet. What is no address does not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, "ipv4");
  return isIPv6(address) && handedOut.check(address, "ipv6") && !special.check(address, "ipv6");
}

/**
 * Finds the addresses of a host that may be called: all of them public, or in one of the `allowed` ranges. The caller
 * connects to one of these and not to the name again, so that a name cannot answer differently the second time.
 * @throws PrivateAddressError where one of them is neither; whatever DNS throws where the name has none
 */
export async function resolveCallable(
  host: string,
  allowed: readonly string[],
): Promise<{ address: string; family: number }[]> {
  const bare = host.replace(/^\[|\]$/g, "");
  const version = isIP(bare);
  const found = version > 0 ? [{ address: bare, family: version }] : await resolve(bare, { all: true });
  const refused = found.find(
    ({ address }) => !isPublicAddress(address) && !(allowed.length > 0 && mayCallFrom(allowed, address)),
  );
  if (refused === undefined) return found;
  throw new PrivateAddressError(`${host} leads to ${refused.address}, which is not a public address`);
}
