import { beforeAll, describe, expect, it } from "vitest";
import { FRESH_MS } from "../../src/dictionary/dictionary.js";
import type { Resource } from "../../src/directory/resource.js";
import { newId } from "../../src/platform/ids.js";
import { evaluateFilter } from "../../src/scim/filter/evaluate-filter.js";
import { parseFilter } from "../../src/scim/filter/parse-filter.js";
import { resolveFilter } from "../../src/scim/filter/resolve-filter.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { DICTIONARY_USER_URN as URN } from "../../src/scim/schema/urns.js";
import { defaultTenantId } from "../support/database.js";
import { context, nothing, shareDirectory } from "./open-directory.js";

const test = shareDirectory();

/** Attribute: type, whether it has several values, and the values of one person each; null for nobody's. */
const FIELDS: Record<string, { type: string; multi?: boolean; unique?: boolean; values: unknown[] }> = {
  text: { type: "string", values: ["Alpha", "alpha", "ÄRGER", "ab", "b%_\\", null] },
  code: { type: "string", unique: true, values: ["A1", "a1", "B2", null, "𠮷", "x".repeat(255)] },
  link: {
    type: "reference",
    values: ["https://a.example/x", "https://A.example/x", null, null, "urn:x", "y"],
  },
  grade: { type: "enum", values: ["P1", "P2", "P10", null, "P1", "p1"] },
  flag: { type: "boolean", values: [true, false, null, true, false, true] },
  count: { type: "integer", values: [0, -5, 7, 10, null, 9007199254740991] },
  ratio: { type: "decimal", values: [0.1, -2.5, 1e21, 7, 1e-7, null] },
  since: {
    type: "dateTime",
    values: [
      "2025-01-31T08:00:00Z",
      "2025-01-31T08:00:00.500Z",
      "2025-01-31T16:00:00+08:00",
      "1999-12-31T23:59:59Z",
      null,
      "2030-06-01T00:00:00Z",
    ],
  },
  tags: {
    type: "string",
    multi: true,
    values: [["red", "Blue"], ["blue"], null, ["green"], ["RED"], ["x", "y"]],
  },
  scores: { type: "integer", multi: true, values: [[1, 2], [2, 3], [10], null, [-1], [2]] },
};

const FILTERS = [
  'text eq "ALPHA"',
  'text ne "alpha"',
  'text co "RG"',
  'text sw "a"',
  'text ew "a"',
  'text gt "ab"',
  'text le "ab"',
  'text sw "b%_"',
  "text pr",
  "not (text pr)",
  "text eq null",
  'code eq "A1"',
  'code eq "a1"',
  'code sw "A"',
  'code gt "A1"',
  'code lt "b"',
  `code eq "${"x".repeat(255)}"`,
  `code sw "${"x".repeat(220)}"`,
  'code eq "𠮷"',
  'link eq "https://a.example/x"',
  'link sw "https://"',
  'link co "example"',
  'grade eq "P1"',
  'grade eq "p1"',
  'grade sw "P1"',
  'grade ge "P10"',
  "flag eq true",
  "flag eq false",
  "flag ne true",
  "flag pr",
  "count eq 7",
  "count gt 0",
  "count ge 7",
  "count lt 0",
  "count ne 7",
  "count eq 9007199254740991",
  "count pr",
  "ratio eq 0.1",
  "ratio gt 0",
  "ratio le 7",
  "ratio eq 1e21",
  "ratio lt 0.0000002",
  'since eq "2025-01-31T08:00:00Z"',
  'since gt "2025-01-31T08:00:00Z"',
  'since le "2025-01-31T09:00:00+01:00"',
  'since ne "1999-12-31T23:59:59Z"',
  "since pr",
  'tags eq "blue"',
  'tags ne "blue"',
  'tags sw "r"',
  'tags co "e"',
  "tags pr",
  'tags eq "red" and tags eq "blue"',
  "scores eq 2",
  "scores gt 2",
  "scores lt 0",
  "scores pr",
  "not (scores eq 2)",
  'flag eq true and (count gt 5 or text sw "a")',
];

const people: Resource[] = [];

beforeAll(async () => {
  for (const [key, { type, multi = false, unique = false, values }] of Object.entries(FIELDS)) {
    const options = type === "enum" ? { values: [...new Set(values.filter((value) => value !== null))] } : {};
    await test.database.query(
      `insert into dictionary_field (tenant_id, id, name, key, category, type, unique_value, multi_valued, options)
       values ($1, $2, $3, $3, 'user', $4, $5, $6, $7::jsonb)`,
      [defaultTenantId, newId(), key, type, unique, multi, JSON.stringify(options)],
    );
  }
  await test.clock.advance(FRESH_MS);
  for (let n = 0; n < 6; n++) {
    const values: JsonObject = JSON.parse(
      JSON.stringify(Object.fromEntries(Object.entries(FIELDS).map(([key, { values }]) => [key, values[n]]))),
    );
    people.push(await test.user({ [URN]: values }));
  }
});

const list = (query: { filter?: string; sortBy?: string; sortOrder?: "ascending" | "descending" }) =>
  test.directory.list(context, "User", { ...query, startIndex: 1, count: 100, needs: nothing });

/** The names of the dictionary's attributes in a filter, with their URN before them. */
const qualified = (filter: string) =>
  filter.replaceAll(/\b([a-z]+)(?= (?:eq|ne|co|sw|ew|gt|ge|lt|le|pr)\b)/g, `${URN}:$1`);

describe("a filter on a dictionary attribute finds what the evaluator in memory finds", () => {
  it.each(FILTERS)("%s", async (text) => {
    const type = (await test.directory.registry(defaultTenantId)).type("User");
    const filter = resolveFilter(parseFilter(qualified(text)), type);
    const expected = people
      .filter(({ attributes }) => evaluateFilter(filter, attributes))
      .map(({ id }) => id);
    const { resources } = await list({ filter: qualified(text) });
    expect(resources.map(({ id }) => id).sort()).toEqual(expected.sort());
  });

  it("some, but not all, of the filters find somebody", async () => {
    const found = await Promise.all(
      FILTERS.map(async (filter) => (await list({ filter: qualified(filter) })).totalResults),
    );
    expect(found.filter((count) => count > 0).length).toBeGreaterThan(50);
  });
});

describe("sorting by a dictionary attribute", () => {
  it.each([
    ["text", ["ab", "Alpha", "alpha", "b%_\\", "ÄRGER", undefined]],
    ["count", [-5, 0, 7, 10, 9007199254740991, undefined]],
    ["ratio", [-2.5, 1e-7, 0.1, 7, 1e21, undefined]],
    ["flag", [false, false, true, true, true, undefined]],
    ["scores", [[-1], [1, 2], [2, 3], [2], [10], undefined]],
  ])("%s", async (key, expected) => {
    const valuesOf = (resources: Resource[]) =>
      resources.map(({ attributes }) => Object(attributes[URN])[key]);
    const ascending = await list({ sortBy: `${URN}:${key}` });
    expect(valuesOf(ascending.resources)).toEqual(expected);
    const descending = await list({ sortBy: `${URN}:${key}`, sortOrder: "descending" });
    expect(valuesOf(descending.resources)[0]).toBeUndefined();
  });

  it("dates by moment", async () => {
    const { resources } = await list({ sortBy: `${URN}:since` });
    const moments = resources.map(({ attributes }) => Date.parse(Object(attributes[URN])["since"]));
    expect(moments.slice(0, 5)).toEqual(moments.slice(0, 5).sort((a, b) => a - b));
    expect(moments[5]).toBeNaN();
  });
});
