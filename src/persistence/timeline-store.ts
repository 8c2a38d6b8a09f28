import { firstTimedId, timeOfId } from "../platform/ids.js";
import type { JsonValue, ResourceTypeId } from "../scim/schema/attribute.js";
import type { AuditEntry } from "./audit-store.js";
import type { ChangeKind } from "./change-store.js";
import type { Queryable } from "./queryable.js";
import type { RunRow } from "./run-row-store.js";
import type { RunTrigger } from "./run-store.js";

/** Whose history is read. */
export interface TimelineOf {
  tenantId: string;
  resourceId: string;
  /** Only what carries this correlation id. */
  correlationId?: string | undefined;
}

/**
 * Where a page of one source begins, newest first: rows of before `at`, and rows of that very moment whose key is
 * smaller than `key`. Null takes all of that moment, "" none.
 */
export interface TimelineBound {
  at: Date;
  key: string | null;
}

/** Every row of a source has its moment and a key that orders rows of the same moment. */
export interface TimelineRow {
  at: Date;
  key: string;
}

/** A request that named the resource, or another one through which it was changed. */
export interface TimelineRequest extends TimelineRow {
  id: string;
  method: string;
  path: string;
  status: number;
  clientId: string;
  profile: string;
  quirks: string[];
  ignored: string[];
  /** The resource that its path names, if any. */
  resourceId: string | null;
  scimType: string | null;
  detail: string | null;
  correlationId: string;
}

/** A stored change of the resource. */
export interface TimelineChange extends TimelineRow {
  kind: ChangeKind;
  attributes: string[];
  version: string;
  actor: string;
  correlationId: string;
}

/** A try to bring the resource up to date at a connection. */
export interface TimelineAttempt extends TimelineRow {
  id: string;
  deliveryId: string;
  connectionId: string;
  /** Null once the connection was removed. */
  connectionName: string | null;
  number: number;
  trigger: string;
  action: string;
  outcome: string;
  durationMs: number;
  code: string | null;
  message: string | null;
  remedy: string | null;
  zh: { message: string; remedy?: string } | null;
  remoteId: string | null;
  calls: JsonValue[];
  correlationId: string | null;
}

/** What a run found about the resource. */
export interface TimelineComparison
  extends TimelineRow,
    Pick<RunRow, "runId" | "connectionId" | "kind" | "drifts" | "action" | "result" | "reason"> {
  /** Null once the connection was removed. */
  connectionName: string | null;
  trigger: RunTrigger;
  dryRun: boolean;
  correlationId: string;
}

/** What the resource is called and whether it is still there; undefined where there never was one of this type. */
export interface TimelineSubject {
  id: string;
  type: ResourceTypeId;
  name: string | null;
  deletedAt: Date | null;
}

/** A resource or what is left of it. */
export async function findTimelineSubject(
  db: Queryable,
  tenantId: string,
  type: ResourceTypeId,
  id: string,
): Promise<TimelineSubject | undefined> {
  const rows = await db.query<TimelineSubject & Record<string, unknown>>(
    `select id, type, coalesce(doc->>'displayName', doc->>'userName') as name, deleted_at as "deletedAt"
       from resource where tenant_id = $1 and id = $2 and type = $3`,
    [tenantId, id, type],
  );
  return rows[0];
}

/** Requests that named the resource in their path, or created it. */
export function timelineRequests(db: Queryable, of: TimelineOf, bound: TimelineBound, limit: number) {
  return db.query<TimelineRequest & Record<string, unknown>>(
    `select ${REQUEST} from request_log r
      where r.tenant_id = $1 and r.resource_id = $2 and ($3::text is null or r.correlation_id = $3) and r.id < $4::uuid
      order by r.id desc limit $5`,
    [of.tenantId, of.resourceId, of.correlationId ?? null, idBefore(bound), limit],
  );
}

const REQUEST = `r.id, r.id::text as key, r.at, r.method, r.path, r.status, r.client_id as "clientId", r.profile, r.quirks,
  r.ignored, r.resource_id as "resourceId", r.scim_type as "scimType", r.detail, r.correlation_id as "correlationId"`;

/** How long before a change its request may have arrived, in milliseconds: a bulk request takes some seconds. */
const REQUEST_BEFORE_CHANGE_MS = 30_000;

/**
 * The requests that led to changes, by correlation id: for changes whose request named another resource or, as a bulk
 * request, none. There is no index by correlation id; the time of the change bounds what is looked at.
 */
export function requestsBehind(
  db: Queryable,
  tenantId: string,
  changes: readonly { correlationId: string; at: Date }[],
) {
  const bounds = changes.map(({ at }) => ({
    from: firstTimedId(new Date(at.getTime() - REQUEST_BEFORE_CHANGE_MS)),
    to: firstTimedId(new Date(at.getTime() + 1)),
  }));
  return db.query<TimelineRequest & Record<string, unknown>>(
    `select ${REQUEST}
       from unnest($2::text[], $3::uuid[], $4::uuid[]) as wanted (correlation_id, first, last)
      cross join lateral (
        select * from request_log l
         where l.tenant_id = $1 and l.id >= wanted.first and l.id < wanted.last
           and l.correlation_id = wanted.correlation_id
         order by l.id desc limit 1) r`,
    [
      tenantId,
      changes.map(({ correlationId }) => correlationId),
      bounds.map(({ from }) => from),
      bounds.map(({ to }) => to),
    ],
  );
}

