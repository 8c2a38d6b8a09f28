import { describe, expect, it } from "vitest";
import { PATCH_OP_SCHEMA } from "../../../src/scim/messages.js";
import { memberReferences, splitMembership } from "../../../src/scim/patch/membership.js";
import { parsePatch } from "../../../src/scim/patch/parse-patch.js";
import type { JsonObject, JsonValue } from "../../../src/scim/schema/attribute.js";
import { expectRefusal } from "../expect-scim-error.js";
import { groupType } from "../sample-types.js";

const split = (...operations: JsonValue[]) =>
  splitMembership(parsePatch({ schemas: [PATCH_OP_SCHEMA], Operations: operations }, groupType));

describe("splitMembership", () => {
  it.each<[string, JsonObject, unknown]>([
    [
      "Entra and authentik: add with a list",
      { op: "Add", path: "members", value: [{ $ref: null, value: "u1" }, { value: "u2" }] },
      { kind: "add", members: [{ value: "u1" }, { value: "u2" }] },
    ],
    [
      "add without a path",
      { op: "add", value: { members: [{ value: "g1", type: "group" }] } },
      { kind: "add", members: [{ value: "g1", type: "Group" }] },
    ],
    [
      "one member, not in a list; an unknown type",
      { op: "add", path: "members", value: { value: "u1", type: "direct" } },
      { kind: "add", members: [{ value: "u1" }] },
    ],
    [
      "the same member twice",
      { op: "add", path: "members", value: [{ value: "u1" }, { value: "u1", display: "U" }] },
      { kind: "add", members: [{ value: "u1" }] },
    ],
    [
      "Okta: full push",
      { op: "replace", path: "members", value: [{ value: "u1", display: "U" }] },
      { kind: "replace", members: [{ value: "u1" }] },
    ],
    ["replace by an empty list", { op: "replace", path: "members", value: [] }, { kind: "removeAll" }],
    [
      "Okta: remove by filter",
      { op: "remove", path: 'members[value eq "u1"]' },
      { kind: "remove", ids: ["u1"] },
    ],
    [
      "remove by several ids",
      { op: "remove", path: 'members[value eq "u1" or (value eq "u2" or value eq "u1")]' },
      { kind: "remove", ids: ["u1", "u2"] },
    ],
    [
      "Entra: remove by a list",
      { op: "Remove", path: "members", value: [{ $ref: null, value: "u1" }, { value: "u2" }] },
      { kind: "remove", ids: ["u1", "u2"] },
    ],
    ["keycloak-scim: remove all", { op: "remove", path: "members" }, { kind: "removeAll" }],
    ["remove all, with a null", { op: "remove", path: "members", value: null }, { kind: "removeAll" }],
  ])("%s", (_name, operation, expected) => {
    expect(split(operation)).toEqual({ rest: [], membership: [expected] });
  });

  it("does nothing for an empty list of members to remove", () => {
    expect(split({ op: "remove", path: "members", value: [] })).toEqual({ rest: [], membership: [] });
  });

  it("asks for the members only where a filter needs them", () => {
    const { membership } = split({ op: "remove", path: 'members[type eq "Group" and value sw "g"]' });
    expect(membership).toMatchObject([{ kind: "removeMatching", filter: { kind: "and" } }]);
  });

  it("keeps the order and leaves the rest to applyPatch", () => {
    const { rest, membership } = split(
      { op: "replace", value: { id: "g", displayName: "New" } },
      { op: "remove", path: 'members[value eq "u1"]' },
      { op: "add", path: "members", value: [{ value: "u1" }] },
    );
    expect(rest).toMatchObject([
      { op: "replace", target: { attribute: { name: "displayName" } }, value: "New" },
    ]);
    expect(membership.map(({ kind }) => kind)).toEqual(["remove", "add"]);
  });

  it.each<JsonObject>([
    { op: "replace", path: 'members[value eq "u1"].value', value: "u2" },
    { op: "replace", path: 'members[value eq "u1"]', value: { value: "u2" } },
    { op: "add", path: 'members[value eq "u1"].display', value: "x" },
    { op: "remove", path: "members.value" },
    { op: "remove", path: "displayName" },
  ])("refuses to change what a member is: case %#", (operation) => {
    expectRefusal(() => split(operation), "mutability");
  });

  it("takes 50,000 members quickly", () => {
    const value = Array.from({ length: 50_000 }, (_, index) => ({ value: `u${index}` }));
    const start = performance.now();
    const { membership } = split({ op: "add", path: "members", value });
    expect(membership).toMatchObject([{ kind: "add", members: { length: 50_000 } }]);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe("memberReferences", () => {
  it("gives none for an absent attribute", () => {
    expect(memberReferences(undefined)).toEqual([]);
  });
});
