import { describe, expect, it } from "vitest";
import { isPublicAddress, resolveCallable } from "../../src/platform/public-address.js";

describe("an address", () => {
  it.each(["8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "2400:3200::1", "2606:4700::1111"])(
    "%s is public",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
  it.each([
    ...["0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1"],
    ...["198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "ff02::1"],
    ...[
      "::ffff:127.0.0.1",
      "::ffff:8.8.8.8",
      "64:ff9b::7f00:1",
      "2001:db8::1",
      "2002:7f00:1::",
      "example.com",
      "",
    ],
  ])("%s is not public", (address) => expect(isPublicAddress(address)).toBe(false));

  it("that is not public is callable within an allowed range only", async () => {
    await expect(resolveCallable("127.0.0.1", [])).rejects.toThrow("not a public address");
    await expect(resolveCallable("127.0.0.1", ["10.0.0.0/8"])).rejects.toThrow("127.0.0.1");
    expect(await resolveCallable("127.0.0.1", ["127.0.0.0/8"])).toEqual([
      { address: "127.0.0.1", family: 4 },
    ]);
    expect(await resolveCallable("[::1]", ["::1"])).toEqual([{ address: "::1", family: 6 }]);
  });
});
