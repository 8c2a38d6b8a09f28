import type { MigrationInterface, QueryRunner } from "typeorm";
import type { JsonObject, ResourceTypeId } from "../src/scim/schema/attribute.js";
import { searchEntries } from "../src/scim/search-entries.js";

const BATCH = 500;

/**
 * The search index: one row for each value of an indexed attribute of a living resource. No foreign keys: each would
 * cost a trigger for every row of every write, and a row too many only makes a candidate that the filter refuses.
 */
export class CreateResourceValue1764150000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table resource_value (
        tenant_id uuid not null,
        type text not null,
        attribute text collate "C" not null,
        value_key text collate "C" not null,
        seq bigint not null,
        primary key (tenant_id, type, attribute, value_key, seq)
      );
    `);
    for (let after = "0"; ; ) {
      const rows: ResourceRow[] = await runner.query(
        `select tenant_id, type, seq, doc from resource
          where deleted_at is null and seq > $1 order by seq limit $2`,
        [after, BATCH],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      await fill(runner, rows);
      after = last.seq;
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table resource_value");
  }
}

interface ResourceRow {
  tenant_id: string;
  type: ResourceTypeId;
  seq: string;
  doc: JsonObject;
}

/** The keys are made by the product's own function: SQL folds text in other ways. */
async function fill(runner: QueryRunner, resources: readonly ResourceRow[]): Promise<void> {
  const rows = resources.flatMap(({ tenant_id, type, seq, doc }) =>
    searchEntries(type, doc).map(({ attribute, key }) => ({ tenant_id, type, attribute, key, seq })),
  );
  await runner.query(
    `insert into resource_value (tenant_id, type, attribute, value_key, seq)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[])`,
    [
      rows.map((row) => row.tenant_id),
      rows.map((row) => row.type),
      rows.map((row) => row.attribute),
      rows.map((row) => row.key),
      rows.map((row) => row.seq),
    ],
  );
}
