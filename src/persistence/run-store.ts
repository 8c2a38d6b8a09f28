import type { Queryable } from "./queryable.js";
import type { RowKey } from "./row-key.js";
import { sqlParameters } from "./sql-parameters.js";

/** What set a run off. An event of the vendor sets off the run of a single record, which is over at once. */
export type RunTrigger = "manual" | "schedule" | "event";

/**
 * Where a run stands.
 *
 * - `queued`, `running`: active; a connection has at most one of these
 * - `succeeded`: compared, and everything ordered was done
 * - `partial`: compared, but some records were not brought in line
 * - `incomplete`: part of the vendor's records could not be read, so nothing was concluded from absence
 * - `stopped`: a safety rule ended it, such as a shrunk permission scope
 * - `failed`: it could not be carried out, e.g. because the vendor refuses the connection
 * - `interrupted`: its process died, and so did those that took it up again
 */
export type RunStatus =
  | "queued"
  | "running"
  | "succeeded"
  | "partial"
  | "incomplete"
  | "stopped"
  | "failed"
  | "interrupted";

/**
 * How closely a run looks at people: `listed`, what the vendor's lists show; `full`, also what only the read of one
 * person shows, for those who were sent such a thing.
 */
export type RunDepth = "listed" | "full";

/** Why a run ended as it did, in the administrator's terms. */
export interface RunReason {
  code: string;
  message: string;
  remedy?: string;
  /** The same two in Simplified Chinese, where there is a translation. */
  zh?: { message: string; remedy?: string };
}

/** How far a run is. Counts of the vendor's records unless said otherwise. */
export interface RunProgress {
  departmentsFound: number;
  departmentsRead: number;
  peopleRead: number;
  /** Records that are as they were sent. */
  same: number;
  /** Differences that an administrator or the policy leaves alone. */
  ignored: number;
  /** Fields of people that could not be compared, by field, e.g. for want of a permission. */
  notComparable: Record<string, number>;
}

/** What the vendor let us see when the run began. */
export interface RunScope {
  wholeCompany: boolean;
  departmentRemoteIds: string[];
  userRemoteIds: string[];
}

/** One comparison of a connection with its vendor. */
export interface Run {
  tenantId: string;
  id: string;
  connectionId: string;
  trigger: RunTrigger;
  dryRun: boolean;
  /** Whether a smaller permission scope than the last time is accepted. */
  acceptScope: boolean;
  depth: RunDepth;
  status: RunStatus;
  /** What it does at the moment: "departments", "people", "absent", "delivering". */
  phase: string | null;
  actor: string;
  correlationId: string;
  requestedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  leaseId: string | null;
  /** How often it was begun anew because its process died or stopped. */
  restarts: number;
  progress: RunProgress;
  scope: RunScope | null;
  reason: RunReason | null;
}

export const COLUMNS = `tenant_id as "tenantId", id, connection_id as "connectionId", trigger, dry_run as "dryRun",
  accept_scope as "acceptScope", depth, status, phase, actor, correlation_id as "correlationId",
  requested_at as "requestedAt", started_at as "startedAt", ended_at as "endedAt", lease_id as "leaseId", restarts, progress,
  scope, reason`;

/** A run to be queued. */
export type NewRun = Pick<
  Run,
  | "tenantId"
  | "id"
  | "connectionId"
  | "trigger"
  | "dryRun"
  | "acceptScope"
  | "depth"
  | "actor"
  | "correlationId"
> & { now: Date };

/** Queues a run. Answers false, with nothing written, when the connection has an active one. */
export async function insertRun(db: Queryable, run: NewRun): Promise<boolean> {
  const rows = await db.query(
    `insert into run (tenant_id, id, connection_id, trigger, dry_run, accept_scope, status, actor, correlation_id,
                      requested_at, progress, depth)
     values ($1, $2, $3, $4, $5, $6, 'queued', $7, $8, $9, $10::jsonb, $11)
     on conflict (tenant_id, connection_id) where status in ('queued', 'running') do nothing
     returning 1`,
    [
      run.tenantId,
      run.id,
      run.connectionId,
      run.trigger,
      run.dryRun,
      run.acceptScope,
      run.actor,
      run.correlationId,
      run.now,
      JSON.stringify(NO_PROGRESS),
      run.depth,
    ],
  );
  return rows.length === 1;
}

/** The progress of a run that has read nothing yet. */
export const NO_PROGRESS: RunProgress = {
  departmentsFound: 0,
  departmentsRead: 0,
  peopleRead: 0,
  same: 0,
  ignored: 0,
  notComparable: {},
};

