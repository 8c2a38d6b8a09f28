import type { Clock } from "../platform/clock.js";
import { FULL_SHARE, type RateShare, shareAt, slowed } from "./adaptive-rate.js";
import type { Pacer } from "./connector.js";

/** How many calls may start on one API path in a second, where a connection names no other number. */
export const DEFAULT_RATE_PER_SECOND = 15;

interface Lane {
  /** Earliest start of the next call, Unix ms. */
  next: number;
  /** No call of this path starts before, Unix ms. */
  closedUntil: number;
  share: RateShare;
}

/**
 * A pacer for one connection within one process: starts on a path are evenly spaced by 1000 / rate ms (generic
 * cell rate algorithm without burst), since DingTalk counts in whole seconds and a burst across two of its
 * seconds would be refused. A penalty also delays the calls that wait already, and slows the path down for a while.
 */
export function createPacer({
  clock,
  ratePerSecond = DEFAULT_RATE_PER_SECOND,
}: {
  clock: Clock;
  ratePerSecond?: number;
}): Pacer {
  if (!(ratePerSecond > 0)) throw new RangeError(`ratePerSecond must be above 0, got ${ratePerSecond}`);
  const interval = 1000 / ratePerSecond;
  const lanes = new Map<string, Lane>();

  const laneOf = (path: string): Lane => {
    const lane = lanes.get(path) ?? { next: 0, closedUntil: 0, share: FULL_SHARE };
    lanes.set(path, lane);
    return lane;
  };

  return {
    async reserve(path, signal) {
      signal?.throwIfAborted();
      const lane = laneOf(path);
      let start: number;
      do {
        const now = clock.now().getTime();
        start = Math.max(now, lane.next, lane.closedUntil);
        lane.next = start + interval / shareAt(lane.share, now);
        if (start > now) await clock.sleep(start - now, signal);
        // A penalty may have arrived during the sleep: then this place is void and a new one is taken.
      } while (start < lane.closedUntil);
    },
    async penalise(path, ms) {
      const lane = laneOf(path);
      const now = clock.now().getTime();
      lane.share = slowed(lane.share, now);
      lane.closedUntil = Math.max(lane.closedUntil, now + ms);
      lane.next = Math.max(lane.next, lane.closedUntil);
    },
  };
}
