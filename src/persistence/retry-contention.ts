import { systemClock } from "../platform/clock.js";
import { StatementError } from "./database-errors.js";

/** Serialization failure and deadlock: nothing was wrong with the work, only with its timing. */
const retriedStates = new Set(["40001", "40P01"]);
const retries = 3;
const firstBackoffMs = 10;

/**
 * Runs `work` again, at most three more times, after a serialization failure or a deadlock (SQLSTATE 40001, 40P01). It
 * must be one transaction or one statement, of which then nothing was kept.
 */
export async function retryingContention<T>(work: () => Promise<T>): Promise<T> {
  for (let retry = 0; ; retry += 1) {
    try {
      return await work();
    } catch (error) {
      const isTiming = error instanceof StatementError && retriedStates.has(error.sqlState ?? "");
      if (!isTiming || retry === retries) throw error;
      // Jitter keeps two that met once from meeting again.
      await systemClock.sleep(firstBackoffMs * 2 ** retry * (0.5 + Math.random()));
    }
  }
}