/** Stores a run that is over already. */
export async function insertEndedRun(db: Queryable, run: Run): Promise<void> {
  await db.query(
    `insert into run (tenant_id, id, connection_id, trigger, dry_run, accept_scope, status, actor, correlation_id,
                      requested_at, started_at, ended_at, progress, depth)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb, $14)`,
    [
      run.tenantId,
      run.id,
      run.connectionId,
      run.trigger,
      run.dryRun,
      run.acceptScope,
      run.status,
      run.actor,
      run.correlationId,
      run.requestedAt,
      run.startedAt,
      run.endedAt,
      JSON.stringify(run.progress),
      run.depth,
    ],
  );
}

/** Takes a run back that found nothing. */
export async function deleteRun(db: Queryable, { tenantId, id }: RowKey): Promise<void> {
  await db.query("delete from run where tenant_id = $1 and id = $2", [tenantId, id]);
}

/** One run. */
export async function findRun(db: Queryable, { tenantId, id }: RowKey): Promise<Run | undefined> {
  const rows = await db.query<RunColumns>(`select ${COLUMNS} from run where tenant_id = $1 and id = $2`, [
    tenantId,
    id,
  ]);
  return rows[0];
}

/** The connection's active run, if it has one. */
export async function findActiveRun(
  db: Queryable,
  { tenantId, connectionId }: { tenantId: string; connectionId: string },
): Promise<Run | undefined> {
  const rows = await db.query<RunColumns>(
    `select ${COLUMNS} from run
      where tenant_id = $1 and connection_id = $2 and status in ('queued', 'running')`,
    [tenantId, connectionId],
  );
  return rows[0];
}

/** Which runs to list, newest first. */
export interface RunQuery {
  connectionId: string;
  trigger?: RunTrigger | undefined;
  statuses?: readonly RunStatus[] | undefined;
  /** Requested not before. */
  since?: Date | undefined;
  /** Requested before. */
  until?: Date | undefined;
  /** Begin after the run with this id. */
  after?: string | undefined;
  limit: number;
}

/** Runs of a connection, newest first. */
export async function listRuns(db: Queryable, tenantId: string, query: RunQuery): Promise<Run[]> {
  const parameters = sqlParameters(tenantId);
  const conditions = [`tenant_id = ${parameters.tenant}`];
  const add = (value: unknown, cast: string, condition: (placeholder: string) => string): void => {
    if (value !== undefined) conditions.push(condition(parameters.bind(value, cast)));
  };
  add(query.connectionId, "uuid", (value) => `connection_id = ${value}`);
  add(query.trigger, "text", (value) => `trigger = ${value}`);
  add(query.statuses, "text[]", (value) => `status = any(${value})`);
  add(query.since, "timestamptz", (value) => `requested_at >= ${value}`);
  add(query.until, "timestamptz", (value) => `requested_at < ${value}`);
  add(query.after, "uuid", (value) => `id < ${value}`);
  const limit = parameters.bind(query.limit, "integer");
  return db.query<RunColumns>(
    `select ${COLUMNS} from run where ${conditions.join(" and ")} order by id desc limit ${limit}`,
    parameters.values,
  );
}

/** The newest run of each of the connections that has one; runs of single records do not count. */
export async function findLastRuns(
  db: Queryable,
  tenantId: string,
  connectionIds: readonly string[],
): Promise<Run[]> {
  return db.query<RunColumns>(
    `select newest.* from unnest($2::uuid[]) as wanted (id)
      cross join lateral (select ${COLUMNS} from run
                           where tenant_id = $1 and connection_id = wanted.id and trigger <> 'event'
                           order by id desc limit 1) newest`,
    [tenantId, connectionIds],
  );
}

/** What the vendor let the connection's last run see that got so far and was not stopped, before this one. */
export async function findScopeBefore(db: Queryable, run: Run): Promise<RunScope | undefined> {
  const rows = await db.query<{ scope: RunScope }>(
    `select scope from run
      where tenant_id = $1 and connection_id = $2 and id <> $3 and scope is not null and status <> 'stopped'
      order by id desc limit 1`,
    [run.tenantId, run.connectionId, run.id],
  );
  return rows[0]?.scope;
}

/** Forgets all but the newest `keep` runs of a connection, with their rows; those of single records are apart. */
export async function forgetOldRuns(
  db: Queryable,
  { tenantId, connectionId, trigger }: Run,
  keep: number,
): Promise<void> {
  await db.query(
    `with old as (
       delete from run
        where tenant_id = $1 and connection_id = $2 and status not in ('queued', 'running')
          and (trigger = 'event') = $4
          and id < (select id from run where tenant_id = $1 and connection_id = $2 and (trigger = 'event') = $4
                     order by id desc offset $3 limit 1)
       returning id),
     values_too as (delete from adopted_value v using old where v.tenant_id = $1 and v.run_id = old.id)
     delete from run_row r using old where r.tenant_id = $1 and r.run_id = old.id`,
    [tenantId, connectionId, keep - 1, trigger === "event"],
  );
}

export type RunColumns = Run & Record<string, unknown>;
