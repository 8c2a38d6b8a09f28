import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mobileForDingTalk, mobileFromDingTalk } from "../../../src/connectors/dingtalk/mobile.js";

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
    ["13800138000", "+86-13800138000"],
    ["+86 138-0013-8000", "+86-13800138000"],
    ["+852 9123 4567", "+852-91234567"],
  ])("of %s is %s for a company registered abroad", (given, expected) => {
    expect(mobileForDingTalk(given, "other")).toBe(expected);
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
