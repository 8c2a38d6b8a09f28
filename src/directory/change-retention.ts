import { adoptRestoredChanges, pruneChanges } from "../persistence/change-store.js";
import type { Database } from "../persistence/database.js";
import type { Clock } from "../platform/clock.js";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** How often old changes are looked for, in milliseconds. */
const PERIOD_MS = 60 * 60 * 1_000;
/** Rows of one statement: some 20 ms, after which whoever waited goes on. */
const BATCH = 1_000;

/** What keeps the change log bounded. */
export interface ChangeRetention {
  /** Stops after the statement that is running. */
  stop(): Promise<void>;
}

/**
 * Deletes changes that are older than `days`, now and every hour. Several processes may do so side by side.
 * Trouble goes to `onError` and is over with the next try.
 */
export function startChangeRetention(deps: {
  database: Database;
  clock: Clock;
  days: number;
  onError(error: unknown): void;
}): ChangeRetention {
  const { database, clock, days, onError } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function prune(): Promise<void> {
    const before = new Date(clock.now().getTime() - days * DAY_MS);
    while ((await pruneChanges(database, before, BATCH)) === BATCH && !signal.aborted);
  }

  async function run(): Promise<void> {
    await adoptRestoredChanges(database).catch(onError);
    do {
      await prune().catch(onError);
      await clock.sleep(PERIOD_MS, signal).catch(() => undefined);
    } while (!signal.aborted);
  }

  const running = run();
  return {
    async stop() {
      stopping.abort(new Error("the process stops"));
      await running;
    },
  };
}
