import type { Queryable } from "./queryable.js";
import {
  COLUMNS,
  type Run,
  type RunColumns,
  type RunProgress,
  type RunReason,
  type RunScope,
  type RunStatus,
} from "./run-store.js";

/**
 * Takes the oldest run that is queued, or whose process did not renew its lease: it died. One that was begun anew
 * `maxRestarts` times is left.
 */
export async function claimRun(
  db: Queryable,
  now: Date,
  leaseMs: number,
  maxRestarts: number,
): Promise<Run | undefined> {
  const rows = await db.query<RunColumns>(
    `update run set status = 'running', lease_id = gen_random_uuid(), lease_until = $2,
                    restarts = restarts + case when started_at is null then 0 else 1 end,
                    started_at = coalesce(started_at, $1)
      where (tenant_id, id) = (select tenant_id, id from run
                                where status = 'queued'
                                   or status = 'running' and lease_until < $1 and restarts < $3
                                order by requested_at, id limit 1 for update skip locked)
      returning ${COLUMNS}`,
    [now, new Date(now.getTime() + leaseMs), maxRestarts],
  );
  return rows[0];
}

/** Holds a run for longer. Answers false when it is not the caller's any more. */
export async function renewRun(db: Queryable, run: Run, leaseUntil: Date): Promise<boolean> {
  const rows = await db.query(
    `update run set lease_until = $4
      where tenant_id = $1 and id = $2 and lease_id = $3 and status = 'running' returning 1`,
    [run.tenantId, run.id, run.leaseId, leaseUntil],
  );
  return rows.length === 1;
}

/** Hands a run back that is still the caller's, to be taken up by whoever comes. */
export async function handBackRun(db: Queryable, run: Run): Promise<void> {
  await db.query(
    `update run set status = 'queued', phase = null, lease_id = null, lease_until = null
      where tenant_id = $1 and id = $2 and lease_id = $3 and status = 'running'`,
    [run.tenantId, run.id, run.leaseId],
  );
}

/** Ends every lease, for the start of a process that is the database's only one: who held them is dead. */
export async function endRunLeases(db: Queryable): Promise<void> {
  await db.query("update run set lease_until = timestamptz 'epoch' where status = 'running'");
}

/** Notes how far a run is, and renews its lease. Answers false when the run is not the caller's any more. */
export async function noteProgress(
  db: Queryable,
  run: Run,
  state: { phase: string; progress: RunProgress; scope: RunScope | null; leaseUntil: Date },
): Promise<boolean> {
  const rows = await db.query(
    `update run set phase = $4, progress = $5::jsonb, scope = $6::jsonb, lease_until = $7
      where tenant_id = $1 and id = $2 and lease_id = $3 and status = 'running' returning 1`,
    [
      run.tenantId,
      run.id,
      run.leaseId,
      state.phase,
      JSON.stringify(state.progress),
      state.scope === null ? null : JSON.stringify(state.scope),
      state.leaseUntil,
    ],
  );
  return rows.length === 1;
}

/** How a run ended. */
export interface RunEnd {
  status: Exclude<RunStatus, "queued" | "running">;
  reason: RunReason | null;
}

/** Ends a run that is still the caller's. Answers whether it was. */
export async function endRun(db: Queryable, run: Run, end: RunEnd, now: Date): Promise<boolean> {
  const rows = await db.query(
    `update run set status = $4, reason = $5::jsonb, ended_at = $6, phase = null, lease_id = null, lease_until = null
      where tenant_id = $1 and id = $2 and lease_id = $3 and status = 'running' returning 1`,
    [
      run.tenantId,
      run.id,
      run.leaseId,
      end.status,
      end.reason === null ? null : JSON.stringify({ ...end.reason }),
      now,
    ],
  );
  return rows.length === 1;
}

/** Ends the runs whose process died, and that were begun anew `maxRestarts` times. Answers them. */
export async function interruptRuns(
  db: Queryable,
  now: Date,
  reason: RunReason,
  maxRestarts: number,
): Promise<Run[]> {
  return db.query<RunColumns>(
    `update run set status = 'interrupted', reason = $2::jsonb, ended_at = $1, lease_id = null, lease_until = null
      where status = 'running' and lease_until < $1 and restarts >= $3 returning ${COLUMNS}`,
    [now, JSON.stringify({ ...reason }), maxRestarts],
  );
}
