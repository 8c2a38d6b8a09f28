import { adoptRestoredChanges, pruneChanges } from "../persistence/change-store.js";
import type { Database } from "../persistence/database.js";
import type { Clock } from "../platform/clock.js";
import { type RepeatedWork, startRepeatedWork } from "../platform/repeated-work.js";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** How often old changes are looked for, in milliseconds. */
const PERIOD_MS = 60 * 60 * 1_000;
/** Rows of one statement: some 20 ms, after which whoever waited goes on. */
const BATCH = 1_000;

/**
 * Keeps the change log bounded: deletes changes that are older than `days`, now and every hour. Several processes may do
 * so side by side. It stops after the statement that is running.
 */
export function startChangeRetention(deps: {
  database: Database;
  clock: Clock;
  days: number;
  onError(error: unknown): void;
}): RepeatedWork {
  const { database, clock, days, onError } = deps;
  const adopted = adoptRestoredChanges(database).catch(onError);
  return startRepeatedWork({ clock, everyMs: PERIOD_MS, onError }, async (signal) => {
    await adopted;
    const before = new Date(clock.now().getTime() - days * DAY_MS);
    while ((await pruneChanges(database, before, BATCH)) === BATCH && !signal.aborted);
  });
}
