/** First and longest pause of a connection after a failure that concerns all of it, in milliseconds. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** How long a connection rests after its `count`-th failure in a row: one minute, doubling, at most one hour. */
export function connectionPause(count: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, count - 1));
}