/** Changes of the resource, either those that the engine made by writing ids back, or all others. */
export function timelineChanges(
  db: Queryable,
  of: TimelineOf & { writeBacks: boolean },
  bound: TimelineBound,
  limit: number,
) {
  return db.query<TimelineChange & Record<string, unknown>>(
    `select at, seq::text as key, kind, attributes, version::text, actor, correlation_id as "correlationId"
       from change
      where tenant_id = $1 and resource_id = $2 and ($3::text is null or correlation_id = $3)
        and (actor = 'provisioner') = $4 and ${before("at", "seq", 5)}
      order by at desc, seq desc limit $7`,
    [of.tenantId, of.resourceId, of.correlationId ?? null, of.writeBacks, ...boundOf(bound), limit],
  );
}

/** Tries to bring the resource up to date, at every connection. */
export function timelineAttempts(db: Queryable, of: TimelineOf, bound: TimelineBound, limit: number) {
  return db.query<TimelineAttempt & Record<string, unknown>>(
    `select a.started_at as at, a.seq::text as key, a.id, a.delivery_id as "deliveryId",
            a.connection_id as "connectionId", c.name as "connectionName", a.number, a.trigger, a.action, a.outcome,
            a.duration_ms as "durationMs", a.code, a.message, a.remedy, a.zh, a.remote_id as "remoteId", a.calls,
            a.correlation_id as "correlationId"
       from attempt a
       left join connection c on c.tenant_id = a.tenant_id and c.id = a.connection_id
      where a.tenant_id = $1 and a.resource_id = $2 and ($3::text is null or a.correlation_id = $3)
        and ${before("a.started_at", "a.seq", 4)}
      order by a.started_at desc, a.seq desc limit $6`,
    [of.tenantId, of.resourceId, of.correlationId ?? null, ...boundOf(bound), limit],
  );
}

/** What runs found about the resource. */
export async function timelineComparisons(
  db: Queryable,
  of: TimelineOf,
  bound: TimelineBound,
  limit: number,
): Promise<TimelineComparison[]> {
  const rows = await db.query<Omit<TimelineComparison, "at">>(
    `select r.id::text as key, r.run_id as "runId", r.connection_id as "connectionId", c.name as "connectionName",
            n.trigger, n.dry_run as "dryRun", r.kind, r.drifts, r.action, r.result, r.reason,
            n.correlation_id as "correlationId"
       from run_row r
       join run n on n.tenant_id = r.tenant_id and n.id = r.run_id
       left join connection c on c.tenant_id = r.tenant_id and c.id = r.connection_id
      where r.tenant_id = $1 and r.resource_id = $2 and ($3::text is null or n.correlation_id = $3)
        and r.id < $4::uuid
      order by r.id desc limit $5`,
    [of.tenantId, of.resourceId, of.correlationId ?? null, idBefore(bound), limit],
  );
  return rows.map((row) => ({ ...row, at: timeOfId(row.key) }));
}

/** What administrators did to the resource's deliveries. */
export function timelineAudit(db: Queryable, of: TimelineOf, bound: TimelineBound, limit: number) {
  return db.query<AuditEntry & TimelineRow & Record<string, unknown>>(
    `select e.id, e.at, e.seq::text as key, e.actor, e.action, e.object_type as "objectType",
            e.object_id as "objectId", e.object_name as "objectName", e.changes, e.correlation_id as "correlationId"
       from audit_entry e
      where e.tenant_id = $1 and e.object_type = 'delivery'
        and e.object_id in (select d.id::text from delivery d where d.tenant_id = $1 and d.resource_id = $2)
        and ($3::text is null or e.correlation_id = $3) and ${before("e.at", "e.seq", 4)}
      order by e.at desc, e.seq desc limit $6`,
    [of.tenantId, of.resourceId, of.correlationId ?? null, ...boundOf(bound), limit],
  );
}

/** The remote ids that tries led to, by correlation id; the newest of each. */
export async function remoteIdsOf(
  db: Queryable,
  of: TimelineOf,
  correlationIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db.query<{ correlation_id: string; remote_id: string }>(
    `select distinct on (correlation_id) correlation_id, remote_id from attempt
      where tenant_id = $1 and resource_id = $2 and correlation_id = any($3::text[]) and remote_id is not null
      order by correlation_id, started_at desc, seq desc`,
    [of.tenantId, of.resourceId, correlationIds],
  );
  return new Map(rows.map((row) => [row.correlation_id, row.remote_id]));
}

/** Ids that begin with the time are the key of their source: a bound in time is a bound of ids. */
function idBefore({ at, key }: TimelineBound): string {
  if (key === null) return firstTimedId(new Date(at.getTime() + 1));
  return key === "" ? firstTimedId(at) : key;
}

/** The condition of a bound whose moment and sequence number are the parameters from `first` on. */
function before(at: string, seq: string, first: number): string {
  return `(${at}, ${seq}) < ($${first}::timestamptz, $${first + 1}::bigint)`;
}

const GREATEST_SEQ = "9223372036854775807";

function boundOf({ at, key }: TimelineBound): [Date, string] {
  return [at, key === null ? GREATEST_SEQ : key === "" ? "0" : key];
}
