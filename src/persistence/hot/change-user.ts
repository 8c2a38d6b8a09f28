import type { JsonObject } from "../../scim/schema/attribute.js";
import {
  changedPart,
  mayChangeEntries,
  type SearchEntry,
  searchDifference,
  searchEntries,
} from "../../scim/search-entries.js";
import type { ChangeCause } from "../change-store.js";
import type { Queryable } from "../queryable.js";
import { resourceColumns } from "../resource-columns.js";
import { OWN_COLUMNS, type ResourceRow, type StoredResource, toResource } from "../resource-row.js";
import type { UniqueClaim } from "../unique-claim.js";

/** Reads a living user, or undefined. A user has no parent, so nothing is joined. `id` must be a UUID. */
export async function readUser(
  queryable: Queryable,
  tenantId: string,
  id: string,
): Promise<StoredResource | undefined> {
  const [row] = await queryable.query<ResourceRow>(READ, [tenantId, id]);
  return row && toResource(row);
}

const READ = `select ${OWN_COLUMNS}, null as parent_display from resource r
    where r.tenant_id = $1 and r.id = $2 and r.type = 'User' and r.deleted_at is null`;

/** What a user is to become. */
export interface UserUpdate {
  /** The user as it was read. */
  stored: StoredResource;
  doc: JsonObject;
  /** `doc` as JSON. */
  text: string;
  /** Undefined keeps the password. */
  passwordHash?: string | undefined;
  /** What changes, all of it: as the change log names it. */
  attributes: readonly string[];
  gone: readonly UniqueClaim[];
  fresh: readonly UniqueClaim[];
  /** The names by which others call this person their manager and that came or went. */
  managerNames: readonly string[];
}

/**
 * Changes a user in one autocommitted statement if it still has the version that was read; returns false, with nothing
 * changed, if it has not. Read, compare and set needs no transaction: 15 % faster than four round trips under a lock,
 * and nothing is locked while the process works out and checks the new content.
 * @throws DictionaryChangedError, UniqueViolation (`resource_user_name_key`, `resource_unique_value_pkey`), with nothing changed
 */
export async function changeUserRow(
  database: Queryable,
  cause: ChangeCause,
  update: UserUpdate,
): Promise<boolean> {
  const { stored, doc } = update;
  const columns = resourceColumns("User", doc);
  const search = mayChangeEntries(update.attributes)
    ? searchDifference(
        searchEntries("User", changedPart(stored.doc, update.attributes)),
        searchEntries("User", changedPart(doc, update.attributes)),
      )
    : { gone: [], fresh: [] };
  const values: unknown[] = [
    cause.tenantId,
    stored.id,
    stored.version,
    update.text,
    columns.userNameKey,
    columns.externalId,
    columns.displayNameKey,
    columns.active,
    columns.managerRef,
    columns.employeeNumber,
    update.passwordHash ?? null,
    cause.now,
    update.attributes,
    cause.actor,
    cause.correlationId,
    update.managerNames,
    cause.dictionaryRevision ?? null,
  ];
  const lists: Record<ListName, readonly (SearchEntry | UniqueClaim)[]> = {
    indexed: search.fresh,
    released: update.gone,
    claimed: update.fresh,
    unindexed: search.gone,
  };
  const present = LISTS.filter((name) => lists[name].length > 0);
  for (const name of present) {
    values.push(lists[name].map((one) => one.attribute));
    values.push(lists[name].map((one) => one.key));
  }
  const rows = await database.query(statementFor(present), values);
  return rows.length === 1;
}

/** What else may have to be written, in the order of its parameters: two arrays each, attributes and keys. */
const LISTS = ["indexed", "released", "claimed", "unindexed"] as const;
type ListName = (typeof LISTS)[number];
const OWN_PARAMETERS = 17;

/** The few texts there are, made once: one that is put together for each request is also hashed for each. */
const statements = new Map<string, string>();

function statementFor(present: readonly ListName[]): string {
  const key = present.join(" ");
  let text = statements.get(key);
  if (text === undefined) {
    text = statement(present);
    statements.set(key, text);
  }
  return text;
}

/**
 * Only the parts that there is something for: a statement has few variants, and each of them is prepared. The arrays
 * stand in sub-selects so that the planner does not look at their lengths: for a shorter one than usual it found a plan
 * for these very values cheaper, and planned anew each time (0.6 of 1.0 ms of the database's CPU).
 */
function statement(present: readonly ListName[]): string {
  const arraysOf = (name: ListName) => {
    const first = OWN_PARAMETERS + 1 + 2 * present.indexOf(name);
    return [`$${first}::text[]`, `$${first + 1}::text[]`] as const;
  };
  const pairs = (name: ListName) => {
    const [attributes, keys] = arraysOf(name);
    return `unnest((select ${attributes}), (select ${keys})) as given (attribute, key)`;
  };
  const parts = [UPDATED, LOGGED];
  if (present.includes("indexed")) {
    parts.push(`indexed as (
    insert into resource_value (tenant_id, type, attribute, value_key, seq)
    select $1, 'User', given.attribute, given.key, updated.seq from updated, ${pairs("indexed")})`);
  }
  if (present.includes("released")) {
    parts.push(`released as (
    delete from resource_unique_value held using updated, ${pairs("released")}
     where held.tenant_id = $1 and held.type = 'User' and held.resource_id = updated.id
       and held.attribute = given.attribute and held.value_key = given.key)`);
  }
  if (present.includes("claimed")) {
    parts.push(`claimed as (
    insert into resource_unique_value (tenant_id, type, attribute, value_key, resource_id)
    select $1, 'User', given.attribute, given.key, updated.id from updated, ${pairs("claimed")})`);
  }
  // A part that only selects would not be carried out unless it is asked for.
  const unindexed = present.includes("unindexed")
    ? `, delete_values($1, 'User', updated.seq, ${arraysOf("unindexed").join(", ")})`
    : "";
  return `
  with ${parts.join(",\n  ")}
  ${ORDERED}${unindexed} from updated`;
}

const UPDATED = `updated as (
    update resource
       set doc = $4::jsonb, user_name_key = $5, external_id = $6, display_name_key = $7, active = $8, manager_ref = $9,
           employee_number = $10, password_hash = coalesce($11, password_hash), version = version + 1, modified_at = $12
     where tenant_id = at_dictionary_revision($1, $17) and id = $2 and type = 'User' and deleted_at is null
       and version = $3
    returning id, seq, version)`;

const LOGGED = `logged as (
    insert into change (tenant_id, resource_type, resource_id, version, kind, attributes, actor, correlation_id, at)
    select $1, 'User', updated.id, updated.version, 'update', $13::text[], $14, $15, $12 from updated)`;

const ORDERED = "select append_deliveries($1, array[updated.id], array['User'], $16::text[], $12, $15)";
