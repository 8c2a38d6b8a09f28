import type { JsonValue, ResourceTypeId } from "../scim/schema/attribute.js";
import type { Queryable } from "./queryable.js";

/** What a run, or a decision on a row of it, took over into a resource. */
export interface AdoptedValue {
  tenantId: string;
  runId: string;
  /** Begins with the time. */
  id: string;
  connectionId: string;
  resourceType: ResourceTypeId;
  resourceId: string;
  /** By PATCH path; null: nothing was, or is, there. */
  changes: { path: string; before: JsonValue; after: JsonValue }[];
  /** Groups that the person joined, and left. */
  joined: string[];
  left: string[];
}

/** Remembers what is about to be taken over. */
export async function insertAdoptedValue(db: Queryable, value: AdoptedValue): Promise<void> {
  await db.query(
    `insert into adopted_value (tenant_id, run_id, id, connection_id, resource_type, resource_id, changes, joined,
                                left_groups)
     values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9::jsonb)`,
    [
      value.tenantId,
      value.runId,
      value.id,
      value.connectionId,
      value.resourceType,
      value.resourceId,
      JSON.stringify(value.changes),
      JSON.stringify(value.joined),
      JSON.stringify(value.left),
    ],
  );
}

/** Forgets what was not taken over after all. */
export async function deleteAdoptedValue(
  db: Queryable,
  { tenantId, runId, resourceId, id }: Pick<AdoptedValue, "tenantId" | "runId" | "resourceId" | "id">,
): Promise<void> {
  await db.query(
    "delete from adopted_value where tenant_id = $1 and run_id = $2 and resource_id = $3 and id = $4",
    [tenantId, runId, resourceId, id],
  );
}

/** What a run took over into a resource, newest first. */
export async function findAdoptedValues(
  db: Queryable,
  key: { tenantId: string; runId: string; resourceId: string },
): Promise<AdoptedValue[]> {
  return db.query<AdoptedValue & Record<string, unknown>>(
    `select tenant_id as "tenantId", run_id as "runId", id, connection_id as "connectionId",
            resource_type as "resourceType", resource_id as "resourceId", changes, joined, left_groups as "left"
       from adopted_value where tenant_id = $1 and run_id = $2 and resource_id = $3 order by id desc`,
    [key.tenantId, key.runId, key.resourceId],
  );
}
