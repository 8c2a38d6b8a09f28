import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDictionary } from "../../src/dictionary/dictionary.js";
import { createDirectory } from "../../src/directory/directory.js";
import type { ListQuery } from "../../src/directory/resource.js";
import type { Database } from "../../src/persistence/database.js";
import { DICTIONARY_USER_URN as DICTIONARY } from "../../src/scim/schema/urns.js";
import { context, everything } from "../directory/open-directory.js";
import { defaultTenantId, openTestDatabase, type TestDatabase } from "../support/database.js";
import { createFakeClock } from "../support/fake-clock.js";
import { addCrowd } from "./crowd.js";
import { seedPopulation } from "./filter-population.js";

let opened: TestDatabase;

beforeAll(async () => {
  opened = await openTestDatabase();
  await seedPopulation(opened.database);
  await opened.database.query(
    `insert into dictionary_field (tenant_id, id, name, key, category, type, unique_value)
     select $1, gen_random_uuid(), key, key, 'user', type, key = 'badge'
       from (values ('badge', 'string'), ('level', 'integer'), ('joined', 'dateTime')) field (key, type)`,
    [defaultTenantId],
  );
  await addCrowd(opened.database);
}, 60_000);
afterAll(() => opened.close());

/** The plans of the statements that a list of users sends, as PostgreSQL makes them for any parameters. */
async function plansOf(query: Partial<ListQuery>, isForced = false): Promise<string[]> {
  const sent: { sql: string; params: readonly unknown[] }[] = [];
  const database: Database = {
    ...opened.database,
    query: (sql, params = []) => {
      sent.push({ sql, params });
      return opened.database.query(sql, params);
    },
  };
  const clock = createFakeClock("2026-03-01T08:00:00Z");
  const dictionary = createDictionary({ queryable: opened.database, clock });
  const directory = createDirectory({ database, clock, dictionary });
  await directory.list(context, "User", { startIndex: 1, count: 100, needs: everything, ...query });
  return opened.database.transaction(async (tx) => {
    // Of a small table, half of which is one attribute's, PostgreSQL rather reads all where an index would serve.
    if (isForced) await tx.query("set local enable_seqscan = off");
    const plans: string[] = [];
    for (const { sql, params } of sent) {
      const rows = await tx.query<{ "QUERY PLAN": string }>(`explain ${sql}`, params);
      plans.push(rows.map((row) => row["QUERY PLAN"]).join("\n"));
    }
    return plans;
  });
}

describe("a page with the groups of its people", () => {
  it.each<[string, Partial<ListQuery>]>([
    ["by age", {}],
    ["by cursor", { cursor: "" }],
    ["found by a filter", { filter: 'displayName sw "crowd"' }],
  ])(
    "%s, looks each person up and costs too little for PostgreSQL to compile its statement",
    async (_, query) => {
      const [page = ""] = await plansOf(query);
      expect(page).not.toMatch(/Seq Scan on (resource|membership)/);
      expect(page).toMatch(/Index Scan using membership_member/);
      const cost = Number(/cost=[\d.]+\.\.([\d.]+)/.exec(page)?.[1]);
      // A fifth of `jit_above_cost`, so that pages of several hundred stay below it as well.
      expect(cost, page).toBeLessThan(20_000);
    },
  );

  it("is never compiled anyway", async () => {
    if (opened.database.kind === "embedded") return;
    expect(await opened.database.query("show jit")).toEqual([{ jit: "off" }]);
  });
});

describe("lists by time", () => {
  it.each<[string, Partial<ListQuery>, string]>([
    ["sorted by the last change", { sortBy: "meta.lastModified" }, "resource_modified_at"],
    [
      "sorted by the last change, newest first",
      { sortBy: "meta.lastModified", sortOrder: "descending" },
      "resource_modified_at",
    ],
    [
      "what changed since",
      { filter: 'meta.lastModified gt "2030-01-01T00:00:00Z"', sortBy: "meta.lastModified" },
      "resource_modified_at",
    ],
    [
      "what changed since, by cursor",
      { filter: 'meta.lastModified ge "2030-01-01T00:00:00Z"', sortBy: "meta.lastModified", cursor: "" },
      "resource_modified_at",
    ],
    ["sorted by creation", { sortBy: "meta.created" }, "resource_created_at"],
    ["what was created since", { filter: 'meta.created gt "2030-01-01T00:00:00Z"' }, "resource_created_at"],
  ])("%s: by its index", async (_, query, index) => {
    const [page = ""] = await plansOf(query);
    expect(page).toMatch(new RegExp(`Index (Only )?Scan( Backward)? using ${index}`));
    expect(page).not.toMatch(/Seq Scan on resource/);
  });
});

describe("lists sorted by dictionary attributes and other values of the search index", () => {
  const orders = ["badge", "level", "joined"].map((key) => `${DICTIONARY}:${key}`);

  it.each([...orders, "name.familyName"])("%s: the entries of the page and no others", async (sortBy) => {
    for (const query of [{}, { cursor: "" }]) {
      const [page = ""] = await plansOf({ sortBy, ...query }, true);
      const [first = ""] = page.split("CTE s0").slice(1);
      expect(first, page).toMatch(/^\n *-> {2}Limit.*\n *-> {2}Index Only Scan using resource_value_pkey/);
      expect(page).not.toMatch(/Seq Scan on resource|Sort Key: v\w*\.value_key/);
    }
  });

  it.each(orders)("%s, descending: one value at a time", async (sortBy) => {
    const [page = ""] = await plansOf({ sortBy, sortOrder: "descending" }, true);
    expect(page).toMatch(/Index Only Scan Backward using resource_value_pkey/);
    expect(page).not.toMatch(/Seq Scan on (resource|membership)/);
    // Of those with the greatest value, the oldest; behind them the index gives the values, and equals are sorted.
    expect(page.match(/Sort Key: v\w*\.value_key/g)).toHaveLength(1);
    expect(page).toMatch(/Incremental Sort/);
  });
});
