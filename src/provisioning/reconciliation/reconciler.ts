import type { Database } from "../../persistence/database.js";
import {
  claimRun,
  endRunLeases,
  forgetOldRuns,
  handBackRun,
  type Run,
  type RunEnd,
  renewRun,
} from "../../persistence/run-store.js";
import type { Clock } from "../../platform/clock.js";
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
  const wakes = new Set<() => void>();
  let hints = 0;

  async function carryOut(run: Run): Promise<void> {
    const lost = new AbortController();
    const over = new AbortController();
    const holding = hold(run, lost, over.signal);
    const end = await endOf(run, AbortSignal.any([abort.signal, lost.signal]));
    over.abort();
    await holding;
    if (end === undefined) return;
    if (end === "handed-back") return handBackRun(database, run);
    const now = clock.now();
    if (await finishRun(database, run, end, now)) {
      deps.onRunEnded(run, end);
      await forgetOldRuns(database, run, KEPT_RUNS);
    }
  }

  /** Renews the lease until the run is over: a vendor may make it wait for longer than that. */
  async function hold(run: Run, lost: AbortController, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await clock.sleep(leaseMs / 3, over).catch(() => undefined);
      if (over.aborted) return;
      try {
        const isOurs = await renewRun(database, run, new Date(clock.now().getTime() + leaseMs));
        if (!isOurs) return lost.abort(new RunLost("The run's lease ended."));
      } catch (error) {
        deps.onError(error, run);
      }
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

  async function rest(hintsSeen: number): Promise<void> {
    if (hints > hintsSeen || abort.signal.aborted) return;
    const cancel = new AbortController();
    let wake = () => {};
    const hint = new Promise<void>((resolve) => {
      wake = resolve;
      wakes.add(wake);
    });
    await Promise.race([hint, clock.sleep(pollMs, cancel.signal).catch(() => undefined)]);
    wakes.delete(wake);
    cancel.abort();
  }

  function wakeAll(): void {
    hints += 1;
    for (const wake of wakes) wake();
    wakes.clear();
  }

  async function endHopeless(): Promise<void> {
    const end = { status: "interrupted", reason: runReason("process-died") } as const;
    const ended = await finishHopelessRuns(database, end, MAX_RESTARTS, clock.now());
    for (const run of ended) deps.onRunEnded(run, end);
  }

  async function loop(): Promise<void> {
    while (!abort.signal.aborted) {
      const hintsSeen = hints;
      try {
        await endHopeless();
        const run = await claimRun(database, clock.now(), leaseMs, MAX_RESTARTS);
        if (run !== undefined) await carryOut(run);
        else await rest(hintsSeen);
      } catch (error) {
        deps.onError(error);
        await clock.sleep(pollMs, abort.signal).catch(() => undefined);
      }
    }
  }

  if (database.kind === "embedded") await endRunLeases(database);
  const unlisten = await database.listen(RUN_CHANNEL, wakeAll);
  const looping = Promise.all(Array.from({ length: concurrency }, loop));
  return {
    async stop() {
      abort.abort(new Error("The process is stopping."));
      wakeAll();
      await unlisten();
      await looping;
    },
  };
}
