import type { JsonValue, ResourceTypeId } from "../scim/schema/attribute.js";
import type { Queryable } from "./queryable.js";
import type { RunReason } from "./run-store.js";
import { sqlParameters } from "./sql-parameters.js";

/**
 * What a run found about a record.
 *
 * - `drift`: the vendor holds other values than were sent
 * - `missing`: it was removed at the vendor
 * - `unlinked`: it carries our stamp, and the link to it is lost
 * - `orphan`: it carries our stamp, and its user or group was removed
 * - `foreign`: it is nothing of ours, and never removed
 * - `pending`: it differs, and a delivery is on its way
 * - `undelivered`: its delivery waits for data or a person, or was given up
 * - `not-comparable`: the vendor does not show it to us
 */
export type RunRowKind =
  | "drift"
  | "missing"
  | "unlinked"
  | "orphan"
  | "foreign"
  | "pending"
  | "undelivered"
  | "not-comparable";

/** What is done about a difference. */
export type DriftChoice = "push" | "adopt" | "ignore";

/** A field that differs. Phone numbers are masked. */
export interface Drift {
  field: string;
  /** What was sent. */
  expected: JsonValue;
  /** What the vendor holds; null: nothing. */
  found: JsonValue;
  choice: DriftChoice;
}

/** Where what was ordered stands. */
export type RunRowResult = "ordered" | "done" | "failed" | "held" | "skipped";

/** One record that is not as it should be. */
export interface RunRow {
  tenantId: string;
  runId: string;
  id: string;
  connectionId: string;
  resourceType: ResourceTypeId;
  resourceId: string | null;
  remoteId: string | null;
  name: string | null;
  kind: RunRowKind;
  drifts: Drift[];
  /** What the run does about it, e.g. "push", "create", "remove"; null: nothing. */
  action: string | null;
  /** Null where nothing was ordered. */
  result: RunRowResult | null;
  reason: RunReason | null;
  settledAt: Date | null;
}

const COLUMNS = `tenant_id as "tenantId", run_id as "runId", id, connection_id as "connectionId",
  resource_type as "resourceType", resource_id as "resourceId", remote_id as "remoteId", name, kind, drifts, action,
  result, reason, settled_at as "settledAt"`;

/** Stores rows of one run. */
export async function insertRunRows(db: Queryable, rows: readonly RunRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db.query(
    `insert into run_row (tenant_id, run_id, id, connection_id, resource_type, resource_id, remote_id, name, kind,
                          drifts, action, result, reason, settled_at)
     select "tenantId", "runId", id, "connectionId", "resourceType", "resourceId", "remoteId", name, kind,
            drifts, action, result, reason, "settledAt"
       from jsonb_to_recordset($1::jsonb)
         as r ("tenantId" uuid, "runId" uuid, id uuid, "connectionId" uuid, "resourceType" text, "resourceId" uuid,
               "remoteId" text, name text, kind text, drifts jsonb, action text, result text, reason jsonb,
               "settledAt" timestamptz)`,
    [JSON.stringify(rows)],
  );
}

/** Which rows to list, in the order in which they were found. */
export interface RunRowQuery {
  runId: string;
  kinds?: readonly RunRowKind[] | undefined;
  results?: readonly RunRowResult[] | undefined;
  /** Begin after the row with this id. */
  after?: string | undefined;
  limit: number;
}

/** Rows of a run. */
export async function listRunRows(db: Queryable, tenantId: string, query: RunRowQuery): Promise<RunRow[]> {
  const parameters = sqlParameters(tenantId);
  const conditions = [`tenant_id = ${parameters.tenant}`];
  const add = (value: unknown, cast: string, condition: (placeholder: string) => string): void => {
    if (value !== undefined) conditions.push(condition(parameters.bind(value, cast)));
  };
  add(query.runId, "uuid", (value) => `run_id = ${value}`);
  add(query.kinds, "text[]", (value) => `kind = any(${value})`);
  add(query.results, "text[]", (value) => `result = any(${value})`);
  add(query.after, "uuid", (value) => `id > ${value}`);
  const limit = parameters.bind(query.limit, "integer");
  return db.query<RunRow & Record<string, unknown>>(
    `select ${COLUMNS} from run_row where ${conditions.join(" and ")} order by id limit ${limit}`,
    parameters.values,
  );
}

/**
 * Rows of what a run did something about, newest first: of each resource the newest one. `before` is the id of a row;
 * those after it in the list begin there.
 */
export async function listActedRows(
  db: Queryable,
  tenantId: string,
  query: { runId: string; before?: string | undefined; limit: number },
): Promise<(RunRow & { resourceId: string })[]> {
  return db.query<RunRow & { resourceId: string } & Record<string, unknown>>(
    `select ${COLUMNS} from run_row r
      where tenant_id = $1 and run_id = $2 and resource_id is not null and result is not null
        and action is distinct from 'ignore' and ($3::uuid is null or id < $3)
        and not exists (select from run_row later
                         where later.tenant_id = r.tenant_id and later.run_id = r.run_id
                           and later.resource_id = r.resource_id and later.id > r.id
                           and later.result is not null and later.action is distinct from 'ignore')
      order by id desc limit $4`,
    [tenantId, query.runId, query.before ?? null, query.limit],
  );
}

