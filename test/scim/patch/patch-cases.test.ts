import { describe, expect, it } from "vitest";
import { createDialect, type Dialect } from "../../../src/scim/dialect/dialect.js";
import type { Quirk } from "../../../src/scim/dialect/quirks.js";
import { ScimError } from "../../../src/scim/errors.js";
import { PATCH_OP_SCHEMA } from "../../../src/scim/messages.js";
import { applyPatch } from "../../../src/scim/patch/apply-patch.js";
import { parsePatch } from "../../../src/scim/patch/parse-patch.js";
import type { JsonObject, JsonValue } from "../../../src/scim/schema/attribute.js";
import {
  DICTIONARY_USER_URN,
  ENTERPRISE_USER_URN,
  PROVISIONING_USER_URN,
} from "../../../src/scim/schema/urns.js";
import { expectRefusal } from "../expect-scim-error.js";
import { demandingUserType, userType } from "../sample-types.js";
import casesJson from "./patch-cases.json" with { type: "json" };

const cases = casesJson as unknown as {
  name: string;
  /** Deviations from the RFC that a profile must allow for this; none where it is the RFC's own. */
  quirks?: Quirk[];
  before: JsonObject;
  operations: JsonObject[];
  after: JsonObject;
}[];

const message = (...operations: JsonValue[]) => ({ schemas: [PATCH_OP_SCHEMA], Operations: operations });
const patchAs = (dialect: Dialect, before: JsonObject, ...operations: JsonValue[]) =>
  applyPatch(before, parsePatch(message(...operations), userType, dialect), userType, dialect);
const patch = (before: JsonObject, ...operations: JsonValue[]) =>
  patchAs(createDialect("auto"), before, ...operations);

describe("a PATCH does what its sender means", () => {
  it.each(cases)("$name", ({ before, operations, after, quirks = [] }) => {
    const untouched = structuredClone(before);
    const dialect = createDialect("auto");
    expect(patchAs(dialect, before, ...operations)).toEqual(after);
    expect([...dialect.applied]).toEqual(quirks);
    expect(before).toEqual(untouched);
  });

  it.each(cases.filter(({ quirks }) => quirks === undefined))(
    "by the RFC alone: $name",
    ({ before, operations, after }) => {
      expect(patchAs(createDialect("rfc"), before, ...operations)).toEqual(after);
    },
  );

  it.each(cases.filter(({ quirks }) => quirks !== undefined))(
    "but not by the RFC: $name",
    ({ before, operations }) => {
      expect(() => patchAs(createDialect("rfc"), before, ...operations)).toThrow(ScimError);
    },
  );

  it("tells which attributes it left out", () => {
    const dialect = createDialect("entra");
    const value = { title: "T", shoeSize: 44, [ENTERPRISE_USER_URN]: { floor: 3 }, name: { runic: "R" } };
    patchAs(dialect, { userName: "u" }, { op: "add", value });
    expect(dialect.ignored).toEqual(["shoeSize", `${ENTERPRISE_USER_URN}:floor`, "name.runic"]);
  });
});

const person: JsonObject = {
  userName: "u",
  emails: [
    { value: "a", type: "work" },
    { value: "b", type: "work" },
  ],
  [DICTIONARY_USER_URN]: { birthPlace: "杭州" },
};

