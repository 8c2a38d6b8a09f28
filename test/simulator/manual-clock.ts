import type { Clock } from "../../src/platform/clock.js";

/** A clock that stands still until it is moved. Sleepers wake when time has passed their moment. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
  /** How many sleepers wait. */
  sleeping(): number;
}

/** Makes a clock that shows the given moment. */
export function createManualClock(start = "2026-03-02T01:00:00.000Z"): ManualClock {
  let nowMs = Date.parse(start);
  const sleepers = new Set<{ wakesMs: number; wake: () => void }>();
  return {
    now: () => new Date(nowMs),
    elapsedMs: () => nowMs - Date.parse(start),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { wakesMs: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
    advance(ms) {
      nowMs += ms;
      for (const sleeper of sleepers) {
        if (sleeper.wakesMs > nowMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
    sleeping: () => sleepers.size,
  };
}
