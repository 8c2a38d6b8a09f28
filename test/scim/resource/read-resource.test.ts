import { describe, expect, it } from "vitest";
import { createDialect } from "../../../src/scim/dialect/dialect.js";
import { PROFILES, type Quirk } from "../../../src/scim/dialect/quirks.js";
import { ScimError } from "../../../src/scim/errors.js";
import { readResource } from "../../../src/scim/resource/read-resource.js";
import type { JsonObject, JsonValue } from "../../../src/scim/schema/attribute.js";
import {
  DICTIONARY_USER_URN,
  ENTERPRISE_USER_URN,
  GROUP_URN,
  PROVISIONING_USER_URN,
  USER_URN,
} from "../../../src/scim/schema/urns.js";
import { expectRefusal } from "../expect-scim-error.js";
import { groupType, userType } from "../sample-types.js";

const user = (attributes: JsonObject): JsonObject => ({ schemas: [USER_URN], userName: "u", ...attributes });
const nested = (depth: number): JsonValue => {
  let value: JsonValue = "x";
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
};

describe("readResource", () => {
  it("writes names and URNs as the schema does and leaves schemas out", () => {
    const body = {
      SCHEMAS: [USER_URN.toUpperCase(), ENTERPRISE_USER_URN],
      USERNAME: "Ann",
      Name: { FAMILYNAME: "Archer" },
      EMAILS: [{ VALUE: "a@x.example", TYPE: "work" }],
      [ENTERPRISE_USER_URN.toUpperCase()]: { DEPARTMENT: "Sales" },
    };
    expect(readResource(body, userType, createDialect("auto"))).toEqual({
      userName: "Ann",
      name: { familyName: "Archer" },
      emails: [{ value: "a@x.example", type: "work" }],
      [ENTERPRISE_USER_URN]: { department: "Sales" },
    });
  });

  it.each<[string, JsonObject, JsonObject]>([
    ["read-only attributes", { id: "x", meta: { a: 1 }, groups: [{ value: "g" }] }, {}],
    ["the provisioning extension", { [PROVISIONING_USER_URN]: { connections: [{ state: "synced" }] } }, {}],
    ["a read-only dictionary field", { [DICTIONARY_USER_URN]: { legacyKey: "k" } }, {}],
    ["null", { title: null, name: null, emails: null, [ENTERPRISE_USER_URN]: null }, {}],
    ["empty text", { title: "", active: "", name: { givenName: "" } }, {}],
    ["empty lists and objects", { roles: [], emails: [{}], name: {}, [ENTERPRISE_USER_URN]: {} }, {}],
    ["an empty manager", { [ENTERPRISE_USER_URN]: { manager: { value: "", displayName: "B" } } }, {}],
    [
      "derived parts",
      { [ENTERPRISE_USER_URN]: { manager: { value: "m", $ref: "../m", displayName: "B" } } },
      { [ENTERPRISE_USER_URN]: { manager: { value: "m" } } },
    ],
    [
      "repeated elements",
      { roles: [{ value: "a" }, { value: "b" }, { value: "a", type: "" }] },
      { roles: [{ value: "a" }, { value: "b" }] },
    ],
  ])("leaves out %s", (_name, given, expected) => {
    expect(readResource(user(given), userType, createDialect("auto"))).toEqual({
      userName: "u",
      ...expected,
    });
  });

  it.each<[string, JsonObject, JsonObject]>([
    [
      "booleans written as text",
      { active: "False", emails: [{ value: "a", primary: "TRUE" }] },
      { active: false, emails: [{ value: "a", primary: true }] },
    ],
    [
      "a manager written as text",
      { [ENTERPRISE_USER_URN]: { manager: "m1" } },
      { [ENTERPRISE_USER_URN]: { manager: { value: "m1" } } },
    ],
    ["values of a list written as text", { emails: ["a@x.example"] }, { emails: [{ value: "a@x.example" }] }],
    ["unknown URNs in schemas", { schemas: [USER_URN, "urn:whatever:2.0:User"] }, {}],
    [
      "any case of an enforced word",
      { [DICTIONARY_USER_URN]: { shift: "nIGHT" } },
      { [DICTIONARY_USER_URN]: { shift: "Night" } },
    ],
    [
      "a dateTime without a zone, as UTC",
      { [DICTIONARY_USER_URN]: { hiredAt: "2024-02-29T08:00:00.123" } },
      { [DICTIONARY_USER_URN]: { hiredAt: "2024-02-29T08:00:00.123Z" } },
    ],
    [
      "numbers",
      { [DICTIONARY_USER_URN]: { level: -3, quota: 0.25 } },
      { [DICTIONARY_USER_URN]: { level: -3, quota: 0.25 } },
    ],
    [
      "one primary value",
      {
        emails: [
          { value: "a", primary: true },
          { value: "b", primary: false },
        ],
      },
      {
        emails: [
          { value: "a", primary: true },
          { value: "b", primary: false },
        ],
      },
    ],
  ])("accepts %s", (_name, given, expected) => {
    expect(readResource(user(given), userType, createDialect("auto"))).toEqual({
      userName: "u",
      ...expected,
    });
  });

  it("reads members as Entra, Okta and keycloak-scim send them, each once", () => {
    const body = {
      schemas: [GROUP_URN, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
      displayName: "G",
      members: [
        { $ref: null, value: "u1" },
        { value: "u2", display: "Two", type: "User" },
        { value: "u1", $ref: "Users/u1" },
        "g1",
      ],
    };
    expect(readResource(body, groupType, createDialect("auto"))).toEqual({
      displayName: "G",
      members: [{ value: "u1" }, { value: "u2", type: "User" }, { value: "g1" }],
    });
  });

  it.each<[string, unknown]>([
    ["no object", "text"],
    ["null", null],
    ["an array", [user({})]],
    ["schemas as an object", { schemas: { 0: USER_URN }, userName: "u" }],
    ["schemas with a number", { schemas: [USER_URN, 1] }],
    ["another core schema", { schemas: [GROUP_URN], userName: "u" }],
    ["an attribute in two spellings", user({ title: "a", TITLE: "b" })],
    ["a sub-attribute in two spellings", user({ name: { givenName: "a", givenname: "b" } })],
    ["__proto__", JSON.parse(`{"schemas":["${USER_URN}"],"userName":"u","__proto__":{"admin":true}}`)],
    [
      "a deep __proto__",
      JSON.parse(`{"schemas":["${USER_URN}"],"meta":{"x":[{"__proto__":{"admin":true}}]}}`),
    ],
    ["constructor", user({ constructor: { prototype: { admin: true } } })],
    ["prototype", user({ name: { prototype: "x" } })],
    ["10,000 nested arrays", user({ emails: nested(10_000) })],
    ["nesting in a read-only attribute", user({ meta: nested(100) })],
  ])("refuses %s as invalidSyntax", (_name, body) => {
    expectRefusal(() => readResource(body, userType, createDialect("auto")), "invalidSyntax");
    expect(Object.hasOwn(Object.prototype, "admin")).toBe(false);
  });

  it.each<[string, JsonObject, string]>([
    ["a number for text", { title: 5 }, '"title"'],
    ["an object for text", { title: { value: "x" } }, '"title"'],
    ["a list of two for text", { title: ["x", "y"] }, '"title"'],
    ["text that is not quite a number", { [DICTIONARY_USER_URN]: { level: "1e3" } }, "level"],
    [
      "more digits than a number holds",
      { [DICTIONARY_USER_URN]: { level: "12345678901234567890" } },
      "level",
    ],
    ["a number beyond all bounds", { [DICTIONARY_USER_URN]: { quota: Infinity } }, "quota"],
    ["base64 with a digit too few", { x509Certificates: [{ value: "abcde" }] }, "x509Certificates"],
    ["base64 of two alphabets", { x509Certificates: [{ value: "ab+_" }] }, "x509Certificates"],
    ["text for a complex attribute", { name: "Ann" }, '"name"'],
    ["text for a boolean", { active: "yes" }, '"active"'],
    ["a number for a boolean", { active: 1 }, '"active"'],
    ["a number in a list", { emails: [{ value: "a" }, { value: 1 }] }, '"emails[1].value"'],
    ["a list in a list", { emails: [[]].map(() => [["a"]]) }, '"emails[0]"'],
    [
      "two primary values",
      {
        emails: [
          { value: "a", primary: true },
          { value: "b", primary: "true" },
        ],
      },
      '"emails"',
    ],
    [
      "1,001 values",
      { roles: Array.from({ length: 1_001 }, (_, index) => ({ value: `r${index}` })) },
      '"roles"',
    ],
    ["a NUL character", { title: "a\0b" }, '"title"'],
    ["half a surrogate pair", { title: "a\ud800" }, '"title"'],
    ["no base64", { x509Certificates: [{ value: "***" }] }, '"x509Certificates[0].value"'],
    ["text for an extension", { [ENTERPRISE_USER_URN]: "x" }, `"${ENTERPRISE_USER_URN}"`],
    [
      "a fraction for an integer",
      { [DICTIONARY_USER_URN]: { level: 1.5 } },
      `"${DICTIONARY_USER_URN}:level"`,
    ],
    [
      "a date without a time",
      { [DICTIONARY_USER_URN]: { hiredAt: "2024-01-01" } },
      `"${DICTIONARY_USER_URN}:hiredAt"`,
    ],
    ["the 30th of February", { [DICTIONARY_USER_URN]: { hiredAt: "2024-02-30T00:00:00Z" } }, "hiredAt"],
    ["the 25th hour", { [DICTIONARY_USER_URN]: { hiredAt: "2024-02-03T25:00:00Z" } }, "hiredAt"],
  ])("refuses %s as invalidValue, naming the place", (_name, given, place) => {
    expect(
      expectRefusal(() => readResource(user(given), userType, createDialect("auto")), "invalidValue").detail,
    ).toContain(place);
  });

  it.each<[string, Quirk, JsonObject, JsonObject]>([
    ["no schemas", "missing-schemas", { userName: "u" }, { userName: "u" }],
    ["empty schemas", "missing-schemas", { schemas: [], userName: "u" }, { userName: "u" }],
    ["schemas as text", "missing-schemas", { schemas: USER_URN, userName: "u" }, { userName: "u" }],
    [
      "the URN of SCIM 1.1",
      "legacy-schema-urn",
      { schemas: ["urn:scim:schemas:core:1.0"], userName: "u" },
      { userName: "u" },
    ],
    [
      "an unknown URN in schemas",
      "unknown-schema-urn",
      { schemas: [USER_URN, "urn:whatever:2.0:User"], userName: "u" },
      { userName: "u" },
    ],
    [
      "an extension that schemas does not name",
      "unlisted-extension",
      user({ [ENTERPRISE_USER_URN]: { department: "D" } }),
      { userName: "u", [ENTERPRISE_USER_URN]: { department: "D" } },
    ],
    ["an unknown attribute", "unknown-attribute-ignored", user({ nickname2: "x" }), { userName: "u" }],
    ["an unknown part", "unknown-attribute-ignored", user({ name: { nothing: "x" } }), { userName: "u" }],
    [
      "an unknown attribute of an extension",
      "unknown-attribute-ignored",
      user({ [ENTERPRISE_USER_URN]: { nothing: 1 } }),
      { userName: "u" },
    ],
    [
      "an unknown extension",
      "unknown-attribute-ignored",
      user({ "urn:whatever:2.0:User": { a: 1 } }),
      { userName: "u" },
    ],
    ["a list of one", "list-for-single", user({ title: ["x"] }), { userName: "u", title: "x" }],
    [
      "one object for a list",
      "single-for-list",
      user({ emails: { value: "a" } }),
      { userName: "u", emails: [{ value: "a" }] },
    ],
    ["a boolean as text", "text-boolean", user({ active: "True" }), { userName: "u", active: true }],
    ["an empty boolean", "empty-text-unassigned", user({ active: "" }), { userName: "u" }],
    [
      "an e-mail as text",
      "text-for-object",
      user({ emails: ["a"] }),
      { userName: "u", emails: [{ value: "a" }] },
    ],
    [
      "a picture whose address is no URI",
      "reference-not-uri",
      user({ photos: [{ value: "https://x.example/照片 1.png" }] }),
      { userName: "u", photos: [{ value: "https://x.example/照片 1.png" }] },
    ],
    [
      "a number as text",
      "text-number",
      { schemas: [USER_URN, DICTIONARY_USER_URN], userName: "u", [DICTIONARY_USER_URN]: { level: "1" } },
      { userName: "u", [DICTIONARY_USER_URN]: { level: 1 } },
    ],
  ])("takes %s where the profile allows %s, and refuses it by the RFC", (_name, quirk, body, expected) => {
    const dialect = createDialect("interop");
    expect(readResource(body, userType, dialect)).toEqual(expected);
    expect([...dialect.applied]).toEqual([quirk]);
    expect(() => readResource(body, userType, createDialect("rfc"))).toThrow(ScimError);
  });

  it("reads what the RFC describes alike by every profile", () => {
    const body = {
      Schemas: [USER_URN, ENTERPRISE_USER_URN],
      username: "u",
      id: "x",
      meta: { version: "1" },
      groups: [{ value: "g" }],
      title: null,
      nickName: "",
      emails: [],
      profileUrl: "../people/u?a=%20b#c",
      phoneNumbers: [{ value: "+86 138 0000 0000", type: "mobile", primary: true }, { value: "1" }],
      x509Certificates: [{ value: "YWJj" }, { value: "_-8" }],
      [ENTERPRISE_USER_URN]: { manager: { value: "m", $ref: null, displayName: null } },
    };
    for (const profile of PROFILES) {
      const dialect = createDialect(profile);
      expect(readResource(body, userType, dialect)).toEqual({
        userName: "u",
        profileUrl: "../people/u?a=%20b#c",
        phoneNumbers: [{ value: "+86 138 0000 0000", type: "mobile", primary: true }, { value: "1" }],
        x509Certificates: [{ value: "YWJj" }, { value: "_-8" }],
        [ENTERPRISE_USER_URN]: { manager: { value: "m" } },
      });
      expect([...dialect.applied]).toEqual([]);
    }
  });

  it("knows Entra ID by the URN it names in schemas", () => {
    const dialect = createDialect("auto");
    const urn = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
    readResource({ schemas: [GROUP_URN, urn], displayName: "G" }, groupType, dialect);
    expect([...dialect.marks]).toEqual(["entra-schema-urn"]);
  });

  it("refuses a member without a value", () => {
    const body = { schemas: [GROUP_URN], displayName: "G", members: [{ display: "Nobody" }] };
    expect(
      expectRefusal(() => readResource(body, groupType, createDialect("auto")), "invalidValue").detail,
    ).toContain("members[0].value");
  });
});
