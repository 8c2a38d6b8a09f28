import type { Clock } from "../../src/platform/clock.js";

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /**
   * Moves time by `ms` milliseconds. Sleepers whose time has come wake in the order of their due times (equal
   * ones in the order they went to sleep), each seeing its own due time as the present. What a sleeper starts
   * on waking may sleep again inside the same window.
   */
  advance(ms: number): Promise<void>;
  /** How many sleepers wait. */
  sleeping(): number;
  /** When the first of them wakes; undefined when nobody sleeps. */
  nextWake(): Date | undefined;
}

interface Sleeper {
  due: number;
  wake: () => void;
}

/** A clock under the test's control, standing at `start` (default: 2026-01-05 08:00 UTC, a Monday). */
export function createFakeClock(start: Date | string = "2026-01-05T08:00:00.000Z"): FakeClock {
  const began = new Date(start).getTime();
  let present = began;
  const sleepers: Sleeper[] = [];

  function nextDue(until: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of sleepers) {
      if (sleeper.due <= until && (!first || sleeper.due < first.due)) first = sleeper;
    }
    return first;
  }

  return {
    now: () => new Date(present),
    elapsedMs: () => present - began,

    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const forget = () => {
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          signal?.removeEventListener("abort", onAbort);
        };
        const onAbort = () => {
          forget();
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          due: present + Math.max(0, ms),
          wake: () => {
            forget();
            resolve();
          },
        };
        sleepers.push(sleeper);
        signal?.addEventListener("abort", onAbort, { once: true });
      }),

    async advance(ms) {
      const until = present + ms;
      await settle();
      for (let sleeper = nextDue(until); sleeper; sleeper = nextDue(until)) {
        present = Math.max(present, sleeper.due);
        sleeper.wake();
        await settle();
      }
      present = until;
    },

    sleeping: () => sleepers.length,

    nextWake() {
      const first = nextDue(Number.POSITIVE_INFINITY);
      return first && new Date(first.due);
    },
  };
}

/** Lets promise chains and input/output callbacks that are ready run before time moves on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
