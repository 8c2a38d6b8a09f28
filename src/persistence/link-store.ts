import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";
import type { Queryable } from "./queryable.js";
import type { Page } from "./row-key.js";

/** Names the links of one connection. */
export interface ConnectionKey {
  tenantId: string;
  connectionId: string;
}

/** Names one link. */
export interface LinkKey extends ConnectionKey {
  resourceId: string;
}

/** Which remote object a resource is at a connection. */
export interface LinkRow extends LinkKey {
  resourceType: ResourceTypeId;
  remoteId: string;
  /** The profile as the vendor last accepted it. */
  lastSent: JsonObject;
  createdAt: Date;
  modifiedAt: Date;
}

const COLUMNS = `tenant_id as "tenantId", connection_id as "connectionId", resource_id as "resourceId",
  resource_type as "resourceType", remote_id as "remoteId", last_sent as "lastSent", created_at as "createdAt",
  modified_at as "modifiedAt"`;

/** A resource's link at a connection. */
export async function findLink(db: Queryable, key: LinkKey): Promise<LinkRow | undefined> {
  return (await findLinks(db, key, [key.resourceId]))[0];
}

/** The links of several resources at a connection, in no particular order; resources without one are left out. */
export async function findLinks(
  db: Queryable,
  { tenantId, connectionId }: ConnectionKey,
  resourceIds: readonly string[],
): Promise<LinkRow[]> {
  return db.query<LinkRow>(
    `select ${COLUMNS} from link
      where tenant_id = $1 and connection_id = $2 and resource_id = any($3::uuid[])`,
    [tenantId, connectionId, resourceIds],
  );
}

/** The link to a remote object. */
export async function findLinkByRemoteId(
  db: Queryable,
  { tenantId, connectionId }: ConnectionKey,
  resourceType: ResourceTypeId,
  remoteId: string,
): Promise<LinkRow | undefined> {
  const rows = await db.query<LinkRow>(
    `select ${COLUMNS} from link
      where tenant_id = $1 and connection_id = $2 and resource_type = $3 and remote_id = $4`,
    [tenantId, connectionId, resourceType, remoteId],
  );
  return rows[0];
}

/**
 * The links whose last sent profile contains `fragment` (jsonb containment: every key of it, and every element of its
 * arrays), in the order of their resource ids. `{ parentRemoteId: "7" }` finds the departments below department 7,
 * `{ departmentRemoteIds: ["7"] }` the people in it. `after` is a resource id.
 */
export async function findLinksByLastSent(
  db: Queryable,
  { tenantId, connectionId }: ConnectionKey,
  resourceType: ResourceTypeId,
  fragment: JsonObject,
  page: Page,
): Promise<LinkRow[]> {
  return db.query<LinkRow>(
    `select ${COLUMNS} from link
      where tenant_id = $1 and connection_id = $2 and resource_type = $3 and last_sent @> $4::jsonb
        and ($5::uuid is null or resource_id > $5)
      order by resource_id
      limit $6`,
    [tenantId, connectionId, resourceType, JSON.stringify(fragment), page.after ?? null, page.limit],
  );
}

/**
 * Makes or replaces a resource's link; `createdAt` of an existing one stays.
 * @throws UniqueViolation (constraint link_remote) when another resource is linked to the same remote object
 */
export async function upsertLink(db: Queryable, link: LinkRow): Promise<void> {
  await db.query(
    `insert into link (tenant_id, connection_id, resource_id, resource_type, remote_id, last_sent, created_at, modified_at)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8)
     on conflict (tenant_id, connection_id, resource_id) do update
        set remote_id = excluded.remote_id, last_sent = excluded.last_sent, modified_at = excluded.modified_at`,
    [
      link.tenantId,
      link.connectionId,
      link.resourceId,
      link.resourceType,
      link.remoteId,
      JSON.stringify(link.lastSent),
      link.createdAt,
      link.modifiedAt,
    ],
  );
}

/** Puts right what counts as sent, of several links at once. */
export async function correctLastSent(
  db: Queryable,
  { tenantId, connectionId }: ConnectionKey,
  corrected: readonly { resourceId: string; lastSent: JsonObject }[],
  now: Date,
): Promise<void> {
  if (corrected.length === 0) return;
  await db.query(
    `update link l set last_sent = given.last_sent, modified_at = $4
       from jsonb_to_recordset($3::jsonb) as given (resource_id uuid, last_sent jsonb)
      where l.tenant_id = $1 and l.connection_id = $2 and l.resource_id = given.resource_id`,
    [
      tenantId,
      connectionId,
      JSON.stringify(corrected.map((one) => ({ resource_id: one.resourceId, last_sent: one.lastSent }))),
      now,
    ],
  );
}

/** What is noted of a linked resource that SCIM does not want at the vendor. */
export interface LinkMarks {
  /** Since when; null: it is wanted. */
  unwantedSince: Date | null;
  /** Whether the account was disabled because of that. */
  disabled: boolean;
  /** Whether an administrator decided that it stays all the same. */
  kept: boolean;
}

/** Replaces what is noted of a link; of when it was first kept, nothing is forgotten. */
export async function markLink(db: Queryable, key: LinkKey, marks: LinkMarks, now: Date): Promise<void> {
  await db.query(
    `update link
        set unwanted_since = $4, disabled = $5, kept_at = case when $6 then coalesce(kept_at, $7) end
      where tenant_id = $1 and connection_id = $2 and resource_id = $3`,
    [key.tenantId, key.connectionId, key.resourceId, marks.unwantedSince, marks.disabled, marks.kept, now],
  );
}

/** Forgets a resource's remote object. Returns false when there was no link. */
export async function deleteLink(db: Queryable, key: LinkKey): Promise<boolean> {
  const rows = await db.query(
    "delete from link where tenant_id = $1 and connection_id = $2 and resource_id = $3 returning 1",
    [key.tenantId, key.connectionId, key.resourceId],
  );
  return rows.length === 1;
}
