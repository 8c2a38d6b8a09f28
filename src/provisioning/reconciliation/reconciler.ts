import type { Database } from "../../persistence/database.js";
import { claimRun, endRunLeases, handBackRun, type RunEnd, renewRun } from "../../persistence/run-lease.js";
import { forgetOldRuns, type Run } from "../../persistence/run-store.js";
import type { Clock } from "../../platform/clock.js";
import { createHints } from "../../platform/hints.js";
import { whileHeld } from "../../platform/while-held.js";
import { finishHopelessRuns, finishRun } from "./finish-run.js";
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
  /** Runs carried out at the same time, each of another connection. */
  concurrency?: number;
}

/** The part of a worker that carries out runs. */
export interface Reconciler {
  /** Hands the present runs back, to be begun anew by another process or the next one, and waits until that is done. */
  stop(): Promise<void>;
}

const LEASE_MS = 60_000;
const POLL_MS = 5_000;
/** A run mostly waits for the vendor; what it remembers grows with the company. */
const CONCURRENCY = 3;
/** Runs that a connection keeps, with their rows. */
const KEPT_RUNS = 100;
/** How often a run is begun anew: one that kills its process each time must not do so for ever. */
const MAX_RESTARTS = 5;

/** Starts to look for runs, until stopped. What a dead predecessor on the embedded database ran is taken up again. */
export async function startReconciler(deps: ReconcilerDeps): Promise<Reconciler> {
  const { database, clock } = deps;
  const { leaseMs = LEASE_MS, pollMs = POLL_MS, concurrency = CONCURRENCY } = deps;
  const abort = new AbortController();
  const hints = createHints(clock);

  async function carryOut(run: Run): Promise<void> {
    const lost = new AbortController();
    const lease = {
      clock,
      everyMs: leaseMs / 3,
      renew: () => renewRun(database, run, new Date(clock.now().getTime() + leaseMs)),
      onLost: () => lost.abort(new RunLost("The run's lease ended.")),
      onError: (error: unknown) => deps.onError(error, run),
    };
    const signal = AbortSignal.any([abort.signal, lost.signal]);
    const end = await whileHeld(lease, () => endOf(run, signal));
    if (end === undefined) return;
    if (end === "handed-back") return handBackRun(database, run);
    const now = clock.now();
    if (await finishRun(database, run, end, now)) {
      deps.onRunEnded(run, end);
      await forgetOldRuns(database, run, KEPT_RUNS);
    }
  }

  async function endOf(run: Run, signal: AbortSignal): Promise<RunEnd | "handed-back" | undefined> {
    try {
      return await performRun({ ...deps, leaseMs }, run, signal);
    } catch (error) {
      if (error instanceof RunLost) return abort.signal.aborted ? "handed-back" : undefined;
      deps.onError(error, run);
      return { status: "failed", reason: runReason("internal") };
    }
  }

  async function endHopeless(): Promise<void> {
    const end = { status: "interrupted", reason: runReason("process-died") } as const;
    const ended = await finishHopelessRuns(database, end, MAX_RESTARTS, clock.now());
    for (const run of ended) deps.onRunEnded(run, end);
  }

  async function loop(): Promise<void> {
    while (!abort.signal.aborted) {
      const known = hints.given();
      try {
        await endHopeless();
        const run = await claimRun(database, clock.now(), leaseMs, MAX_RESTARTS);
        if (run !== undefined) await carryOut(run);
        else await hints.rest(pollMs, known);
      } catch (error) {
        deps.onError(error);
        await clock.sleep(pollMs, abort.signal).catch(() => undefined);
      }
    }
  }

  if (database.kind === "embedded") await endRunLeases(database);
  const unlisten = await database.listen(RUN_CHANNEL, hints.give);
  const looping = Promise.all(Array.from({ length: concurrency }, loop));
  return {
    async stop() {
      abort.abort(new Error("The process is stopping."));
      hints.give();
      await unlisten();
      await looping;
    },
  };
}
