import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileFilter } from "../../src/persistence/compile-filter.js";
import { sqlParameters } from "../../src/persistence/sql-parameters.js";
import type { AttributePath, ComparisonOperator, Filter, FilterValue } from "../../src/scim/filter/ast.js";
import { evaluateFilter } from "../../src/scim/filter/evaluate-filter.js";
import { parseFilter } from "../../src/scim/filter/parse-filter.js";
import { printFilter } from "../../src/scim/filter/print-filter.js";
import { resolveFilter } from "../../src/scim/filter/resolve-filter.js";
import type { ResourceTypeId } from "../../src/scim/schema/attribute.js";
import {
  DICTIONARY_USER_URN as DICTIONARY,
  ENTERPRISE_USER_URN as ENTERPRISE,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
} from "../../src/scim/schema/urns.js";
import { defaultTenantId, openTestDatabase, type TestDatabase } from "../support/database.js";
import { groupId, type Population, seedPopulation, userId } from "./filter-population.js";

let opened: TestDatabase;
let population: Population;

beforeAll(async () => {
  opened = await openTestDatabase();
  population = await seedPopulation(opened.database);
});
afterAll(() => opened.close());

/** The ids that the database selects and those that the in-memory evaluator selects. */
async function bothWays(filter: Filter, typeId: ResourceTypeId) {
  const type = population.registry.type(typeId);
  const resolved = resolveFilter(filter, type);
  const parameters = sqlParameters(defaultTenantId);
  const condition = compileFilter(resolved, type, parameters);
  const rows = await opened.database.query<{ id: string }>(
    `select r.id from resource r where r.tenant_id = $1 and r.type = '${typeId}' and ${condition} order by r.seq`,
    parameters.values,
  );
  const expected = population.resources[typeId].filter((resource) => evaluateFilter(resolved, resource));
  return { selected: rows.map((row) => row.id), expected: expected.map((resource) => resource["id"]) };
}

describe("a compiled filter selects what the in-memory evaluator selects", () => {
  it.each([
    ["User", 'userName eq "ANN.5"', 1],
    ["User", 'userName sw "100%_"', 4],
    ["User", 'userName co "%"', 8],
    ["User", 'displayName co "\\\\"', 2],
    ["User", 'displayName eq "quo\\"ted"', 3],
    ["User", 'displayName co "o\'h"', 3],
    ["User", 'displayName sw "王"', 2],
    ["User", 'displayName ew "研发)"', 3],
    ["User", "not (displayName pr)", 14],
    ["User", 'displayName ne "ann"', 35],
    ["User", 'externalId eq "EXT-1"', 1],
    ["User", 'externalId eq "ext-1"', 0],
    ["User", "active eq true", 16],
    ["User", "not (active eq true)", 24],
    ["User", "active eq null", 8],
    ["User", `${ENTERPRISE}:employeeNumber eq "E2"`, 1],
    ["User", `${ENTERPRISE}:manager.value eq "${userId(1)}"`, 7],
    ["User", 'emails[type eq "home" and value sw "w"]', 0],
    ["User", 'emails[type eq "work"] and emails.value co "home.example"', 10],
    ["User", 'emails.type ne "home"', 30],
    ["User", `${DICTIONARY}:joined eq "2023-12-31T16:00:00-08:00"`, 14],
    ["User", `${DICTIONARY}:joined lt "0001-01-01T00:00:00Z"`, 7],
    ["User", `${DICTIONARY}:score gt -1.5 and ${DICTIONARY}:score le 0`, 4],
    ["User", `${DICTIONARY}:badge eq "b2"`, 0],
    ["User", `${DICTIONARY}:tags eq "X"`, 13],
    ["User", 'meta.created ge "2024-01-02T14:00:00+08:00"', 10],
    ["User", `groups.value eq "${groupId(0)}"`, 30],
    ["User", `groups[value eq "${groupId(0)}" and type eq "direct"]`, 20],
    ["User", `groups[value eq "${groupId(0)}" and type eq "indirect"]`, 10],
    ["User", `groups.value eq "${groupId(0).toUpperCase()}"`, 0],
    ["User", 'groups.type eq "INDIRECT"', 18],
    ["User", 'userName eq "a\\u0000b"', 0],
    ["User", 'not (nickName gt "\\ud800")', 40],
    ["User", `${DICTIONARY}:level lt 99999999999999999999`, 27],
    ["User", `${DICTIONARY}:level eq -99999999999999999999999`, 0],
    ["User", `groups eq "nobody's id"`, 0],
    ["User", 'groups.display eq "王伟"', 30],
    ["User", `schemas eq "${ENTERPRISE}"`, 20],
    ["User", `id eq "${userId(3)}"`, 1],
    ["User", 'id eq "3"', 0],
    ["User", 'meta.version eq "W/\\"1\\""', 40],
    ["Group", `members.value eq "${userId(0)}"`, 1],
    ["Group", `members[value eq "${groupId(1)}"]`, 1],
    ["Group", `members eq "${groupId(4)}" or members eq "${userId(0)}"`, 2],
    ["Group", `not (members[value eq "${userId(0)}"])`, 11],
    ["Group", 'members.type eq "Group"', 3],
    ["Group", "members pr", 10],
    ["Group", `${ORGANIZATION}:parent.value eq "${groupId(0)}"`, 3],
    ["Group", `${ORGANIZATION}:parent.value eq "not here yet"`, 1],
    ["Group", `${ORGANIZATION}:parent.display eq "王伟"`, 3],
    ["Group", `${ORGANIZATION}:managers.value eq "${userId(5)}"`, 1],
    ["Group", `${ORGANIZATION}:kind eq "GROUP"`, 4],
  ] as const)("%s: %s", async (typeId, text, count) => {
    const { selected, expected } = await bothWays(parseFilter(text), typeId);
    expect(selected).toEqual(expected);
    expect(selected).toHaveLength(count);
  });

  it.each(["User", "Group"] as const)("%s: any filter", async (typeId) => {
    await fc.assert(
      fc.asyncProperty(filters(typeId), async (filter) => {
        const { selected, expected } = await bothWays(filter, typeId);
        expect(selected, printFilter(filter)).toEqual(expected);
      }),
      { numRuns: 120 },
    );
  });
});

