import { describe, expect, it } from "vitest";
import { MAX_DEPARTMENTS, USER_LIMITS } from "../../src/connectors/dingtalk/limits.js";
import type { UserProfile } from "../../src/connectors/profiles.js";
import { checkUserLimits } from "../../src/provisioning/decide/check-limits.js";

const limits = { userLimits: USER_LIMITS, maxDepartments: MAX_DEPARTMENTS };
const base: UserProfile = { name: "李娜", departmentRemoteIds: ["1"] };
const ids = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1));
const check = (profile: Partial<UserProfile>, isLinked = false) =>
  checkUserLimits({ ...base, ...profile }, limits, isLinked);

describe("a person whom DingTalk would refuse is told before any call", () => {
  it.each<[string, Partial<UserProfile>, string, string]>([
    ["a long name", { name: "名".repeat(81) }, "name-too-long", "name"],
    ["a long title", { title: "职".repeat(201) }, "title-too-long", "title"],
    ["a long job number", { jobNumber: "1".repeat(51) }, "job-number-too-long", "jobNumber"],
    ["a long extension number", { telephone: "1".repeat(51) }, "telephone-too-long", "telephone"],
    ["a long work place", { workPlace: "地".repeat(101) }, "work-place-too-long", "workPlace"],
    ["a date before 1970", { hiredDate: -1 }, "hired-date-malformed", "hiredDate"],
    ["a long remark", { remark: "注".repeat(2_001) }, "remark-too-long", "remark"],
    ["a long address", { email: `${"a".repeat(50)}@x.cn` }, "email-too-long", "email"],
    ["an address without @", { email: "li.na" }, "email-malformed", "email"],
    ["a mailbox address with a blank", { orgEmail: "a b@x.cn" }, "org-email-malformed", "orgEmail"],
    [
      "long custom fields",
      { customFields: { a: "x".repeat(2_000) } },
      "custom-fields-too-long",
      "customFields",
    ],
    [
      "a long title in one department",
      { positions: [{ departmentRemoteId: "1", isMain: true, title: "职".repeat(201) }] },
      "positions-title-too-long",
      "positions.title",
    ],
    [
      "a long login name",
      { account: { signIn: "vendor", loginId: "a".repeat(65) } },
      "account-login-id-too-long",
      "account.loginId",
    ],
    [
      "too many departments",
      { departmentRemoteIds: ids(101) },
      "too-many-departments",
      "departmentRemoteIds",
    ],
  ])("%s", (_case, profile, code, field) => {
    expect(check(profile)).toMatchObject({ code, field, remedy: expect.any(String) });
  });

  it("and no value is refused at its limit", () => {
    const profile = {
      name: "名".repeat(80),
      title: "职".repeat(200),
      remark: "注".repeat(2_000),
      departmentRemoteIds: ids(100),
    };
    expect(check(profile)).toBeUndefined();
    expect(check({ departmentRemoteIds: ids(300) }, true)).toBeUndefined();
  });

  it("without showing the value", () => {
    expect(JSON.stringify(check({ email: "secret name" }))).not.toContain("secret name");
  });
});
