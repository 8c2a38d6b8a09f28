import { describe, expect, it } from "vitest";
import { maskPhoneNumber } from "../../../src/connectors/dingtalk/mobile.js";
import { maskPhoneNumbers, redact } from "../../../src/connectors/dingtalk/redaction.js";

describe("redaction", () => {
  it.each([
    ["13800138000", "138******00"],
    ["+852-91234567", "+852-******67"],
    ["12345", "*****"],
  ])("masks %s as %s", (given, masked) => {
    expect(maskPhoneNumber(given)).toBe(masked);
  });

  it("masks numbers in free text and leaves long ids readable", () => {
    const text = "mobile 13800138000 or +86-13800138001 of userid 16138001380009912345";
    const masked = maskPhoneNumbers(text);
    expect(masked).not.toMatch(/13800138000 |13800138001/);
    expect(masked).toContain("16138001380009912345");
  });

  it("hides secrets at any depth, cuts long lists and survives hostile keys", () => {
    const body: unknown = JSON.parse(
      '{"a":[{"access_token":"T0K","appSecret":"S3C","init_password":"P4S"}],"__proto__":{"mobile":"13800138000"}}',
    );
    const text = JSON.stringify(redact(body));
    expect(text).not.toMatch(/T0K|S3C|P4S|13800138000/);
    expect(({} as Record<string, unknown>)["mobile"]).toBeUndefined();
    expect(redact(Array.from({ length: 30 }, (_, n) => n))).toHaveLength(21);
    expect(String(redact("x".repeat(10_000))).length).toBeLessThan(600);
  });
});
