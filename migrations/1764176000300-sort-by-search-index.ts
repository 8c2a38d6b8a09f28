import type { MigrationInterface, QueryRunner } from "typeorm";
import type { JsonObject, ResourceTypeId } from "../src/scim/schema/attribute.js";
import { searchEntries } from "../src/scim/search-entries.js";

const BATCH = 500;

/** Keys of moments and of exact text, which lists are sorted by. */
const OWN_KIND = / \((exact|dateTime)\)$/;
/** What moments and numbers look like as keys. Nothing else but a text of this form does. */
const SIXTEEN = /^[0-9a-f]{16}$/;

/**
 * Brings the search index of dictionary attributes into the order of sorted lists: the keys of moments stand apart from
 * those of the same values as texts, and text is held as it is as well (docs/adr/0029-sorting-by-the-search-index.md).
 */
export class SortBySearchIndex1764176000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The second step puts back the texts that only look like a moment's key.
    await runner.query(`
      delete from resource_value v using resource r
       where r.tenant_id = v.tenant_id and r.type = v.type and r.seq = v.seq
         and v.attribute like 'urn:%' and v.value_key ~ '^[0-9a-f]{16}$'
         and jsonb_typeof(r.doc #> string_to_array(v.attribute, ' ')) in ('string', 'array')`);
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
    await runner.query(`
      insert into resource_value (tenant_id, type, attribute, value_key, seq)
      select tenant_id, type, left(attribute, -length(' (dateTime)')), value_key, seq
        from resource_value where attribute like '% (dateTime)'
      on conflict do nothing`);
    await runner.query("delete from resource_value where attribute ~ ' \\((exact|dateTime)\\)$'");
  }
}

interface ResourceRow {
  tenant_id: string;
  type: ResourceTypeId;
  seq: string;
  doc: JsonObject;
}

async function fill(runner: QueryRunner, resources: readonly ResourceRow[]): Promise<void> {
  const rows = resources.flatMap(({ tenant_id, type, seq, doc }) =>
    searchEntries(type, doc)
      .filter(({ attribute, key }) => OWN_KIND.test(attribute) || SIXTEEN.test(key))
      .map(({ attribute, key }) => ({ tenant_id, type, attribute, key, seq })),
  );
  await runner.query(
    `insert into resource_value (tenant_id, type, attribute, value_key, seq)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[])
     on conflict do nothing`,
    [
      rows.map((row) => row.tenant_id),
      rows.map((row) => row.type),
      rows.map((row) => row.attribute),
      rows.map((row) => row.key),
      rows.map((row) => row.seq),
    ],
  );
}