describe("what a client writes in a filter", () => {
  it.each([
    "'; drop table resource; --",
    "$1",
    "a' or '1'='1",
    "%",
    "_",
    "\\",
    "{}",
    "\u{1F600}",
    "\u{10FFFF}",
    "a\0",
    "\ud83d",
  ])("stays a value: %s", async (text) => {
    for (const operator of ["eq", "co", "sw", "ew", "gt", "le"] as const) {
      for (const attribute of ["userName", "nickName"]) {
        const filter: Filter = { kind: "comparison", path: { attribute }, operator, value: text };
        const { selected, expected } = await bothWays(filter, "User");
        expect(selected).toEqual(expected);
      }
    }
  });

  it("travels as parameters, attribute names included", () => {
    const type = population.registry.type("User");
    const parameters = sqlParameters(defaultTenantId);
    const filter = parseFilter(`${DICTIONARY}:badge eq "secret value" and emails[type eq "other word"]`);
    const sql = compileFilter(resolveFilter(filter, type), type, parameters);
    expect(sql).not.toMatch(/secret|other word|badge|emails/);
    expect(parameters.values).toContain("secret value");
  });
});

const TEXTS = [
  "ann",
  "ANN",
  "A",
  "王",
  "%",
  "_",
  "\\",
  '"',
  "'",
  "",
  "x",
  "e2",
  "ext-1",
  "work",
  "home",
  "example",
];
const DATES = [
  "2024-01-01T00:00:00Z",
  "2024-01-01T08:00:00+08:00",
  "2024-01-02T03:00:00.5Z",
  "0000-05-01T00:00:00Z",
];

interface Searchable {
  path: AttributePath;
  values: FilterValue[];
  operators: readonly ComparisonOperator[];
}

const EQUALITY: ComparisonOperator[] = ["eq", "ne"];
const ORDER: ComparisonOperator[] = [...EQUALITY, "gt", "ge", "lt", "le"];
const ALL: ComparisonOperator[] = [...ORDER, "co", "sw", "ew"];

function searchable(
  attribute: string,
  values: FilterValue[] = TEXTS,
  operators: readonly ComparisonOperator[] = ALL,
): Searchable {
  const [, schema, name = attribute] = /^(urn:.*):([^:]+)$/.exec(attribute) ?? [];
  const [head = name, subAttribute] = name.split(".");
  const path = { ...(schema && { schema }), attribute: head, ...(subAttribute && { subAttribute }) };
  return { path, values, operators };
}

