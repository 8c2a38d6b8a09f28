import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";
import type { Queryable } from "./database.js";
import { resourceColumns } from "./resource-columns.js";
import {
  RESOURCE_COLUMNS,
  RESOURCE_TABLES,
  type ResourceRow,
  type StoredResource,
  toResource,
} from "./resource-row.js";
import { moveSearchValues } from "./search-value-store.js";

export { NO_PARENT, type StoredResource } from "./resource-row.js";

/** What a write stores of a resource. */
export interface ResourceContent {
  doc: JsonObject;
  parentId: string | null;
  parentRef: string | null;
  /** Undefined keeps the stored one. */
  passwordHash?: string | undefined;
}

/** Reads one living resource, or undefined. `id` must be a UUID. */
export async function findResource(
  queryable: Queryable,
  tenantId: string,
  type: ResourceTypeId,
  id: string,
): Promise<StoredResource | undefined> {
  const rows = await queryable.query<ResourceRow>(FIND, [tenantId, id, type]);
  return rows[0] && toResource(rows[0]);
}

// Made once: a text that is put together for each request is also hashed for each, to find the statement's name.
const FIND = `select ${RESOURCE_COLUMNS} from ${RESOURCE_TABLES}
      where r.tenant_id = $1 and r.id = $2 and r.type = $3 and r.deleted_at is null`;

/** As {@link findResource}, and keeps the row locked until the transaction ends. */
export async function lockResource(
  tx: Queryable,
  tenantId: string,
  type: ResourceTypeId,
  id: string,
): Promise<StoredResource | undefined> {
  const rows = await tx.query<ResourceRow>(
    `select ${RESOURCE_COLUMNS} from ${RESOURCE_TABLES}
      where r.tenant_id = $1 and r.id = $2 and r.type = $3 and r.deleted_at is null for no key update of r`,
    [tenantId, id, type],
  );
  return rows[0] && toResource(rows[0]);
}

/**
 * Adds a resource, at version 1, with its entries in the search index. Returns its `seq`, or undefined, with the
 * transaction still usable, when another one of the tenant has the userName: a conflict is an ordinary answer here,
 * and as an error it would cost the connection.
 */
export async function insertResource(
  tx: Queryable,
  input: ResourceContent & { tenantId: string; type: ResourceTypeId; id: string; now: Date },
): Promise<string | undefined> {
  const columns = resourceColumns(input.type, input.doc);
  const rows = await tx.query<{ seq: string }>(
    `insert into resource (tenant_id, id, type, doc, user_name_key, external_id, display_name_key, active,
                           manager_ref, employee_number, kind, parent_id, parent_ref, password_hash,
                           created_at, modified_at)
     values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)
     on conflict do nothing
     returning seq`,
    [
      input.tenantId,
      input.id,
      input.type,
      JSON.stringify(input.doc),
      columns.userNameKey,
      columns.externalId,
      columns.displayNameKey,
      columns.active,
      columns.managerRef,
      columns.employeeNumber,
      columns.kind,
      input.parentId,
      input.parentRef,
      input.passwordHash ?? null,
      input.now,
    ],
  );
  const seq = rows[0]?.seq;
  if (seq === undefined) return undefined;
  await moveSearchValues(tx, { tenantId: input.tenantId, type: input.type, seq }, undefined, input.doc);
  return seq;
}

/**
 * Replaces the content of a locked resource and its entries in the search index, and raises its version.
 * @throws UniqueViolation (constraint `resource_user_name_key`) when another one has the userName
 */
