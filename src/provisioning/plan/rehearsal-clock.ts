import type { Clock } from "../../platform/clock.js";

/** The time of a rehearsal, which passes when it is told to. */
export interface RehearsalClock extends Clock {
  /** A millisecond passes, so that what follows is later than what was before. */
  tick(): void;
  /** Time goes on to this moment, never back. */
  moveTo(moment: Date): void;
}

/** A clock that begins at `start`. Nobody waits on it: sleeping moves it. */
export function createRehearsalClock(start: Date): RehearsalClock {
  let present = start.getTime();
  return {
    now: () => new Date(present),
    elapsedMs: () => present - start.getTime(),
    sleep: async (ms) => {
      present += Math.max(0, ms);
    },
    tick: () => {
      present += 1;
    },
    moveTo: (moment) => {
      present = Math.max(present, moment.getTime());
    },
  };
}
