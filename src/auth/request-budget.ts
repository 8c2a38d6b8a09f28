import type { Clock } from "../platform/clock.js";
import { createTokenBuckets } from "../platform/token-buckets.js";

/** How many requests a client may send. */
export interface RateLimit {
  requestsPerSecond: number;
  /** How many at once after a pause. */
  burst: number;
}

/** For clients without a limit of their own: beyond what any identity provider sends, short of what stops the others. */
export const DEFAULT_RATE_LIMIT: RateLimit = { requestsPerSecond: 500, burst: 1_000 };

/** More clients than this process serves within the time that a bucket takes to fill. */
const MAX_CLIENTS = 10_000;

/** The requests that each client has left, in this process: with several processes, each has a budget of its own. */
export interface RequestBudget {
  /** Counts one request. Returns 0, or how many milliseconds the client has to wait. */
  spend(clientRef: string, limit: RateLimit): number;
}

/** Makes the budget of a process. A token bucket of our own, because it goes by our clock and needs no timers. */
export function createRequestBudget({ clock }: { clock: Clock }): RequestBudget {
  const buckets = createTokenBuckets({ clock, maxKeys: MAX_CLIENTS });
  return {
    spend: (clientRef, { requestsPerSecond, burst }) =>
      buckets.take(clientRef, { perSecond: requestsPerSecond, capacity: burst }),
  };
}
