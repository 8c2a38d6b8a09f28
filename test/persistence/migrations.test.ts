import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { migrations } from "../../migrations/index.js";
import {
  listMigrations,
  openDatabase,
  revertLastMigration,
  runMigrations,
} from "../../src/persistence/database.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";

const test = shareTestDatabase();

const names = migrations.map(({ name }) => name);

/** Every column, constraint and index, as the database itself describes them. */
async function catalog() {
  const columns = await test.database.query(`
    select table_name, column_name, data_type, is_nullable, column_default, is_identity
      from information_schema.columns where table_schema = 'public' and table_name <> 'migration'
     order by table_name, ordinal_position`);
  const constraints = await test.database.query(`
    select conrelid::regclass::text as table_name, conname, pg_get_constraintdef(oid) as definition
      from pg_constraint where connamespace = 'public'::regnamespace and conrelid::regclass::text <> 'migration'
     order by 1, 2`);
  const indexes = await test.database.query(`
    select tablename, indexname, indexdef from pg_indexes
     where schemaname = 'public' and tablename <> 'migration' order by 1, 2`);
  return { columns, constraints, indexes };
}

describe("migrations", () => {
  it("are all listed in the index, by the time stamp of their file names", async () => {
    const files = (await readdir(new URL("../../migrations/", import.meta.url)))
      .filter((name) => /^\d/.test(name))
      .sort();
    const stamps = files.map((name) => name.slice(0, 13));
    expect(stamps).toEqual(names.map((name) => name.slice(-13)));
    // Two of one time would run in the order of their classes' names.
    expect(new Set(stamps).size).toBe(stamps.length);
  });

  it("leave the same catalog after up, down and up", async () => {
    const first = await catalog();
    expect(first.columns.length).toBeGreaterThan(100);
    const reverted: string[] = [];
    for (
      let name = await revertLastMigration(test.database);
      name;
      name = await revertLastMigration(test.database)
    )
      reverted.push(name);
    expect(reverted).toEqual([...names].reverse());
    expect(await catalog()).toEqual({ columns: [], constraints: [], indexes: [] });
    expect((await listMigrations(test.database)).map(({ applied }) => applied)).toEqual(
      names.map(() => false),
    );

    const told: string[] = [];
    expect(await runMigrations(test.database, (name) => told.push(name))).toEqual(names);
    expect(told).toEqual(names);
    expect(await catalog()).toEqual(first);
    expect(await listMigrations(test.database)).toEqual(names.map((name) => ({ name, applied: true })));
  });

  it("are applied once when two start together", async () => {
    while (await revertLastMigration(test.database));
    const other = test.url ? await openDatabase({ url: test.url }) : test.database;
    const [mine, theirs] = await Promise.all([runMigrations(test.database), runMigrations(other)]);
    expect([...mine, ...theirs]).toEqual(names);
    if (other !== test.database) await other.close();
  });

  it("make the default tenant and the two fields for DingTalk's ids", async () => {
    expect(await test.database.query("select id, name from tenant")).toEqual([
      { id: defaultTenantId, name: "default" },
    ]);
    expect(
      await test.database.query(
        "select key, category, type, required, unique_value, enabled, system from dictionary_field order by key",
      ),
    ).toEqual([
      {
        key: "ddAccountId",
        category: "user",
        type: "string",
        required: false,
        unique_value: true,
        enabled: true,
        system: true,
      },
      {
        key: "ddtalkId",
        category: "group",
        type: "string",
        required: false,
        unique_value: true,
        enabled: true,
        system: true,
      },
    ]);
  });

  it("begin every unique key with the tenant, but for what is found before the tenant is known", async () => {
    const rows = await test.database.query<{ name: string }>(`
      select c.relname as name from pg_index i
        join pg_class c on c.oid = i.indexrelid
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
       where i.indisunique and c.relnamespace = 'public'::regnamespace and a.attname <> 'tenant_id' order by 1`);
    expect(rows.map(({ name }) => name).filter((name) => !name.startsWith("PK_"))).toEqual([
      "long_lived_token_hash",
      "oauth_client_client_id",
      "oauth_token_pkey",
      "tenant_pkey",
    ]);
  });
});

describe("a user name", () => {
  const insert = (id: number, key: string, deletedAt: Date | null = null) =>
    test.database.query(
      `insert into resource (tenant_id, id, type, user_name_key, doc, created_at, modified_at, deleted_at)
       values ($1, $2, 'User', $3, '{}', $4, $4, $5)`,
      [defaultTenantId, `00000000-0000-0000-0000-00000000000${id}`, key, new Date(0), deletedAt],
    );

  it("is free again when its user is deleted, and otherwise refused by the index resource_user_name_key", async () => {
    await insert(1, "ann", new Date(0));
    await insert(2, "ann");
    await expect(insert(3, "ann")).rejects.toMatchObject({ constraint: "resource_user_name_key" });
  });
});
