import type { QueryRunner } from "typeorm";
import { expect, it } from "vitest";
import { SortBySearchIndex1764176000300 } from "../../migrations/1764176000300-sort-by-search-index.js";
import { insertResource } from "../../src/persistence/resource-store.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { DICTIONARY_USER_URN as URN } from "../../src/scim/schema/urns.js";
import { searchKey } from "../../src/scim/search-key.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";

const test = shareTestDatabase();
const migration = new SortBySearchIndex1764176000300();

async function entries(): Promise<string[]> {
  const rows = await test.database.query<{ entry: string }>(
    "select attribute || ' = ' || value_key || ' of ' || seq as entry from resource_value order by 1",
  );
  return rows.map((row) => row.entry);
}

it("the migration brings an older search index into the order of lists, and back", async () => {
  const moment = "2025-01-31T08:00:00Z";
  const key = searchKey({ type: "dateTime" }, moment) ?? "";
  const docs: JsonObject[] = [
    { [URN]: { since: moment, text: "Straße", count: 7, flag: true } },
    { [URN]: { since: "1960-01-01T00:00:00+08:00", tags: ["A", moment, key] } },
    { title: key, [URN]: { text: key } },
    {},
  ];
  for (const [n, doc] of docs.entries()) {
    const id = `00000000-0000-4000-8000-00000000000${n}`;
    const place = { tenantId: defaultTenantId, type: "User", id, parentId: null, parentRef: null } as const;
    await insertResource(test.database, { ...place, doc: { userName: `u${n}`, ...doc }, now: new Date(0) });
  }
  const runner = { query: (sql: string, values?: unknown[]) => test.database.query(sql, values) };
  const wanted = await entries();
  expect(wanted.filter((entry) => entry.includes("(dateTime)"))).toHaveLength(3);

  await migration.down(runner as QueryRunner);
  const older = await entries();
  expect(older.join()).not.toMatch(/\((exact|dateTime)\)/);
  expect(older).toContain(`${URN} since = ${key} of 1`);

  await migration.up(runner as QueryRunner);
  expect(await entries()).toEqual(wanted);
});
