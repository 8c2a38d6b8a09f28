import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDialect } from "../../../src/scim/dialect/dialect.js";
import { PATCH_OP_SCHEMA } from "../../../src/scim/messages.js";
import {
  combineChanges,
  type MembershipChange,
  memberReferences,
  splitMembership,
} from "../../../src/scim/patch/membership.js";
import { parsePatch } from "../../../src/scim/patch/parse-patch.js";
import type { JsonObject, JsonValue } from "../../../src/scim/schema/attribute.js";
import { expectRefusal } from "../expect-scim-error.js";
import { groupType } from "../sample-types.js";

const split = (...operations: JsonValue[]) =>
  splitMembership(
    parsePatch({ schemas: [PATCH_OP_SCHEMA], Operations: operations }, groupType, createDialect("auto")),
  );

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
    const before = process.cpuUsage();
    const { membership } = split({ op: "add", path: "members", value });
    expect(membership).toMatchObject([{ kind: "add", members: { length: 50_000 } }]);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(2_000);
  });
});

describe("memberReferences", () => {
  it("gives none for an absent attribute", () => {
    expect(memberReferences(undefined)).toEqual([]);
  });
});

describe("combineChanges", () => {
  const ids = fc.array(fc.constantFrom("u1", "u2", "u3", "g1"), { maxLength: 3 });
  const members = ids.map((all) => all.map((value) => ({ value })));
  const filter = removalBy("display");
  const change: fc.Arbitrary<MembershipChange> = fc.oneof(
    members.map((all) => ({ kind: "add" as const, members: all })),
    members.map((all) => ({ kind: "replace" as const, members: all })),
    ids.map((all) => ({ kind: "remove" as const, ids: all })),
    fc.constant({ kind: "removeAll" as const }),
    fc.constant(filter),
  );

  /** The members after the changes, step by step; the filter chooses whom it is told to. */
  function membersAfter(
    changes: readonly MembershipChange[],
    before: readonly string[],
    matching: string,
  ): string[] {
    const held = new Set(before);
    for (const one of changes) {
      if (one.kind === "removeAll" || one.kind === "replace") held.clear();
      if (one.kind === "remove") for (const id of one.ids) held.delete(id);
      if (one.kind === "removeMatching") held.delete(matching);
      if (one.kind === "add" || one.kind === "replace") for (const { value } of one.members) held.add(value);
    }
    return [...held].sort();
  }

  it("leaves the same members as the steps one by one, in at most two steps between filters", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), ids, (changes, before) => {
        const combined = combineChanges(changes);
        for (const matching of ["u1", "g1"]) {
          expect(membersAfter(combined, before, matching)).toEqual(membersAfter(changes, before, matching));
        }
        const filters = combined.filter(({ kind }) => kind === "removeMatching").length;
        expect(combined.length).toBeLessThanOrEqual(2 * (filters + 1) + filters);
      }),
    );
  });

  function removalBy(attribute: string): MembershipChange {
    const [one] = split({ op: "remove", path: `members[${attribute} eq "x"]` }).membership;
    if (one === undefined) throw new Error("the operation changes no members");
    return one;
  }
});

it("members are chosen by at most ten conditions in a request", () => {
  const operations = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ op: "remove", path: `members[display eq "${i}"]` }));
  expect(split(...operations(10)).membership).toHaveLength(10);
  expect(() => split(...operations(11))).toThrow(expect.objectContaining({ status: 413 }));
});
