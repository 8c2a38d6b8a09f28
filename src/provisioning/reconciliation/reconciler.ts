import type { Database } from "../../persistence/database.js";
import {
  claimRun,
  endRun,
  forgetOldRuns,
  interruptRuns,
  type Run,
  type RunEnd,
} from "../../persistence/run-store.js";
import type { Clock } from "../../platform/clock.js";
import { type PerformDeps, performRun } from "./perform-run.js";
import { runReason } from "./run-reasons.js";
import { RunLost } from "./run-work.js";
import { RUN_CHANNEL } from "./runs.js";

/** What carries out runs. Times in milliseconds. */
export interface ReconcilerDeps extends Omit<PerformDeps, "leaseMs"> {
  database: Database;
  clock: Clock;
  /** Told of each run that ended here, for log and metrics. */
  onRunEnded(run: Run, end: RunEnd): void;
  /** Trouble of our own, with the run where it concerns one. */
  onError(error: unknown, run?: Run): void;
  /** How long a run is held without a sign of life. */
  leaseMs?: number;
  /** Longest time without a look at the table: hints may be lost. */
  pollMs?: number;
}

/** The part of a worker that carries out runs, one after the other. */
export interface Reconciler {
  /** Ends the present run as interrupted, and waits for it. What it ordered is delivered all the same. */
  stop(): Promise<void>;
}

const LEASE_MS = 60_000;
const POLL_MS = 5_000;
/** Runs that a connection keeps, with their rows. */
const KEPT_RUNS = 100;

const DIED = runReason("process-died");
const STOPPED = runReason("process-stopped");

/** Starts to look for queued runs, until stopped. What a dead predecessor on the embedded database ran is ended first. */
export async function startReconciler(deps: ReconcilerDeps): Promise<Reconciler> {
  const { database, clock } = deps;
  const { leaseMs = LEASE_MS, pollMs = POLL_MS } = deps;
  const abort = new AbortController();
  let wake = () => {};
  let hinted = false;

  async function carryOut(run: Run): Promise<void> {
    const end = await endOf(run);
    if (end === undefined) return;
    const now = clock.now();
    if (await endRun(database, run, end, now)) {
      deps.onRunEnded(run, end);
      await forgetOldRuns(database, run, KEPT_RUNS);
    }
  }

  async function endOf(run: Run): Promise<RunEnd | undefined> {
    try {
      return await performRun({ ...deps, leaseMs }, run, abort.signal);
    } catch (error) {
      if (error instanceof RunLost) {
        return abort.signal.aborted ? { status: "interrupted", reason: STOPPED } : undefined;
      }
      deps.onError(error, run);
      return { status: "failed", reason: runReason("internal") };
    }
  }

  async function rest(): Promise<void> {
    if (hinted || abort.signal.aborted) return;
    const cancel = new AbortController();
    const hint = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await Promise.race([hint, clock.sleep(pollMs, cancel.signal).catch(() => undefined)]);
    cancel.abort();
    wake = () => {};
  }

  async function loop(): Promise<void> {
    while (!abort.signal.aborted) {
      hinted = false;
      try {
        await interruptRuns(database, clock.now(), DIED, "expired");
        const run = await claimRun(database, clock.now(), leaseMs);
        if (run !== undefined) await carryOut(run);
        else await rest();
      } catch (error) {
        deps.onError(error);
        await clock.sleep(pollMs, abort.signal).catch(() => undefined);
      }
    }
  }

  if (database.kind === "embedded") await interruptRuns(database, clock.now(), DIED, "all");
  const unlisten = await database.listen(RUN_CHANNEL, () => {
    hinted = true;
    wake();
  });
  const looping = loop();
  return {
    async stop() {
      abort.abort(new Error("The process is stopping."));
      wake();
      await unlisten();
      await looping;
    },
  };
}
