import type { AuthorisedScope } from "../../connectors/connector.js";
import type { Database } from "../../persistence/database.js";
import type { EventHint } from "../../persistence/event-store.js";
import { countRunRows } from "../../persistence/run-row-store.js";
import {
  deleteRun,
  forgetOldRuns,
  insertEndedRun,
  NO_PROGRESS,
  type Run,
} from "../../persistence/run-store.js";
import type { Clock } from "../../platform/clock.js";
import { createOrderedIds } from "../../platform/ids.js";
import type { ConnectionAtWork } from "../connections/connection-at-work.js";
import { noteMissing } from "../reconciliation/absent-records.js";
import type { AdoptValues } from "../reconciliation/adopt-values.js";
import { compareBatch } from "../reconciliation/compare-batch.js";
import { refuseSmallerScope } from "../reconciliation/perform-run.js";
import { RunStopped, type RunWork } from "../reconciliation/run-work.js";
import type { VendorReader } from "../reconciliation/vendor-reader.js";
import type { Sight } from "./look-at-record.js";

/** What the run of a single record works with. */
export interface EventRunDeps {
  database: Database;
  clock: Clock;
  connection: ConnectionAtWork;
  reader: VendorReader;
  /** What the vendor let us see a moment ago. */
  scope: AuthorisedScope;
  adoptValues: AdoptValues;
  /** Ids that keep the order in which they were asked for. */
  nextRunId(at: Date): string;
}

/** Who a run is started by that follows from an event. */
const EVENT_ACTOR = "event";
/** Runs of single records that a connection keeps, beside those of the whole company. */
const KEPT_RUNS = 500;

/**
 * Carries out the reconciliation of one record, which a look showed to differ or to be gone, by the same rules as a run
 * of the whole company: what is found is a row, and what follows is ordered. The run is over at once; its row tells what
 * becomes of the delivery. Answers whether there was anything to do after all, or that too little can be seen to say.
 */
export async function runForRecord(
  deps: EventRunDeps,
  hint: EventHint,
  sight: Extract<Sight, { kind: "missing" | "news" }>,
): Promise<"done" | "nothing" | "scope-shrunk"> {
  const { database, clock } = deps;
  const now = clock.now();
  const run: Run = {
    tenantId: hint.tenantId,
    id: deps.nextRunId(now),
    connectionId: hint.connectionId,
    trigger: "event",
    dryRun: false,
    depth: "full",
    acceptScope: false,
    status: "succeeded",
    phase: null,
    actor: EVENT_ACTOR,
    correlationId: hint.correlationId,
    requestedAt: hint.receivedAt,
    startedAt: now,
    endedAt: now,
    leaseId: null,
    restarts: 0,
    progress: structuredClone(NO_PROGRESS),
    scope: null,
    reason: null,
  };
  if (sight.kind === "missing" && (await seesLess(deps, run))) return "scope-shrunk";
  await insertEndedRun(database, run);
  const work = workOf(deps, run);
  if (sight.kind === "missing") await noteMissing(work, hint.resourceType, sight.linked, sight.readAt);
  else await compareBatch(work, hint.resourceType, [sight.record], sight.isOwnDepartment);
  if ((await countRunRows(database, run.tenantId, [run.id])).length === 0) {
    await deleteRun(database, run);
    return "nothing";
  }
  await forgetOldRuns(database, run, KEPT_RUNS);
  return "done";
}

/** From absence nothing follows while less can be seen than at the last run of the whole company. */
async function seesLess({ database, scope }: EventRunDeps, run: Run): Promise<boolean> {
  try {
    await refuseSmallerScope({ database }, run, scope);
    return false;
  } catch (error) {
    if (error instanceof RunStopped) return true;
    throw error;
  }
}

function workOf(
  { database, clock, connection, reader, scope, adoptValues }: EventRunDeps,
  run: Run,
): RunWork {
  const orderedIds = createOrderedIds();
  return {
    ...{ database, clock, run, connection, reader, scope, adoptValues },
    progress: run.progress,
    nextRowId: () => orderedIds(clock.now()),
    seen: { User: new Set(), Group: new Set() },
    complete: { departments: false, people: false },
    orphans: [],
    handled: new Set(),
    checkpoint: async () => undefined,
  };
}
