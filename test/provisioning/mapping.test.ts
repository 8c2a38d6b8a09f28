import { describe, expect, it } from "vitest";
import type { CompanyAccount } from "../../src/connectors/profiles.js";
import { mapPositions } from "../../src/provisioning/mapping/map-positions.js";
import { mapUser } from "../../src/provisioning/mapping/map-user.js";
import { defaultMapping, readMapping } from "../../src/provisioning/mapping/mapping.js";
import { mappingSchema } from "../../src/provisioning/mapping/mapping-rules.js";
import { profileChanges } from "../../src/provisioning/mapping/profile-changes.js";
import { adoptedField, NotAdoptable } from "../../src/provisioning/reconciliation/adopt-field.js";
import type { JsonObject, JsonValue } from "../../src/scim/schema/attribute.js";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const DICTIONARY = "urn:ietf:params:scim:schemas:extension:dictionary:2.0:User";
const ORGANIZATION = "urn:ietf:params:scim:schemas:extension:organization:2.0:User";

describe("a connection's mapping", () => {
  const person: JsonObject = {
    displayName: "李娜",
    userName: "Li.Na@example.com",
    title: "工程师",
    preferredLanguage: "en-GB",
    phoneNumbers: [
      { type: "mobile", value: "13800138000" },
      { type: "fax", value: "010-9" },
    ],
    emails: [
      { type: "work", value: "li.na@example.com" },
      { type: "home", value: "na@home.example" },
    ],
    [ENTERPRISE]: { department: "研发部", costCenter: "C-1" },
    [DICTIONARY]: { badge: 77, hidden: true, firstDay: "2026-01-02" },
  };
  const cases: [string, JsonObject, object][] = [
    ["leaves a field out", { fields: { title: false, mobile: false, email: false } }, { name: "李娜" }],
    [
      "takes another path",
      { fields: { title: { from: `${ENTERPRISE}:department` } } },
      { title: "研发部", mobile: "13800138000" },
    ],
    [
      "takes the first path that has a value",
      { fields: { title: { from: ["nickName", `${ENTERPRISE}:costCenter`, "title"] } } },
      { title: "C-1" },
    ],
    [
      "chooses among several values by brackets",
      { fields: { telephone: { from: 'phoneNumbers[type eq "fax"].value' } } },
      { telephone: "010-9" },
    ],
    [
      "picks none of several by chance, and falls back to the next path",
      { fields: { remark: { from: ["phoneNumbers.value", "userName"] } } },
      { remark: "Li.Na@example.com" },
    ],
    [
      "joins several on request",
      { fields: { remark: { from: "emails.value", transform: "join" } } },
      { remark: "li.na@example.com, na@home.example" },
    ],
    [
      "applies a named transform to the default path",
      { fields: { title: { from: "userName", transform: "lowerCase" }, name: { transform: "upperCase" } } },
      { title: "li.na@example.com", name: "李娜" },
    ],
    [
      "takes the part before the @",
      { fields: { remark: { from: "userName", transform: "beforeAt" } } },
      { remark: "Li.Na" },
    ],
    [
      "maps fields that have no default",
      {
        fields: {
          language: { from: "preferredLanguage" },
          hideMobile: { from: `${DICTIONARY}:hidden` },
          hiredDate: { from: `${DICTIONARY}:FIRSTDAY` },
          orgEmail: { from: 'emails[type eq "work"].value' },
        },
      },
      {
        language: "en_US",
        hideMobile: true,
        hiredDate: Date.UTC(2026, 0, 2),
        orgEmail: "li.na@example.com",
      },
    ],
    [
      "fills custom fields by their names at the vendor",
      {
        customFields: {
          工牌: `${DICTIONARY}:badge`,
          成本中心: { from: [`${ENTERPRISE}:costCenter`] },
          缺: "nickName",
        },
      },
      { customFields: { 工牌: "77", 成本中心: "C-1" } },
    ],
  ];
  it.each(cases)("%s", (_title, stored, expected) => {
    expect(mappingSchema.safeParse(stored).error).toBeUndefined();
    const profile = mapUser(person, readMapping(stored));
    expect(profile).toMatchObject(expected);
    if (Object.keys(expected).length === 1 && "name" in expected) expect(profile).toEqual(expected);
  });

  it("follows the default, field by field, where another version wrote something else", () => {
    const stored = { fields: { title: false, email: { from: "tele.pathy[" }, aura: {} }, colours: {} };
    const mapping = readMapping(stored as unknown as JsonObject);
    expect(mapUser(person, mapping)).toEqual({
      name: "李娜",
      mobile: "13800138000",
      email: "li.na@example.com",
    });
  });
});

