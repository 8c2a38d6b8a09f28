import { describe, expect, it } from "vitest";
import { mapDepartmentName } from "../../src/provisioning/mapping/map-department.js";
import { mapUser } from "../../src/provisioning/mapping/map-user.js";
import { profileChanges } from "../../src/provisioning/mapping/profile-changes.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const DICTIONARY = "urn:ietf:params:scim:schemas:extension:dictionary:2.0:User";

describe("the default mapping of a user", () => {
  const cases: [string, JsonObject, object][] = [
    ["takes displayName as the name", { displayName: "王小明", userName: "x" }, { name: "王小明" }],
    ["falls back to name.formatted", { name: { formatted: "王 小明" } }, { name: "王 小明" }],
    [
      "joins a Chinese name without a space",
      { name: { familyName: "王", givenName: "小明" } },
      { name: "王小明" },
    ],
    [
      "joins a western name given name first",
      { name: { familyName: "Li", givenName: "Ann" } },
      { name: "Ann Li" },
    ],
    ["uses the userName as the last resort", { userName: "ann" }, { name: "ann" }],
    [
      "takes the phone number of type mobile, whatever its case",
      {
        displayName: "A",
        phoneNumbers: [
          { type: "work", value: "010-1" },
          { type: "Mobile", value: "199" },
        ],
      },
      { name: "A", mobile: "199", telephone: "010-1" },
    ],
    [
      "takes the primary number where none is of type mobile",
      { displayName: "A", phoneNumbers: [{ value: "1" }, { value: "2", primary: true }] },
      { name: "A", mobile: "2" },
    ],
    [
      "takes the only number, and then not as the extension as well",
      { displayName: "A", phoneNumbers: [{ type: "work", value: "199" }] },
      { name: "A", mobile: "199" },
    ],
    [
      "invents no number out of several",
      { displayName: "A", phoneNumbers: [{ value: "1" }, { value: "2" }] },
      { name: "A" },
    ],
    [
      "prefers the work e-mail to the primary one",
      {
        displayName: "A",
        emails: [
          { value: "p@x", primary: true },
          { type: "work", value: "w@x" },
        ],
      },
      { name: "A", email: "w@x" },
    ],
    [
      "maps title, job number, work place and first day",
      {
        displayName: "A",
        title: " 工程师 ",
        addresses: [{ type: "work", locality: "杭州" }],
        [ENTERPRISE]: { employeeNumber: "E1" },
        [DICTIONARY]: { hiredDate: "2026-01-02T00:00:00Z" },
      },
      { name: "A", title: "工程师", jobNumber: "E1", workPlace: "杭州", hiredDate: Date.UTC(2026, 0, 2) },
    ],
    [
      "treats blanks as absent",
      { displayName: "A", title: "  ", phoneNumbers: [{ type: "mobile", value: "" }] },
      { name: "A" },
    ],
  ];
  it.each(cases)("%s", (_title, attributes, profile) => {
    expect(mapUser(attributes)).toEqual(profile);
  });
});

describe("the name of a department at the vendor", () => {
  const rule = { forbidden: ["-", ",", "，"], maxLength: 8 };
  it.each([
    ["研发部", "研发部", false],
    [" 研发部 ", "研发部", false],
    ["R&D-APAC", "R&D_APAC", true],
    ["一,二，三", "一_二_三", true],
    ["123456789", "12345678", true],
    ["1234567𠮷", "1234567", true],
  ])("%s becomes %s", (given, name, noted) => {
    const mapped = mapDepartmentName(given, rule);
    expect(mapped.name).toBe(name);
    expect(mapped.note !== undefined).toBe(noted);
  });
});

describe("the changes to send", () => {
  const sent = { name: "A", mobile: "+86 199-0000-0001", title: "T", departmentRemoteIds: ["1", "2"] };
  it.each([
    ["nothing when all is the same", { ...sent }, {}],
    ["nothing for the same number in another spelling", { ...sent, mobile: "19900000001" }, {}],
    ["nothing for departments in another order", { ...sent, departmentRemoteIds: ["2", "1"] }, {}],
    ["only the field that differs", { ...sent, title: "U" }, { title: "U" }],
    [
      "null for a field that is gone",
      { name: "A", mobile: sent.mobile, departmentRemoteIds: ["1", "2"] },
      { title: null },
    ],
    [
      "the whole list when a department differs",
      { ...sent, departmentRemoteIds: ["1"] },
      { departmentRemoteIds: ["1"] },
    ],
  ])("are %s", (_title, desired, changes) => {
    expect(profileChanges([sent], desired)).toEqual(changes);
  });
});