export async function updateResource(
  tx: Queryable,
  stored: StoredResource,
  input: ResourceContent & { tenantId: string; now: Date },
): Promise<void> {
  const { type, id, seq } = stored;
  const columns = resourceColumns(type, input.doc);
  await moveSearchValues(tx, { tenantId: input.tenantId, type, seq }, stored.doc, input.doc);
  await tx.query(
    `update resource
        set doc = $3::jsonb, user_name_key = $4, external_id = $5, display_name_key = $6, active = $7,
            manager_ref = $8, employee_number = $9, kind = $10, parent_id = $11, parent_ref = $12,
            password_hash = coalesce($13, password_hash), version = version + 1, modified_at = $14
      where tenant_id = $1 and id = $2`,
    [
      input.tenantId,
      id,
      JSON.stringify(input.doc),
      columns.userNameKey,
      columns.externalId,
      columns.displayNameKey,
      columns.active,
      columns.managerRef,
      columns.employeeNumber,
      columns.kind,
      input.parentId,
      input.parentRef,
      input.passwordHash ?? null,
      input.now,
    ],
  );
}

/** Raises the version of resources whose representation changed by rows other than their own. */
export async function raiseVersions(
  tx: Queryable,
  input: { tenantId: string; ids: readonly string[]; now: Date },
): Promise<void> {
  if (input.ids.length === 0) return;
  await tx.query(
    `update resource set version = version + 1, modified_at = $3
      where tenant_id = $1 and id = any($2::uuid[]) and deleted_at is null`,
    [input.tenantId, input.ids, input.now],
  );
}

/**
 * Turns a locked resource into a tombstone: its names are free again and nothing finds it any more, its document stays
 * for the deliveries.
 */
export async function buryResource(
  tx: Queryable,
  { id, type, seq, doc }: StoredResource,
  input: { tenantId: string; now: Date },
): Promise<void> {
  await moveSearchValues(tx, { tenantId: input.tenantId, type, seq }, doc, undefined);
  await tx.query(
    `update resource
        set deleted_at = $3, modified_at = $3, version = version + 1, parent_id = null, parent_ref = null,
            password_hash = null
      where tenant_id = $1 and id = $2`,
    [input.tenantId, id, input.now],
  );
}

/** Reads a deleted resource and keeps its row locked until the transaction ends. */
export async function lockTombstone(
  tx: Queryable,
  tenantId: string,
  type: ResourceTypeId,
  id: string,
): Promise<StoredResource | undefined> {
  const rows = await tx.query<ResourceRow>(
    `select ${RESOURCE_COLUMNS} from ${RESOURCE_TABLES}
      where r.tenant_id = $1 and r.id = $2 and r.type = $3 and r.deleted_at is not null for no key update of r`,
    [tenantId, id, type],
  );
  return rows[0] && toResource(rows[0]);
}

/**
 * Turns a locked tombstone into a living resource again, as it was, with its entries in the search index.
 * @throws UniqueViolation (constraint `resource_user_name_key`) when another one has the userName
 */
export async function exhumeResource(
  tx: Queryable,
  { id, type, seq, doc }: StoredResource,
  { tenantId, now }: { tenantId: string; now: Date },
): Promise<void> {
  await tx.query(
    `update resource set deleted_at = null, modified_at = $3, version = version + 1
      where tenant_id = $1 and id = $2`,
    [tenantId, id, now],
  );
  await moveSearchValues(tx, { tenantId, type, seq }, undefined, doc);
}

/** The stored password hash of a living user, or null. */
export async function findPasswordHash(
  queryable: Queryable,
  tenantId: string,
  id: string,
): Promise<string | null> {
  const rows = await queryable.query<{ password_hash: string | null }>(
    "select password_hash from resource where tenant_id = $1 and id = $2 and deleted_at is null",
    [tenantId, id],
  );
  return rows[0]?.password_hash ?? null;
}

/** Which of the ids are living resources of the tenant, and of which type. */
export async function findResourceTypes(
  queryable: Queryable,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, ResourceTypeId>> {
  if (ids.length === 0) return new Map();
  const rows = await queryable.query<{ id: string; type: ResourceTypeId }>(
    "select id, type from resource where tenant_id = $1 and id = any($2::uuid[]) and deleted_at is null",
    [tenantId, ids],
  );
  return new Map(rows.map((row) => [row.id, row.type]));
}