describe("a PATCH that cannot be carried out says why", () => {
  it.each<[string, JsonObject]>([
    ["a replace by an alternative", { op: "replace", path: 'emails[type sw "h"].value', value: "x" }],
    ["a replace of a value by itself", { op: "replace", path: 'emails[value eq "z"].value', value: "x" }],
    [
      "a replace of an element that is not there",
      { op: "replace", path: 'emails[value eq "z"]', value: { value: "x" } },
    ],
    ["an add that cannot tell what to make", { op: "add", path: 'emails[type sw "h"].value', value: "x" }],
    ["an add with alternatives", { op: "add", path: 'emails[type eq "x" or type eq "y"].value', value: "x" }],
    ["an add with a negation", { op: "add", path: "emails[not (type pr)].value", value: "x" }],
    ["a remove without a path", { op: "remove" }],
    ["a remove with a value only", { op: "remove", value: { title: "x" } }],
  ])("noTarget: %s", (_name, operation) => {
    expectRefusal(() => patch(person, operation), "noTarget");
    expectRefusal(() => patchAs(createDialect("rfc"), person, operation), "noTarget");
  });

  it.each(["rfc", "interop", "okta", "idaas"] as const)(
    "noTarget: a replace that matches nothing, for the profile %s",
    (profile) => {
      const operation = { op: "replace", path: 'emails[type eq "home"].value', value: "x" };
      expectRefusal(() => patchAs(createDialect(profile), person, operation), "noTarget");
    },
  );

  it.each<[string, JsonObject]>([
    ["id", { op: "replace", path: "id", value: "x" }],
    ["meta.version", { op: "replace", path: "meta.version", value: "x" }],
    ["schemas", { op: "add", path: "schemas", value: ["urn:x"] }],
    ["groups", { op: "add", path: "groups", value: [{ value: "g" }] }],
    ["a part of groups", { op: "replace", path: 'groups[value eq "g"].display', value: "x" }],
    ["a derived part", { op: "replace", path: `${ENTERPRISE_USER_URN}:manager.displayName`, value: "x" }],
    ["the provisioning state", { op: "remove", path: `${PROVISIONING_USER_URN}:connections` }],
    ["a read-only dictionary field", { op: "add", path: `${DICTIONARY_USER_URN}:legacyKey`, value: "x" }],
    ["another immutable value", { op: "replace", path: `${DICTIONARY_USER_URN}:birthPlace`, value: "x" }],
    ["removal of an immutable value", { op: "remove", path: `${DICTIONARY_USER_URN}:birthPlace` }],
    ["removal of userName", { op: "remove", path: "userName" }],
    ["replacing userName by nothing", { op: "replace", path: "userName", value: null }],
    ["replacing userName by nothing, without a path", { op: "replace", value: { userName: "" } }],
  ])("mutability: %s", (_name, operation) => {
    expectRefusal(() => patch(person, operation), "mutability");
  });

  it("mutability: emptying an extension that holds a required field", () => {
    const body = message({ op: "remove", path: DICTIONARY_USER_URN });
    expectRefusal(() => parsePatch(body, demandingUserType, createDialect("auto")), "mutability");
  });

  it.each<JsonValue>([
    "nothing",
    "name.nothing",
    "userName.value",
    "name.",
    ".name",
    "a b",
    "name.givenName.x",
    "emails]",
    'emails.value[type eq "work"]',
    'userName[value eq "x"]',
    'name[givenName eq "x"]',
    `${DICTIONARY_USER_URN}:tags[value eq "x"]`,
    'emails[type eq "work"]x',
    'emails[type eq "work"].nothing',
    "urn:unknown:2.0:User:department",
    `${ENTERPRISE_USER_URN}:nothing`,
    "/userName",
    'userName eq "x"',
    "constructor",
    "__proto__",
    "__proto__.admin",
    "constructor.prototype.admin",
    'emails[type eq "work"].__proto__',
    5,
    ["title"],
    "x".repeat(9_000),
  ])("invalidPath: path %#", (path) => {
    const refusal = (op: string) => () => patch(person, { op, path, value: "x" });
    expectRefusal(refusal("add"), "invalidPath");
    expectRefusal(refusal("remove"), "invalidPath");
  });

  it.each([
    "emails[",
    'emails[nothing eq "x"]',
    "emails[type eq work]",
    "emails[]",
    "emails[primary gt true]",
    `emails[${"(".repeat(3_000)}]`,
    `emails[value eq "${"\\".repeat(5_000)}`,
  ])("invalidFilter: path %#", (path) => {
    expectRefusal(() => patch(person, { op: "remove", path }), "invalidFilter");
  });

  it.each<[string, JsonObject]>([
    ["text for a boolean", { op: "replace", path: "active", value: "maybe" }],
    ["a number for text", { op: "replace", path: "title", value: 5 }],
    ["an object for text", { op: "replace", path: "title", value: { a: 1 } }],
    ["two values for one", { op: "replace", path: "title", value: ["a", "b"] }],
    ["text for a complex attribute", { op: "replace", path: "name", value: "Ann" }],
    ["no value", { op: "add", path: "title" }],
    ["text without a path", { op: "replace", value: "x" }],
    ["a list without a path", { op: "add", value: [{ title: "x" }] }],
    ["text for an extension", { op: "add", value: { [ENTERPRISE_USER_URN]: "x" } }],
    [
      "two primary values at once",
      {
        op: "add",
        path: "emails",
        value: [
          { value: "c", primary: true },
          { value: "d", primary: true },
        ],
      },
    ],
    ["primary for two elements", { op: "replace", path: 'emails[type eq "work"].primary', value: true }],
    ["a NUL character", { op: "replace", path: "title", value: "a\0" }],
  ])("invalidValue: %s", (_name, operation) => {
    expectRefusal(() => patch(person, operation), "invalidValue");
  });

  const polluting = (text: string) => JSON.parse(`{"schemas":["${PATCH_OP_SCHEMA}"],"Operations":[${text}]}`);
  it.each<[string, unknown]>([
    ["no object", []],
    ["another message", { schemas: ["urn:other"], Operations: [{ op: "remove", path: "title" }] }],
    ["no operations", { schemas: [PATCH_OP_SCHEMA] }],
    ["empty operations", message()],
    ["an operation that is null", message(null)],
    ["operations that are null", { schemas: [PATCH_OP_SCHEMA], Operations: null }],
    ["schemas of numbers", { schemas: [1], Operations: [{ op: "remove", path: "title" }] }],
    ["1,001 operations", message(...Array(1_001).fill({ op: "remove", path: "title" }))],
    ["an operation that is text", message("remove")],
    ["an unknown op", message({ op: "move", path: "title" })],
    ["no op", message({ path: "title" })],
    ["__proto__ in the value", polluting('{"op":"add","value":{"__proto__":{"admin":true}}}')],
    [
      "__proto__ in a complex value",
      polluting('{"op":"add","path":"name","value":{"__proto__":{"admin":true}}}'),
    ],
    [
      "constructor in an element",
      polluting('{"op":"add","path":"emails","value":[{"constructor":{"prototype":{"admin":true}}}]}'),
    ],
    [
      "10,000 nested arrays",
      polluting(`{"op":"add","path":"emails","value":${"[".repeat(10_000)}${"]".repeat(10_000)}}`),
    ],
  ])("invalidSyntax: %s", (_name, body) => {
    expectRefusal(() => parsePatch(body, userType, createDialect("auto")), "invalidSyntax");
    expectRefusal(() => parsePatch(body, userType, createDialect("rfc")), "invalidSyntax");
    expect(Object.hasOwn(Object.prototype, "admin")).toBe(false);
  });

  it.each<[string, Quirk, unknown]>([
    ["no schemas", "missing-schemas", { Operations: [{ op: "remove", path: "title" }] }],
    [
      "schemas as text",
      "missing-schemas",
      { schemas: PATCH_OP_SCHEMA, Operations: [{ op: "remove", path: "title" }] },
    ],
    [
      "one operation without a list",
      "operation-not-in-list",
      { schemas: [PATCH_OP_SCHEMA], operations: { op: "remove", path: "title" } },
    ],
  ])("invalidSyntax, where the profile minds: %s", (_name, quirk, body) => {
    const dialect = createDialect("interop");
    expect(parsePatch(body, userType, dialect)).toMatchObject([{ op: "remove" }]);
    expect([...dialect.applied]).toEqual([quirk]);
    expectRefusal(() => parsePatch(body, userType, createDialect("rfc")), "invalidSyntax");
  });

  it("never follows keys that aim at a prototype", () => {
    const operation = { op: "add", value: { "constructor.admin": true, "__proto__.admin": true } };
    expect(patch(person, operation)).toEqual(person);
    expectRefusal(() => patchAs(createDialect("rfc"), person, operation), "invalidSyntax");
    const deeper = { op: "add", value: { "constructor.prototype.admin": true } };
    expectRefusal(() => patch(person, deeper), "invalidPath");
    expect(Object.hasOwn(Object.prototype, "admin")).toBe(false);
  });

  it("mutability: a value without a path that names another resource", () => {
    const body = (id: string) => message({ op: "replace", value: { id, displayName: "D" } });
    const dialect = createDialect("auto");
    expect(parsePatch(body("A1"), userType, dialect, "a1")).toHaveLength(1);
    expectRefusal(() => parsePatch(body("b2"), userType, dialect, "a1"), "mutability");
  });

  it("changes nothing when a later operation fails", () => {
    const before = structuredClone(person);
    const operations = [
      { op: "replace", path: "title", value: "T" },
      { op: "replace", path: 'emails[value eq "zzz"]', value: { value: "x" } },
    ];
    expectRefusal(() => patch(person, ...operations), "noTarget");
    expect(person).toEqual(before);
  });

  it("gives up on operations that would compare for minutes", () => {
    const emails = Array.from({ length: 1_000 }, (_, index) => ({ value: `v${index}` }));
    const filter = Array.from({ length: 90 }, (_, index) => `value eq "x${index}"`).join(" or ");
    const operations = Array(20).fill({ op: "remove", path: `emails[${filter}]` });
    const parsed = parsePatch(message(...operations), userType, createDialect("auto"));
    expect(() => applyPatch({ userName: "u", emails }, parsed, userType, createDialect("auto"))).toThrow(
      /too many values/,
    );
  });
});