describe("a value of the vendor stands where the mapping reads it from", () => {
  const MOBILES = {
    phoneNumbers: [
      { type: "home", value: "1" },
      { type: "mobile", value: "2", primary: true },
    ],
  };
  const fields = (field: string, rule: JsonObject): JsonObject => ({ fields: { [field]: rule } });
  it.each<[string, JsonObject, JsonObject, JsonValue, string, JsonValue]>([
    ["title", {}, { title: "工程师" }, "经理", "title", "经理"],
    ["title", {}, { title: "工程师" }, null, "title", null],
    ["title", fields("title", { from: "nickName" }), {}, "经理", "nickName", "经理"],
    ["name", {}, { userName: "li" }, "李二", "displayName", "李二"],
    ["name", {}, { userName: "li", name: { formatted: "李" } }, "李二", "name.formatted", "李二"],
    [
      "name",
      {},
      { userName: "li", name: { familyName: "李", givenName: "二" } },
      "李贰",
      "displayName",
      "李贰",
    ],
    [
      "mobile",
      {},
      MOBILES,
      "3",
      "phoneNumbers",
      [MOBILES.phoneNumbers[0] ?? null, { type: "mobile", value: "3", primary: true }],
    ],
    ["telephone", {}, {}, "8", "phoneNumbers", [{ type: "work", value: "8" }]],
    ["email", {}, { emails: [{ value: "a@b.cn" }] }, "c@b.cn", "emails", [{ value: "c@b.cn" }]],
    ["workPlace", {}, { addresses: [{ type: "work", locality: "杭州" }] }, null, "addresses", null],
    ["title", fields("title", { transform: "upperCase" }), { title: "cto" }, "CEO", "title", "CEO"],
    [
      "hideMobile",
      fields("hideMobile", { from: "userType" }),
      { userType: "true" },
      false,
      "userType",
      "false",
    ],
    [
      "hiredDate",
      {},
      { [DICTIONARY]: { HiredDate: "2026-01-02" } },
      1_767_571_200_000,
      `${DICTIONARY}:HiredDate`,
      "2026-01-05",
    ],
    ["hiredDate", {}, {}, 1_767_571_260_000, `${DICTIONARY}:hiredDate`, "2026-01-05T00:01:00.000Z"],
    [
      "language",
      fields("language", { from: "preferredLanguage" }),
      {},
      "en_US",
      "preferredLanguage",
      "en-US",
    ],
    [
      "customFields.工位",
      { customFields: { 工位: `${DICTIONARY}:desk` } },
      { [DICTIONARY]: { desk: 12 } },
      "14",
      `${DICTIONARY}:desk`,
      14,
    ],
  ])("%s, mapped by %j, of %j with %j: %s", (field, stored, attributes, found, path, after) => {
    expect(adoptedField(readMapping(stored), attributes, field, found)).toMatchObject({ path, after });
  });

  it.each<[string, JsonObject, JsonObject, JsonValue, string]>([
    [
      "title",
      fields("title", { from: "emails.value", transform: "beforeAt" }),
      {},
      "li",
      "transform beforeAt",
    ],
    ["title", fields("title", { from: "emails.value", transform: "join" }), {}, "li", "transform join"],
    ["title", fields("title", { transform: "upperCase" }), { title: "cto" }, "Ceo", "transform upperCase"],
    ["name", fields("name", { from: "userName", transform: "text" }), { userName: "li" }, "李", "userName"],
    ["mobile", {}, { phoneNumbers: [{ type: "mobile", value: "1" }, { value: "2" }] }, null, "paths"],
    ["remark", {}, {}, "x", "not mapped"],
  ])("%s, mapped by %j, of %j with %j: not", (field, stored, attributes, found, message) => {
    const adopt = () => adoptedField(readMapping(stored), attributes, field, found);
    expect(adopt).toThrow(NotAdoptable);
    expect(adopt).toThrow(message);
  });
});