const IDS = [userId(0), userId(7), groupId(0), groupId(2), "nonsense"];

const SEARCHABLE: Record<ResourceTypeId, Searchable[]> = {
  User: [
    ...[
      "userName",
      "displayName",
      "externalId",
      "name.familyName",
      "nickName",
      "emails.value",
      "emails.type",
    ].map((name) => searchable(name)),
    ...["employeeNumber", "department", "manager.value"].map((name) => searchable(`${ENTERPRISE}:${name}`)),
    ...["badge", "tags"].map((name) => searchable(`${DICTIONARY}:${name}`)),
    searchable(`${DICTIONARY}:score`, [-2, -0.25, 0, 1.5, 7.75, 1e300], ORDER),
    searchable(`${DICTIONARY}:level`, [-10, 0, 3, 29], ORDER),
    searchable(`${DICTIONARY}:remote`, [true, false], EQUALITY),
    searchable(`${DICTIONARY}:joined`, DATES, ORDER),
    searchable("active", [true, false], EQUALITY),
    searchable("emails.primary", [true, false], EQUALITY),
    searchable("meta.created", DATES, ORDER),
    searchable("id", IDS),
    searchable("groups.value", IDS),
    searchable("groups.display"),
    searchable("groups.type", ["direct", "Indirect", "in"]),
    searchable("schemas", [ENTERPRISE, ENTERPRISE.toUpperCase(), DICTIONARY]),
  ],
  Group: [
    searchable("displayName"),
    searchable("externalId", ["dept-2", "DEPT-2"]),
    searchable("members.value", IDS),
    searchable("members.type", ["User", "group"]),
    searchable("members.display"),
    searchable("members", IDS),
    searchable("id", IDS),
    searchable(`${ORGANIZATION}:kind`, ["group", "DEPARTMENT"]),
    searchable(`${ORGANIZATION}:order`, [0, 4, 100], ORDER),
    searchable(`${ORGANIZATION}:parent.value`, [...IDS, "not here yet"]),
    searchable(`${ORGANIZATION}:parent.display`),
    searchable(`${ORGANIZATION}:managers.value`, IDS),
    searchable("schemas", [ORGANIZATION]),
  ],
};

/** Filters over the attributes of a type, with brackets around elements and nesting. */
function filters(typeId: ResourceTypeId): fc.Arbitrary<Filter> {
  const inner = ["value", "type", "display"].map((name) => searchable(name, [...TEXTS, ...IDS, "direct"]));
  const lists = typeId === "User" ? ["emails", "groups"] : ["members"];
  const element = fc
    .tuple(fc.constantFrom(...lists), nested(comparisons(inner), 2))
    .map(([attribute, filter]): Filter => ({ kind: "valuePath", path: { attribute }, filter }));
  return nested(
    fc.oneof({ weight: 4, arbitrary: comparisons(SEARCHABLE[typeId]) }, { weight: 1, arbitrary: element }),
    3,
  );
}

function comparisons(attributes: readonly Searchable[]): fc.Arbitrary<Filter> {
  return fc.constantFrom(...attributes).chain(({ path, values, operators }) =>
    fc.oneof(
      { weight: 1, arbitrary: fc.constant<Filter>({ kind: "present", path }) },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom<ComparisonOperator>("eq", "ne")
          .map((operator): Filter => ({ kind: "comparison", path, operator, value: null })),
      },
      {
        weight: 8,
        arbitrary: fc
          .tuple(fc.constantFrom(...operators), fc.constantFrom(...values))
          .map(([operator, value]): Filter => ({ kind: "comparison", path, operator, value })),
      },
    ),
  );
}

function nested(leaf: fc.Arbitrary<Filter>, depth: number): fc.Arbitrary<Filter> {
  if (depth === 0) return leaf;
  const deeper = nested(leaf, depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 1, arbitrary: deeper.map((operand): Filter => ({ kind: "not", operand })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.constantFrom("and" as const, "or" as const),
          fc.array(deeper, { minLength: 2, maxLength: 3 }),
        )
        .map(([kind, operands]): Filter => ({ kind, operands })),
    },
  );
}
