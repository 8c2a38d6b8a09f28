import type { Connection } from "../../persistence/connection-store.js";
import { type Database, StatementError, type Transaction } from "../../persistence/database.js";
import { tryOut } from "../../persistence/trial.js";
import { PlanBusyError } from "./plan-errors.js";

const TRIES = 3;

/** Runs work anew, a few times, where a row was being written by somebody else. @throws PlanBusyError */
export async function undisturbed<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isLocked = error instanceof StatementError && error.sqlState === "55P03";
      if (!isLocked) throw error;
      if (attempt === TRIES) throw new PlanBusyError();
    }
  }
}

/** A trial gives way to real writes; then it is made once more, a few times. @throws PlanBusyError */
export function tryOutUndisturbed<Result>(
  database: Database,
  work: (trial: Database) => Promise<Result>,
): Promise<Result> {
  return undisturbed(() => tryOut(database, work));
}

/**
 * Holds off settles at these connections and changes of these resources until the transaction ends. In the order in which a
 * settle locks: its connection first (outbox/settle.ts), then the resource.
 */
export async function lockWhatIsPlanned(
  tx: Transaction,
  connections: readonly Connection[],
  resourceIds: readonly string[],
): Promise<void> {
  for (const id of connections.map((connection) => connection.id).sort()) {
    await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 7))", [id]);
  }
  const tenantId = connections[0]?.tenantId;
  if (tenantId === undefined) return;
  await tx.query(
    "select 1 from resource where tenant_id = $1 and id = any($2::uuid[]) order by id for no key update",
    [tenantId, resourceIds],
  );
}