describe("what belongs to single departments", () => {
  const placed = [
    { resourceId: "g1", remoteId: "101" },
    { resourceId: "g2", remoteId: "102" },
  ];
  const of = (organization: JsonObject, stored: JsonObject = {}) =>
    mapPositions({ [ORGANIZATION]: organization }, placed, readMapping(stored));
  const departments = [
    { value: "g1", title: " 顾问 ", order: 9_007_199_254_740_991 },
    { value: "g2", order: 2 },
    { value: "g9", title: "elsewhere", order: 1 },
  ];

  it.each<[string, JsonObject, JsonObject, object]>([
    ["nothing where nothing is said", {}, {}, { departmentRemoteIds: ["101", "102"] }],
    [
      "the main department first",
      { mainDepartment: "g2" },
      {},
      {
        departmentRemoteIds: ["102", "101"],
        positions: [
          { departmentRemoteId: "102", isMain: true },
          { departmentRemoteId: "101", isMain: false },
        ],
      },
    ],
    [
      "titles and orders, the first department as the main one",
      { departments },
      {},
      {
        departmentRemoteIds: ["101", "102"],
        positions: [
          { departmentRemoteId: "101", isMain: true, title: "顾问" },
          { departmentRemoteId: "102", isMain: false },
        ],
        departmentOrders: [
          { departmentRemoteId: "101", order: "9007199254740991" },
          { departmentRemoteId: "102", order: "2" },
        ],
      },
    ],
    [
      "nothing of what is switched off",
      { departments, mainDepartment: "g2" },
      { fields: { mainDepartment: false, departmentTitles: false, departmentOrders: false } },
      { departmentRemoteIds: ["101", "102"] },
    ],
    [
      "nothing for a main department the person is not in",
      { mainDepartment: "g9" },
      {},
      { departmentRemoteIds: ["101", "102"] },
    ],
  ])("is %s", (_title, organization, stored, expected) => {
    expect(of(organization, stored)).toEqual(expected);
  });
});

describe("the changes to send", () => {
  const base = { name: "A", departmentRemoteIds: ["1"] };
  const only =
    (...fields: string[]) =>
    (field: string) =>
      fields.includes(field);

  it("leave a field alone that the mapping does not fill, whatever was sent once [002-14]", () => {
    const held = { ...base, title: "T", remark: "R" };
    expect(profileChanges([held], base, only("remark"))).toEqual({ remark: null });
  });

  it("name custom fields one by one, and take away only those that are mapped", () => {
    const held = { ...base, customFields: { 工牌: "1", 车牌: "沪A", 餐卡: "9" } };
    const desired = { ...base, customFields: { 工牌: "2" } };
    const isMapped = only("customFields.工牌", "customFields.车牌");
    expect(profileChanges([held], desired, isMapped)).toEqual({ customFields: { 工牌: "2", 车牌: "" } });
    expect(profileChanges([desired], desired, isMapped)).toEqual({});
  });

  it.each<[string, object, object, boolean]>([
    ["another login name", { signIn: "vendor", loginId: "a" }, { signIn: "vendor", loginId: "b" }, true],
    ["a login name of sign-in elsewhere", { signIn: "sso" }, { signIn: "sso", loginId: "b" }, false],
    ["the same account", { loginId: "a", signIn: "vendor" }, { signIn: "vendor", loginId: "a" }, false],
  ])("tell an account by what can be changed of it: %s", (_title, before, account, changed) => {
    const held = { ...base, account: before } as unknown as JsonObject;
    const changes = profileChanges([held], { ...base, account: account as CompanyAccount });
    expect("account" in changes).toBe(changed);
  });

  it("compare titles and orders of departments by what they say, in any order", () => {
    const positions = [
      { departmentRemoteId: "1", isMain: true, title: "T" },
      { departmentRemoteId: "2", isMain: false },
    ];
    const held = { ...base, positions: [{ isMain: false, departmentRemoteId: "2" }, positions[0] ?? {}] };
    expect(profileChanges([held], { ...base, positions }, () => true)).toEqual({});
    const renamed = [{ departmentRemoteId: "1", isMain: true, title: "U" }];
    expect(profileChanges([held], { ...base, positions: renamed }, () => true)).toEqual({
      positions: renamed,
    });
  });

  it("map every field of a profile by default, apart from those without a default rule", () => {
    expect([...defaultMapping.fields.keys()]).toEqual([
      "name",
      "mobile",
      "email",
      "title",
      "jobNumber",
      "telephone",
      "workPlace",
      "hiredDate",
    ]);
  });
});