/** One row of a run. */
export async function findRunRow(
  db: Queryable,
  key: { tenantId: string; runId: string; id: string },
): Promise<RunRow | undefined> {
  const rows = await db.query<RunRow & Record<string, unknown>>(
    `select ${COLUMNS} from run_row where tenant_id = $1 and run_id = $2 and id = $3`,
    [key.tenantId, key.runId, key.id],
  );
  return rows[0];
}

/** How many rows of a run are of a kind and at a result. */
export interface RowCount {
  runId: string;
  kind: RunRowKind;
  result: RunRowResult | null;
  count: number;
}

/** The rows of several runs, counted. */
export async function countRunRows(
  db: Queryable,
  tenantId: string,
  runIds: readonly string[],
): Promise<RowCount[]> {
  return db.query<RowCount & Record<string, unknown>>(
    `select run_id as "runId", kind, result, count(*)::integer as count from run_row
      where tenant_id = $1 and run_id = any($2::uuid[]) group by run_id, kind, result`,
    [tenantId, runIds],
  );
}

/**
 * Forgets what a run only noted, for it begins anew and will note it again; what it ordered, and what became of that,
 * stays. Answers the resources of those rows.
 */
export async function restartRunRows(
  db: Queryable,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<string[]> {
  await db.query("delete from run_row where tenant_id = $1 and run_id = $2 and result is null", [
    tenantId,
    id,
  ]);
  const rows = await db.query<{ resource_id: string }>(
    `select distinct resource_id from run_row
      where tenant_id = $1 and run_id = $2 and resource_id is not null`,
    [tenantId, id],
  );
  return rows.map((row) => row.resource_id);
}

/** What was decided about a row after it was stored, or what became of it. */
export type RunRowChange = Partial<Pick<RunRow, "drifts" | "action" | "result" | "reason" | "settledAt">>;

/** Changes a row. */
export async function updateRunRow(db: Queryable, row: RunRow, change: RunRowChange): Promise<void> {
  const next = { ...row, ...change };
  await db.query(
    `update run_row set drifts = $4::jsonb, action = $5, result = $6, reason = $7::jsonb, settled_at = $8
      where tenant_id = $1 and run_id = $2 and id = $3`,
    [
      row.tenantId,
      row.runId,
      row.id,
      JSON.stringify(next.drifts),
      next.action,
      next.result,
      next.reason === null ? null : JSON.stringify({ ...next.reason }),
      next.settledAt,
    ],
  );
}

/** Writes down what became of the rows of a resource whose delivery a run had ordered. */
export async function settleRunRows(
  db: Queryable,
  key: { tenantId: string; runId: string; resourceId: string },
  settled: { result: RunRowResult; reason: RunReason | null; now: Date },
): Promise<void> {
  await db.query(
    `update run_row set result = $4, reason = coalesce($5::jsonb, reason), settled_at = $6
      where tenant_id = $1 and run_id = $2 and resource_id = $3 and result = 'ordered'`,
    [
      key.tenantId,
      key.runId,
      key.resourceId,
      settled.result,
      settled.reason === null ? null : JSON.stringify({ ...settled.reason }),
      settled.now,
    ],
  );
}

/** Differences that are left alone, by record (`remoteId`); an empty field stands for the whole record. */
export interface IgnoredDrift {
  remoteId: string;
  field: string;
  /** What the vendor held when it was decided; another value is news. */
  found: string;
}

/** What is left alone about these records. */
export async function findIgnoredDrifts(
  db: Queryable,
  key: { tenantId: string; connectionId: string; resourceType: ResourceTypeId },
  remoteIds: readonly string[],
): Promise<IgnoredDrift[]> {
  return db.query<IgnoredDrift & Record<string, unknown>>(
    `select remote_id as "remoteId", field, found from ignored_drift
      where tenant_id = $1 and connection_id = $2 and resource_type = $3 and remote_id = any($4::text[])`,
    [key.tenantId, key.connectionId, key.resourceType, remoteIds],
  );
}

/** Leaves a difference alone from now on, as long as the vendor holds the same. */
export async function ignoreDrift(
  db: Queryable,
  key: { tenantId: string; connectionId: string; resourceType: ResourceTypeId; actor: string; now: Date },
  drift: IgnoredDrift,
): Promise<void> {
  await db.query(
    `insert into ignored_drift (tenant_id, connection_id, resource_type, remote_id, field, found, actor, decided_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (tenant_id, connection_id, resource_type, remote_id, field) do update
        set found = excluded.found, actor = excluded.actor, decided_at = excluded.decided_at`,
    [
      key.tenantId,
      key.connectionId,
      key.resourceType,
      drift.remoteId,
      drift.field,
      drift.found,
      key.actor,
      key.now,
    ],
  );
}
