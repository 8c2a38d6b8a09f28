import { describe, expect, it } from "vitest";
import { isAddressRange, mayCallFrom } from "../../src/platform/address-list.js";

describe("isAddressRange", () => {
  it.each(["10.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::", "2001:db8::/32", "::1/128", "::/0"])(
    "takes %s",
    (text) => expect(isAddressRange(text)).toBe(true),
  );

  it.each([
    "",
    "/8",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0/8",
    "010.0.0.1",
    "2001:db8::/129",
    "2001:db8::/0032",
    "fe80::1%eth0",
    "::ffff:10.0.0.1",
    "gateway.example",
    "10.0.0.1 ",
    "10.0.0.0/8/8",
  ])("refuses %o", (text) => expect(isAddressRange(text)).toBe(false));
});

describe("mayCallFrom", () => {
  it.each([
    { ranges: [], address: "203.0.113.9", may: true },
    { ranges: [], address: undefined, may: true },
    { ranges: ["10.0.0.1"], address: "10.0.0.1", may: true },
    { ranges: ["10.0.0.1"], address: "10.0.0.2", may: false },
    { ranges: ["10.1.0.0/16"], address: "10.1.255.255", may: true },
    { ranges: ["10.1.0.0/16"], address: "10.2.0.0", may: false },
    { ranges: ["10.1.0.0/16", "192.0.2.7"], address: "192.0.2.7", may: true },
    { ranges: ["0.0.0.0/0"], address: "198.51.100.1", may: true },
    { ranges: ["0.0.0.0/0"], address: "2001:db8::1", may: false },
    { ranges: ["2001:db8::/32"], address: "2001:db8:ffff::1", may: true },
    { ranges: ["2001:db8::/32"], address: "2001:db9::1", may: false },
    { ranges: ["2001:db8::/32"], address: "10.0.0.1", may: false },
    { ranges: ["10.0.0.1"], address: undefined, may: false },
    { ranges: ["10.0.0.1"], address: "unknown", may: false },
  ])("from $address with $ranges: $may", ({ ranges, address, may }) => {
    expect(mayCallFrom(ranges, address)).toBe(may);
    // The second time the compiled list is used.
    expect(mayCallFrom(ranges, address)).toBe(may);
  });
});
