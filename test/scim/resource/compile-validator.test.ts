import { describe, expect, it } from "vitest";
import { compileValidator } from "../../../src/scim/resource/compile-validator.js";
import type { JsonObject } from "../../../src/scim/schema/attribute.js";
import { text } from "../../../src/scim/schema/define-attribute.js";
import { buildRegistry } from "../../../src/scim/schema/registry.js";
import {
  DICTIONARY_GROUP_URN,
  DICTIONARY_USER_URN,
  ORGANIZATION_GROUP_URN,
} from "../../../src/scim/schema/urns.js";
import { expectRefusal } from "../expect-scim-error.js";
import { demandingUserType, groupType, userType } from "../sample-types.js";

const validateUser = compileValidator(userType);
const validateGroup = compileValidator(groupType);

function typeWithPattern(pattern: string) {
  const schema = (id: string) => ({
    id,
    name: "Dictionary",
    description: "",
    attributes: [text("code", "Code", { rules: { pattern } })],
  });
  return buildRegistry({ user: schema(DICTIONARY_USER_URN), group: schema(DICTIONARY_GROUP_URN) }).type(
    "User",
  );
}

describe("compileValidator", () => {
  it.each<JsonObject>([
    { userName: "u" },
    { userName: "u", [DICTIONARY_USER_URN]: { badge: "AB12", room: "x-9" } },
    { id: "1", userName: "u", meta: { created: "2024-01-01T00:00:00Z" }, externalId: "e", active: true },
    { userName: "长".repeat(255), emails: [{ value: "a", type: "anything", primary: true }] },
    { userName: "u", [DICTIONARY_USER_URN]: { badge: "AB12", shift: "Day", tags: ["a"], level: 2 } },
  ])("accepts sound resource %#", (resource) => {
    expect(() => validateUser(resource)).not.toThrow();
  });

  it.each<[JsonObject, string]>([
    [{}, '"userName" is required'],
    [{ userName: "u", name: { givenName: 1 } }, '"name.givenName" must be string'],
    [{ userName: "u", nothing: 1 }, '"nothing" is not a known attribute'],
    [{ userName: "u".repeat(256) }, '"userName" is longer than 255 characters'],
    [{ userName: "u", title: "t".repeat(8_193) }, '"title" is longer than 8192 characters'],
    [{ userName: "u", emails: [{ value: "a" }, { value: 5 }] }, '"emails[1].value" must be string'],
    [{ userName: "u", roles: Array(1_001).fill({ value: "r" }) }, '"roles" has more than 1000 values'],
    [
      { userName: "u", [DICTIONARY_USER_URN]: { badge: "AB12!" } },
      `"${DICTIONARY_USER_URN}:badge" does not match`,
    ],
    [
      { userName: "u", [DICTIONARY_USER_URN]: { badge: "xAB12" } },
      "does not match the pattern [A-Z]{2}[0-9]+",
    ],
    [{ userName: "u", [DICTIONARY_USER_URN]: { badge: "AB1234567" } }, "longer than 8 characters"],
    [{ userName: "u", [DICTIONARY_USER_URN]: { room: "AB12" } }, "does not match the pattern [a-z]-[0-9]"],
    [{ userName: "u", [DICTIONARY_USER_URN]: { shift: "Noon" } }, 'must be one of ["Day","Night"]'],
    [
      { userName: "u", [DICTIONARY_USER_URN]: { ddAccountId: "d".repeat(256) } },
      "longer than 255 characters",
    ],
    [{ userName: "u", [DICTIONARY_USER_URN]: { hiredAt: "soon" } }, "date-time"],
  ])("refuses resource %# as invalidValue, saying $1", (resource, part) => {
    expect(expectRefusal(() => validateUser(resource), "invalidValue").detail).toContain(part);
  });

  it("names several problems at once", () => {
    const { detail } = expectRefusal(() => validateUser({ title: 1, nickName: 2 }), "invalidValue");
    expect(detail).toBe('"userName" is required; "nickName" must be string; "title" must be string.');
  });

  it("demands a required dictionary field also of a resource without the extension", () => {
    const validate = compileValidator(demandingUserType);
    expect(expectRefusal(() => validate({ userName: "u" }), "invalidValue").detail).toContain(
      DICTIONARY_USER_URN,
    );
    expectRefusal(() => validate({ userName: "u", [DICTIONARY_USER_URN]: {} }), "invalidValue");
    expect(() => validate({ userName: "u", [DICTIONARY_USER_URN]: { siteCode: "S" } })).not.toThrow();
  });

  it("knows departments from groups and takes any number of members", () => {
    const members = Array.from({ length: 5_000 }, (_, index) => ({ value: `u${index}` }));
    expect(() => validateGroup({ displayName: "G", members })).not.toThrow();
    expect(() =>
      validateGroup({ displayName: "G", [ORGANIZATION_GROUP_URN]: { kind: "group" } }),
    ).not.toThrow();
    expectRefusal(
      () => validateGroup({ displayName: "G", [ORGANIZATION_GROUP_URN]: { kind: "team" } }),
      "invalidValue",
    );
  });

  it("runs an evil dictionary pattern in linear time", () => {
    const validate = compileValidator(typeWithPattern("(a+)+"));
    const start = performance.now();
    const code = `${"a".repeat(5_000)}!`;
    expectRefusal(() => validate({ userName: "u", [DICTIONARY_USER_URN]: { code } }), "invalidValue");
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it.each(["(?=a)b", "(a)\\1", "("])("refuses the pattern %s when it is compiled", (pattern) => {
    expect(() => compileValidator(typeWithPattern(pattern))).toThrow();
  });
});
