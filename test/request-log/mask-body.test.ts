import { describe, expect, it } from "vitest";
import { maskBody } from "../../src/request-log/mask-body.js";

const masked = (body: unknown): unknown => JSON.parse(maskBody(body) ?? "null");

describe("a body in the request log", () => {
  it("keeps its form and loses what must not be kept", () => {
    const body = {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: "wang.fang@example.com",
      password: "s3cret",
      active: "True",
      emails: [{ value: "wang.fang@example.com", type: "work", primary: "true" }],
      phoneNumbers: { value: 13_800_138_000, type: "mobile" },
      addresses: [{ formatted: "1 Some Street", type: "home" }],
      title: "call 13800138000",
      extendField: { attributes: { mobileNo: "", originalPass: "x", masterSalt: "y" } },
    };
    expect(masked(body)).toEqual({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: "[email]",
      password: "[redacted]",
      active: "True",
      emails: [{ value: "[redacted]", type: "work", primary: "true" }],
      phoneNumbers: { value: "[redacted]", type: "mobile" },
      addresses: [{ formatted: "[redacted]", type: "home" }],
      title: "call [mobile]",
      extendField: { attributes: { mobileNo: "", originalPass: "[redacted]", masterSalt: "[redacted]" } },
    });
  });

  it.each<[string, object, object]>([
    [
      "a password by path in capitals",
      { PATH: "Password", VALUE: "x" },
      { PATH: "Password", VALUE: "[redacted]" },
    ],
    [
      "a mobile number that is a number",
      { value: { title: 13_800_138_000 } },
      { value: { title: "[redacted]" } },
    ],
    ["a password by path", { path: "password", value: "s3cret" }, { path: "password", value: "[redacted]" }],
    [
      "a telephone number by path",
      { path: 'phoneNumbers[type eq "work"].value', value: "0571-88" },
      { path: 'phoneNumbers[type eq "work"].value', value: "[redacted]" },
    ],
    [
      "a telephone number in the path",
      { path: 'phoneNumbers[value eq "0571-88"]' },
      { path: 'phoneNumbers[value eq "[redacted]"]' },
    ],
    [
      "an e-mail under a key that is a path",
      { value: { 'emails[type eq "work"].value': "a b", "name.givenName": "Fang" } },
      { value: { 'emails[type eq "work"].value': "[redacted]", "name.givenName": "Fang" } },
    ],
    ["a title by path", { path: "title", value: "Chief" }, { path: "title", value: "Chief" }],
  ])("hides %s", (_name, operation, expected) => {
    expect(masked({ Operations: [operation] })).toEqual({ Operations: [expected] });
  });

  it("is cut: long texts, long lists, deep nesting, and all of it", () => {
    expect(masked({ title: "x".repeat(1_000) })).toEqual({ title: `${"x".repeat(200)}[cut]` });
    expect(masked({ members: Array(60).fill({ value: "u" }) })).toMatchObject({
      members: expect.arrayContaining(["[10 more]"]),
    });
    let deep: unknown = "x";
    for (let level = 0; level < 30; level += 1) deep = [deep];
    expect(JSON.stringify(masked({ deep }))).toContain("[cut]");
    const wide = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`k${index}`, Array(50).fill("y".repeat(200))]),
    );
    expect(maskBody(wide)?.length).toBeLessThan(30_000);
  });

  it("is absent where there was none, and whatever JSON it was", () => {
    expect(maskBody(undefined)).toBeUndefined();
    expect([masked(null), masked(5), masked("text"), masked([true])]).toEqual([null, 5, "text", [true]]);
  });

  it.each(["a".repeat(1_000_000), "@".repeat(1_000_000), `value eq "${"\\".repeat(100_000)}`])(
    "takes little time for hostile text %#",
    (text) => {
      const before = process.cpuUsage();
      maskBody({ path: `emails[${text}`, value: text, [text]: text });
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1_000).toBeLessThan(500);
    },
  );
});
