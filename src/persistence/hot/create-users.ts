import { searchEntries } from "../../scim/search-entries.js";
import type { ChangeCause } from "../change-store.js";
import type { Queryable } from "../queryable.js";
import { resourceColumns } from "../resource-columns.js";
import type { NewUser } from "./create-user.js";

// As the statement for one user, with the users as the rows of one JSON parameter. Of two with one userName the first
// is stored: rows are inserted in the order given, and the second meets the first.
const CREATE_MANY = `
  with given as materialized (
    select given.* from jsonb_to_recordset($2::jsonb) as given (
      place int, id uuid, doc jsonb, user_name_key text, external_id text, display_name_key text, active boolean,
      manager_ref text, employee_number text, password_hash text)),
  created as (
    insert into resource (tenant_id, id, type, doc, user_name_key, external_id, display_name_key, active,
                          manager_ref, employee_number, password_hash, created_at, modified_at)
    select (select at_dictionary_revision($1, $13)), id, 'User', doc, user_name_key, external_id, display_name_key, active, manager_ref, employee_number,
           password_hash, $3, $3
      from given order by place
    on conflict do nothing
    returning id, seq),
  indexed as (
    insert into resource_value (tenant_id, type, attribute, value_key, seq)
    select $1, 'User', entry.attribute, entry.key, created.seq
      from unnest($4::uuid[], $5::text[], $6::text[]) as entry (id, attribute, key)
      join created on created.id = entry.id),
  claimed as (
    insert into resource_unique_value (tenant_id, type, attribute, value_key, resource_id)
    select $1, 'User', claim.attribute, claim.key, created.id
      from unnest($7::uuid[], $8::text[], $9::text[]) as claim (id, attribute, key)
      join created on created.id = claim.id),
  logged as (
    insert into change (tenant_id, resource_type, resource_id, version, kind, attributes, actor, correlation_id, at)
    select $1, 'User', created.id, 1, 'create', '{}', $10, $11, $3 from created),
  outcome as (
    select coalesce(array_agg(id), '{}') as ids, coalesce(array_agg('User'::text), '{}') as types from created)
  select outcome.ids::text[] as ids, append_deliveries($1, outcome.ids, outcome.types, $12::text[], $3, $11)
    from outcome`;

/**
 * Adds users, all those whose userName is free, in the order given. Returns the ids of those added.
 * @throws DictionaryChangedError, UniqueViolation (constraint `resource_unique_value_pkey`), with nothing stored, when two share a claim or
 * another user holds one
 */
export async function createUserRows(
  database: Queryable,
  { tenantId, actor, correlationId, now, dictionaryRevision }: ChangeCause,
  users: readonly NewUser[],
): Promise<Set<string>> {
  const given = users.map(({ id, doc, passwordHash }, place) => {
    const columns = resourceColumns("User", doc);
    return {
      place,
      id,
      doc,
      user_name_key: columns.userNameKey,
      external_id: columns.externalId,
      display_name_key: columns.displayNameKey,
      active: columns.active,
      manager_ref: columns.managerRef,
      employee_number: columns.employeeNumber,
      password_hash: passwordHash ?? null,
    };
  });
  const entries = users.flatMap(({ id, doc }) => searchEntries("User", doc).map((one) => ({ id, ...one })));
  const claims = users.flatMap((user) => user.claims.map((claim) => ({ id: user.id, ...claim })));
  const rows = await database.query<{ ids: string[] }>(CREATE_MANY, [
    tenantId,
    JSON.stringify(given),
    now,
    entries.map((entry) => entry.id),
    entries.map((entry) => entry.attribute),
    entries.map((entry) => entry.key),
    claims.map((claim) => claim.id),
    claims.map((claim) => claim.attribute),
    claims.map((claim) => claim.key),
    actor,
    correlationId,
    [...new Set(users.flatMap((user) => user.managerNames))],
    dictionaryRevision ?? null,
  ]);
  return new Set(rows[0]?.ids ?? []);
}
