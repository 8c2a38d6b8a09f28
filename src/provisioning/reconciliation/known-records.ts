import type { DeliveryState } from "../../outbox/delivery.js";
import type { Queryable } from "../../persistence/database.js";
import type { JsonObject, ResourceTypeId } from "../../scim/schema/attribute.js";

/** A linked resource as a comparison needs it. */
export interface LinkedRecord {
  resourceId: string;
  remoteId: string;
  lastSent: JsonObject;
  linkedAt: Date;
  /** What people call the resource. */
  name: string | null;
  /** Removed in SCIM. */
  removed: boolean;
  /** Null where nothing was ever ordered. */
  state: DeliveryState | null;
}

/** Which connection's records. */
export interface RecordsOf {
  tenantId: string;
  connectionId: string;
  type: ResourceTypeId;
}

const COLUMNS = `l.resource_id as "resourceId", l.remote_id as "remoteId", l.last_sent as "lastSent",
  l.modified_at as "linkedAt", coalesce(r.doc->>'displayName', r.doc->>'userName') as name,
  (r.id is null or r.deleted_at is not null) as removed, d.state`;
const JOINS = `link l
    left join resource r on r.tenant_id = l.tenant_id and r.id = l.resource_id
    left join delivery d on d.tenant_id = l.tenant_id and d.connection_id = l.connection_id
                        and d.resource_id = l.resource_id`;

/** The links to these remote records, by remote id. */
export async function findLinked(
  database: Queryable,
  { tenantId, connectionId, type }: RecordsOf,
  remoteIds: readonly string[],
): Promise<Map<string, LinkedRecord>> {
  const rows = await database.query<LinkedRecord & Record<string, unknown>>(
    `select ${COLUMNS} from ${JOINS}
      where l.tenant_id = $1 and l.connection_id = $2 and l.resource_type = $3 and l.remote_id = any($4::text[])`,
    [tenantId, connectionId, type, remoteIds],
  );
  return new Map(rows.map((row) => [row.remoteId, row]));
}

/** A page of all links, in the order of the resource ids. */
export async function listLinked(
  database: Queryable,
  { tenantId, connectionId, type }: RecordsOf,
  page: { after: string | undefined; limit: number },
): Promise<LinkedRecord[]> {
  return database.query<LinkedRecord & Record<string, unknown>>(
    `select ${COLUMNS} from ${JOINS}
      where l.tenant_id = $1 and l.connection_id = $2 and l.resource_type = $3
        and ($4::uuid is null or l.resource_id > $4)
      order by l.resource_id limit $5`,
    [tenantId, connectionId, type, page.after ?? null, page.limit],
  );
}

/** A resource that a record's stamp names. */
export interface StampedResource {
  resourceId: string;
  name: string | null;
  removed: boolean;
  /** Where the resource is linked to, if it is. */
  linkedTo: string | null;
  state: DeliveryState | null;
}

/** The resources, living or removed, that these stamps name, by id. */
export async function findStamped(
  database: Queryable,
  { tenantId, connectionId, type }: RecordsOf,
  resourceIds: readonly string[],
): Promise<Map<string, StampedResource>> {
  if (resourceIds.length === 0) return new Map();
  const rows = await database.query<StampedResource & Record<string, unknown>>(
    `select r.id as "resourceId", coalesce(r.doc->>'displayName', r.doc->>'userName') as name,
            r.deleted_at is not null as removed, l.remote_id as "linkedTo", d.state
       from resource r
       left join link l on l.tenant_id = r.tenant_id and l.connection_id = $2 and l.resource_id = r.id
       left join delivery d on d.tenant_id = r.tenant_id and d.connection_id = $2 and d.resource_id = r.id
      where r.tenant_id = $1 and r.type = $3 and r.id = any($4::uuid[])`,
    [tenantId, connectionId, type, resourceIds],
  );
  return new Map(rows.map((row) => [row.resourceId, row]));
}

/** Remote ids of all departments and roles that are linked to groups of ours. */
export async function linkedDepartments(
  database: Queryable,
  { tenantId, connectionId }: Omit<RecordsOf, "type">,
): Promise<Set<string>> {
  const rows = await database.query<{ remote_id: string }>(
    "select remote_id from link where tenant_id = $1 and connection_id = $2 and resource_type = 'Group'",
    [tenantId, connectionId],
  );
  return new Set(rows.map((row) => row.remote_id));
}

const MOVING: ReadonlySet<DeliveryState> = new Set(["pending", "claimed", "blocked", "awaiting", "held"]);

/** Whether the record's own delivery is still to come, so that a difference is no news. */
export function isMoving(state: DeliveryState | null): boolean {
  return state !== null && MOVING.has(state);
}
