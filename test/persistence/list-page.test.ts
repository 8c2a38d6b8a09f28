import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileFilter } from "../../src/persistence/compile-filter.js";
import { compileSortKey } from "../../src/persistence/compile-sort.js";
import { countResources, listPage } from "../../src/persistence/resource-pages.js";
import { sqlParameters } from "../../src/persistence/sql-parameters.js";
import { parseFilter } from "../../src/scim/filter/parse-filter.js";
import { resolveFilter, resolveSortPath } from "../../src/scim/filter/resolve-filter.js";
import type { JsonObject, JsonValue, ResourceTypeId } from "../../src/scim/schema/attribute.js";
import {
  DICTIONARY_USER_URN as DICTIONARY,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
} from "../../src/scim/schema/urns.js";
import { defaultTenantId, openTestDatabase, type TestDatabase } from "../support/database.js";
import { type Population, seedPopulation } from "./filter-population.js";

let opened: TestDatabase;
let population: Population;

beforeAll(async () => {
  opened = await openTestDatabase();
  population = await seedPopulation(opened.database);
});
afterAll(() => opened.close());

interface Wanted {
  filter?: string;
  sortBy?: string;
  order?: "ascending" | "descending";
  offset?: number;
  limit?: number;
}

async function list(typeId: ResourceTypeId, wanted: Wanted = {}) {
  const type = population.registry.type(typeId);
  const parameters = sqlParameters(defaultTenantId);
  const condition =
    wanted.filter && compileFilter(resolveFilter(parseFilter(wanted.filter), type), type, parameters);
  const conditionValues = [...parameters.values];
  const key = wanted.sortBy
    ? compileSortKey(resolveSortPath(wanted.sortBy, type), type, parameters)
    : undefined;
  const parts = [{ type: typeId, condition: condition || undefined, key }];
  const page = await listPage(opened.database, {
    parts,
    descending: wanted.order === "descending",
    window: { kind: "offset", offset: wanted.offset ?? 0 },
    limit: wanted.limit ?? 100,
    parameters,
  });
  const rows = page.map(({ resource }) => resource);
  const total = await countResources(opened.database, parts, conditionValues);
  return { ids: rows.map((row) => row.id), rows, total };
}

function idsOf(resources: readonly JsonObject[]): (JsonValue | undefined)[] {
  return resources.map((resource) => resource["id"]);
}

describe("a page of a list", () => {
  it("is in the order of creation without sorting", async () => {
    expect((await list("User")).ids).toEqual(idsOf(population.resources.User));
  });

  it.each([
    [0, 7],
    [7, 7],
    [35, 7],
    [40, 7],
    [1_000_000, 7],
  ])("from %i, %i at most, is that part of the whole, and the total stays", async (offset, limit) => {
    const { ids, total } = await list("User", { offset, limit });
    expect(ids).toEqual(idsOf(population.resources.User.slice(offset, offset + limit)));
    expect(total).toBe(40);
  });

  it("holds the rows with their parents", async () => {
    const { rows } = await list("Group", { filter: `${ORGANIZATION}:parent pr`, limit: 2 });
    expect(rows.map((row) => row.parent.display)).toEqual(["王伟", "王伟"]);
  });

  it("counts what the filter selects", async () => {
    expect((await list("User", { filter: "active eq true", limit: 3 })).total).toBe(16);
  });
});

describe("sorting", () => {
  const orders = [
    ["displayName", (user: JsonObject) => lower(user["displayName"])],
    ["userName", (user: JsonObject) => lower(user["userName"])],
    ["externalId", (user: JsonObject) => user["externalId"]],
    ["name.familyName", (user: JsonObject) => lower(Object(user["name"]).familyName)],
    ["active", (user: JsonObject) => (user["active"] === undefined ? undefined : Number(user["active"]))],
    [`${DICTIONARY}:score`, (user: JsonObject) => Object(user[DICTIONARY]).score],
    [`${DICTIONARY}:joined`, (user: JsonObject) => instant(Object(user[DICTIONARY]).joined)],
    ["meta.created", (user: JsonObject) => instant(Object(user["meta"]).created)],
    ["emails", (user: JsonObject) => lower(firstEmail(user))],
    ["id", (user: JsonObject) => user["id"]],
  ] as const;

  it.each(orders)(
    "by %s puts absent values last when ascending, first when descending",
    async (sortBy, keyOf) => {
      const users = population.resources.User;
      expect((await list("User", { sortBy })).ids).toEqual(idsOf(sorted(users, keyOf, 1)));
      expect((await list("User", { sortBy, order: "descending" })).ids).toEqual(
        idsOf(sorted(users, keyOf, -1)),
      );
    },
  );

  it("works together with a filter and pages", async () => {
    const key = (user: JsonObject) => lower(user["displayName"]);
    const active = population.resources.User.filter((user) => user["active"] === true);
    const { ids } = await list("User", {
      filter: "active eq true",
      sortBy: "displayName",
      offset: 3,
      limit: 5,
    });
    expect(ids).toEqual(idsOf(sorted(active, key, 1).slice(3, 8)));
  });

  it("takes the primary value of a multi-valued attribute, else the first", async () => {
    const { ids } = await list("User", { sortBy: "emails.value", limit: 1 });
    const [first] = sorted(population.resources.User, (user) => lower(firstEmail(user)), 1);
    expect(ids).toEqual([first?.["id"]]);
  });
});

function lower(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value.toLowerCase() : undefined;
}

function instant(value: JsonValue | undefined): number | undefined {
  return typeof value === "string" ? Date.parse(value) : undefined;
}

function firstEmail(user: JsonObject): string | undefined {
  const emails: { value: string; primary?: boolean }[] = Object(user["emails"] ?? []);
  return (emails.find((email) => email.primary) ?? emails[0])?.value;
}

/** A stable sort with absent keys last (first when descending), text by code points. */
function sorted(
  resources: readonly JsonObject[],
  keyOf: (resource: JsonObject) => JsonValue | undefined,
  sign: 1 | -1,
): JsonObject[] {
  const compare = (a: JsonValue | undefined, b: JsonValue | undefined): number => {
    if (a === b) return 0;
    if (a === undefined) return 1;
    if (b === undefined) return -1;
    if (typeof a === "number" && typeof b === "number") return a - b;
    return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
  };
  return [...resources].sort((a, b) => sign * compare(keyOf(a), keyOf(b)));
}
