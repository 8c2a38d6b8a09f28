import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";
import { type SearchEntry, searchDifference, searchEntries } from "../scim/search-entries.js";
import type { Queryable } from "./queryable.js";

/** Whose values are in the search index. */
export interface IndexedResource {
  tenantId: string;
  type: ResourceTypeId;
  /** `resource.seq`, a bigint as text. */
  seq: string;
}

/** Brings the search index from one document of a resource to the next; undefined stands for none. */
export async function moveSearchValues(
  tx: Queryable,
  resource: IndexedResource,
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): Promise<void> {
  const { gone, fresh } = searchDifference(
    before ? searchEntries(resource.type, before) : [],
    after ? searchEntries(resource.type, after) : [],
  );
  if (gone.length > 0) await deleteValues(tx, resource, gone);
  if (fresh.length > 0) await insertValues(tx, resource, fresh);
}

async function insertValues(
  tx: Queryable,
  { tenantId, type, seq }: IndexedResource,
  entries: readonly SearchEntry[],
): Promise<void> {
  await tx.query(
    `insert into resource_value (tenant_id, type, attribute, value_key, seq)
     select $1, $2, entry.attribute, entry.key, $3
       from unnest($4::text[], $5::text[]) as entry (attribute, key)
     on conflict do nothing`,
    [tenantId, type, seq, entries.map((entry) => entry.attribute), entries.map((entry) => entry.key)],
  );
}

async function deleteValues(
  tx: Queryable,
  { tenantId, type, seq }: IndexedResource,
  entries: readonly SearchEntry[],
): Promise<void> {
  await tx.query("select delete_values($1, $2, $3, $4::text[], $5::text[])", [
    tenantId,
    type,
    seq,
    entries.map((entry) => entry.attribute),
    entries.map((entry) => entry.key),
  ]);
}
