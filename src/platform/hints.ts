import type { Clock } from "./clock.js";

/** How the loops of a process that look at a table learn that there may be something new in it. */
export interface Hints {
  /** Wakes whoever rests. */
  give(): void;
  /** How many were given so far. To be asked before looking: a hint that comes during the look must not be slept over. */
  given(): number;
  /** Resolves after `ms` milliseconds, or with the next hint; at once where more were given than the `known` ones. */
  rest(ms: number, known: number): Promise<void>;
}

/** Hints for one table. Several loops may rest on them at a time. */
export function createHints(clock: Clock): Hints {
  const resting = new Set<() => void>();
  let count = 0;
  return {
    give() {
      count += 1;
      for (const wake of resting) wake();
    },
    given: () => count,
    async rest(ms, known) {
      if (count > known) return;
      const woken = new AbortController();
      const wake = () => woken.abort();
      resting.add(wake);
      await clock.sleep(ms, woken.signal).catch(() => undefined);
      resting.delete(wake);
    },
  };
}
