import type { Clock } from "./clock.js";

/** A lease that is renewed while work goes on. */
export interface HeldLease {
  clock: Clock;
  /** Milliseconds between two renewals; a fraction of the lease. */
  everyMs: number;
  /** Answers false where the lease is another's by now. */
  renew(): Promise<boolean>;
  /** Called once when it is, so that the work can be given up. */
  onLost(): void;
  /** Told of renewals that failed; the next one is tried all the same. */
  onError(error: unknown): void;
}

/** Does work that may wait for a vendor for longer than its lease lasts, and renews the lease until it is done. */
export async function whileHeld<T>(lease: HeldLease, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const renewing = renewUntil(lease, over.signal);
  try {
    return await work();
  } finally {
    over.abort();
    await renewing;
  }
}

async function renewUntil(
  { clock, everyMs, renew, onLost, onError }: HeldLease,
  over: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(everyMs, over).catch(() => undefined);
    if (over.aborted) return;
    try {
      if (!(await renew())) return onLost();
    } catch (error) {
      onError(error);
    }
  }
}
