import type { JsonObject } from "../../scim/schema/attribute.js";
import { searchEntries } from "../../scim/search-entries.js";
import type { ChangeCause } from "../change-store.js";
import type { Queryable } from "../queryable.js";
import { resourceColumns } from "../resource-columns.js";
import type { UniqueClaim } from "../unique-claim.js";

/** A user to be added. */
export interface NewUser {
  id: string;
  doc: JsonObject;
  passwordHash?: string | undefined;
  claims: readonly UniqueClaim[];
  /** The names by which others may call this person their manager already. */
  managerNames: readonly string[];
}

// One autocommitted statement instead of a transaction of six: a round trip costs more CPU, on both sides, than most of
// what it carries. Nothing may fail half way, so whatever can be refused has to be refused by a constraint: a taken
// userName by the absence of a row (an error would cost ten times as much), a taken unique value by an error.
const CREATE = `
  with created as (
    insert into resource (tenant_id, id, type, doc, user_name_key, external_id, display_name_key, active,
                          manager_ref, employee_number, password_hash, created_at, modified_at)
    values (at_dictionary_revision($1, $19), $2, 'User', $3::jsonb, $4, $5, $6, $7, $8, $9, $10, $11, $11)
    on conflict do nothing
    returning id, seq),
  indexed as (
    insert into resource_value (tenant_id, type, attribute, value_key, seq)
    select $1, 'User', entry.attribute, entry.key, created.seq
      from created, unnest($12::text[], $13::text[]) as entry (attribute, key)),
  claimed as (
    insert into resource_unique_value (tenant_id, type, attribute, value_key, resource_id)
    select $1, 'User', claim.attribute, claim.key, created.id
      from created, unnest($14::text[], $15::text[]) as claim (attribute, key)),
  logged as (
    insert into change (tenant_id, resource_type, resource_id, version, kind, attributes, actor, correlation_id, at)
    select $1, 'User', created.id, 1, 'create', '{}', $16, $17, $11 from created)
  select created.seq, append_deliveries($1, array[created.id], array['User'], $18::text[], $11, $17) from created`;

/**
 * Adds a user with everything that belongs to it, at version 1. Returns its `seq`, or undefined when the userName is
 * another one's.
 * @throws DictionaryChangedError, UniqueViolation (constraint `resource_unique_value_pkey`) when one of the claims is another one's
 */
export async function createUserRow(
  database: Queryable,
  { tenantId, actor, correlationId, now, dictionaryRevision }: ChangeCause,
  user: NewUser,
): Promise<string | undefined> {
  const columns = resourceColumns("User", user.doc);
  const entries = searchEntries("User", user.doc);
  const rows = await database.query<{ seq: string }>(CREATE, [
    tenantId,
    user.id,
    JSON.stringify(user.doc),
    columns.userNameKey,
    columns.externalId,
    columns.displayNameKey,
    columns.active,
    columns.managerRef,
    columns.employeeNumber,
    user.passwordHash ?? null,
    now,
    entries.map((entry) => entry.attribute),
    entries.map((entry) => entry.key),
    user.claims.map((claim) => claim.attribute),
    user.claims.map((claim) => claim.key),
    actor,
    correlationId,
    user.managerNames,
    dictionaryRevision ?? null,
  ]);
  return rows[0]?.seq;
}
