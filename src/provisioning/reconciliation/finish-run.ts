import { appendNotification } from "../../notifications/append-notification.js";
import type { NotificationKind } from "../../notifications/notification.js";
import type { Database, Transaction } from "../../persistence/database.js";
import { endRun, interruptRuns, type RunEnd } from "../../persistence/run-lease.js";
import { countRunRows } from "../../persistence/run-row-store.js";
import type { Run, RunReason } from "../../persistence/run-store.js";
import { runReason } from "./run-reasons.js";
import { summarise } from "./run-summary.js";

/** What a run found that was not as it was sent. Nothing of ours (`foreign`) and what is told otherwise do not count. */
const DIFFERENCES = ["drift", "missing", "unlinked", "orphan"] as const;

/**
 * Ends a run that is still the caller's, and has administrators told of it where it did not finish or found something:
 * both or neither. Who starts a dry run looks at what it finds, so nobody else is told of it. Answers whether the run was
 * the caller's.
 */
export async function finishRun(database: Database, run: Run, end: RunEnd, now: Date): Promise<boolean> {
  return database.transaction(async (tx) => {
    if (!(await endRun(tx, run, end, now))) return false;
    await tell(tx, run, end, now);
    return true;
  });
}

/** Ends the runs that nobody will take up any more; answers them. See interruptRuns. */
export async function finishHopelessRuns(
  database: Database,
  end: RunEnd & { reason: RunReason },
  maxRestarts: number,
  now: Date,
): Promise<Run[]> {
  return database.transaction(async (tx) => {
    const ended = await interruptRuns(tx, now, end.reason, maxRestarts);
    for (const run of ended) await tell(tx, run, end, now);
    return ended;
  });
}

async function tell(tx: Transaction, run: Run, end: RunEnd, now: Date): Promise<void> {
  if (run.dryRun) return;
  const { tenantId, connectionId, correlationId } = run;
  const [numbers, count] = await numbersOf(tx, run);
  const told = whatToTell(end, count);
  if (told === undefined) return;
  const subject = { type: "Run", id: run.id } as const;
  await appendNotification(tx, { tenantId, connectionId, ...told, subject, numbers, correlationId, now });
}

function whatToTell(
  { status, reason }: RunEnd,
  count: number,
): { kind: NotificationKind; reason: RunReason } | undefined {
  if (status === "succeeded" || status === "partial") {
    if (status === "succeeded" && count === 0) return undefined;
    const code = status === "succeeded" ? "differences-repaired" : "differences-open";
    return { kind: "run-differences", reason: runReason(code, { count: String(count) }) };
  }
  const kind = reason?.code === "scope-shrunk" ? "scope-shrunk" : "run-ended";
  return { kind, reason: reason ?? runReason("internal") };
}

/** What was found and what came of it, without zeros; and how many records differed. */
async function numbersOf(tx: Transaction, run: Run): Promise<[Record<string, number>, number]> {
  const { found, results } = summarise(run, await countRunRows(tx, run.tenantId, [run.id]));
  const counts = { ...found, ...results };
  const numbers = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  return [numbers, DIFFERENCES.reduce((sum, kind) => sum + found[kind], 0)];
}
