import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  maskPhoneNumber,
  mobileForDingTalk,
  mobileFromDingTalk,
} from "../../../src/connectors/dingtalk/mobile.js";
import { maskPhoneNumbers, redact } from "../../../src/connectors/dingtalk/redaction.js";
import { parseVendorJson } from "../../../src/connectors/dingtalk/vendor-json.js";

describe("the mobile number for DingTalk", () => {
  it.each([
    ["13800138000", "13800138000"],
    ["138 0013 8000", "13800138000"],
    ["138-0013-8000", "13800138000"],
    ["+86 138-0013-8000", "13800138000"],
    ["+8613800138000", "13800138000"],
    ["0086 13800138000", "13800138000"],
    ["8613800138000", "13800138000"],
    ["tel:+86-138-0013-8000", "13800138000"],
    ["１３８００１３８０００", "13800138000"],
    ["+852 9123 4567", "+852-91234567"],
    ["+85291234567", "+852-91234567"],
    ["+1 (415) 555-0123", "+1-4155550123"],
    ["+7 912 345-67-89", "+7-9123456789"],
    ["+44 7911 123456", "+44-7911123456"],
    ["+65 8123 4567", "+65-81234567"],
    ["+971 50 123 4567", "+971-501234567"],
  ])("of %s is %s", (given, expected) => {
    expect(mobileForDingTalk(given)).toBe(expected);
  });

  it.each([
    "",
    "abc",
    "12345",
    "91234567",
    "12800138000",
    "+86 12345",
    "+",
    "+0 123456",
    "138001380001",
    "1380013800a",
  ])("does not exist for %j", (given) => {
    expect(mobileForDingTalk(given)).toBeUndefined();
  });

  it("is a fixed point: mapping it again changes nothing", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+?[1-9]\d{6,14}$/), (text) => {
        const once = mobileForDingTalk(text);
        if (once !== undefined) expect(mobileForDingTalk(once)).toBe(once);
      }),
    );
  });

  it.each([
    ["13800138000", "86", "13800138000"],
    ["13800138000", undefined, "13800138000"],
    ["91234567", "852", "+852-91234567"],
    ["+852-91234567", "852", "+852-91234567"],
  ])("read back as %s with country %s is %s", (mobile, stateCode, expected) => {
    expect(mobileFromDingTalk(mobile, stateCode)).toBe(expected);
  });
});

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

describe("vendor JSON", () => {
  it("keeps integers beyond 2^53 as their digits, everywhere and only there", () => {
    const text =
      '{"order":179999999999999999,"list":[-1234567890123456789],"n":42,"f":0.1234567890123456,"e":1e30,"s":"id 179999999999999999 \\" 1"}';
    expect(parseVendorJson(text)).toEqual({
      order: "179999999999999999",
      list: ["-1234567890123456789"],
      n: 42,
      f: 0.1234567890123456,
      e: 1e30,
      s: 'id 179999999999999999 " 1',
    });
  });

  it("equals JSON.parse on whatever has no such integer", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!/\d{16}/.test(text));
        expect(parseVendorJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("reads strings full of digits and escapes without harm", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^["\\0-9]{0,40}$/)), (strings) => {
        expect(parseVendorJson(JSON.stringify({ strings, digits: "1234567890123456" }))).toEqual({
          strings,
          digits: "1234567890123456",
        });
      }),
    );
  });

  it("throws on what is not JSON", () => {
    expect(() => parseVendorJson("<html>")).toThrow(SyntaxError);
  });
});
