/** The only source of time. Everything that waits, expires or stamps takes one, so that tests can move time. */
export interface Clock {
  /** The present moment. */
  now(): Date;
  /**
   * Milliseconds since some moment, which is the same as long as the process lives. Unlike the difference of two
   * {@link Clock.now}, this is time that really passed: nobody can set it forward or back.
   */
  elapsedMs(): number;
  /** Resolves after `ms` milliseconds, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  elapsedMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};
