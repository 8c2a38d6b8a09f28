import type { Clock } from "./clock.js";

/** How fast a bucket fills, and how much it holds. */
export interface BucketSize {
  perSecond: number;
  capacity: number;
}

/** A token bucket for each key. Every bucket is full at first. */
export interface TokenBuckets {
  /** Takes one out of the bucket. Returns 0, or, where it is empty, takes nothing and returns the milliseconds to wait. */
  take(key: string, size: BucketSize): number;
  /** What `take` would return, without taking. */
  wait(key: string, size: BucketSize): number;
}

/** Milliseconds since 1970 with fractions are exact to less than this. */
const PRECISION_MS = 0.001;

/**
 * Makes buckets that live in this process. Of each only one number is kept, the moment at which it is full again
 * (the generic cell rate algorithm). Beyond `maxKeys` the oldest bucket is forgotten, that is, full again.
 */
export function createTokenBuckets({ clock, maxKeys }: { clock: Clock; maxKeys: number }): TokenBuckets {
  const fullAt = new Map<string, number>();

  /** When the bucket would be full after one more was taken, and how long to wait before that may be. */
  function afterTaking(key: string, { perSecond, capacity }: BucketSize): { full: number; waitMs: number } {
    const now = clock.now().getTime();
    const intervalMs = 1000 / perSecond;
    const emptyMs = capacity * intervalMs;
    // A bucket is never emptier than empty, though the clock may have been set back or the size changed.
    const full = Math.min(Math.max(now, fullAt.get(key) ?? now), now + emptyMs) + intervalMs;
    const waitMs = full - now - emptyMs;
    return { full, waitMs: waitMs > PRECISION_MS ? waitMs : 0 };
  }

  return {
    take(key, size) {
      const { full, waitMs } = afterTaking(key, size);
      if (waitMs > 0) return waitMs;
      fullAt.set(key, full);
      if (fullAt.size > maxKeys) {
        for (const oldest of fullAt.keys()) {
          fullAt.delete(oldest);
          break;
        }
      }
      return 0;
    },
    wait: (key, size) => afterTaking(key, size).waitMs,
  };
}
