import { isIPv6 } from "node:net";
import type { Clock } from "../platform/clock.js";
import { createTokenBuckets } from "../platform/token-buckets.js";

/** Too many credentials from this address were wrong lately. */
export class TooManyFailuresError extends Error {
  override readonly name = "TooManyFailuresError";

  constructor(
    /** When to try again, in milliseconds. */
    readonly waitMs: number,
  ) {
    super("Too many wrong credentials came from this address lately; wait before the next try.");
  }
}

/** A hundred at once, as of a client whose secret was changed, and then five a second. */
const FAILURES = { perSecond: 5, capacity: 100 };
const MAX_ADDRESSES = 10_000;
const MAX_CREDENTIALS = 10_000;

/** Bounds the work that guessing costs us, by address. */
export interface FailureBudget {
  /**
   * Runs a look-up of a credential. One that finds nothing counts against the address. When the address has used up
   * its failures, nothing is looked up any more but credentials that were right before: a client that shares the
   * address with a guesser goes on, and one with a new credential gets in as soon as the guesser pauses.
   * `credential` is a hash that names it. Without an address nothing is counted.
   * @throws TooManyFailuresError
   */
  guard<T>(
    address: string | undefined,
    credential: string,
    lookUp: () => Promise<T | undefined>,
  ): Promise<T | undefined>;
}

/** Makes the budget of a process; it is kept in memory. */
export function createFailureBudget({ clock }: { clock: Clock }): FailureBudget {
  const buckets = createTokenBuckets({ clock, maxKeys: MAX_ADDRESSES });
  const rightBefore = new Set<string>();

  function settle(key: string, credential: string, wasRight: boolean): void {
    rightBefore.delete(credential);
    if (!wasRight) {
      buckets.take(key, FAILURES);
      return;
    }
    rightBefore.add(credential);
    if (rightBefore.size > MAX_CREDENTIALS) {
      for (const oldest of rightBefore) {
        rightBefore.delete(oldest);
        break;
      }
    }
  }

  return {
    async guard(address, credential, lookUp) {
      if (address === undefined) return lookUp();
      const key = networkOf(address);
      const waitMs = buckets.wait(key, FAILURES);
      if (waitMs > 0 && !rightBefore.has(credential)) throw new TooManyFailuresError(waitMs);
      const found = await lookUp();
      settle(key, credential, found !== undefined);
      return found;
    },
  };
}

/** What failures are counted by: whoever has an IPv6 address has the 2^64 addresses of its network. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail = ""] = address.split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const missing = address.includes("::") ? 8 - groups.length - tail.split(":").filter(Boolean).length : 0;
  const all = [...groups, ...Array<string>(missing).fill("0"), ...tail.split(":").filter(Boolean)];
  return all.slice(0, 4).join(":");
}
