import type { Clock } from "./clock.js";

/** Work that is done again and again until it is stopped. */
export interface RepeatedWork {
  /** Stops it, after what is being done at this moment has seen its signal. */
  stop(): Promise<void>;
}

/**
 * Does something now and again `everyMs` milliseconds after it ended, until it is stopped; the signal tells the work itself.
 * Trouble goes to `onError` and is over with the next time.
 */
export function startRepeatedWork(
  { clock, everyMs, onError }: { clock: Clock; everyMs: number; onError(error: unknown): void },
  work: (signal: AbortSignal) => Promise<void>,
): RepeatedWork {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function run(): Promise<void> {
    do {
      await work(signal).catch(onError);
      await clock.sleep(everyMs, signal).catch(() => undefined);
    } while (!signal.aborted);
  }

  const running = run();
  return {
    async stop() {
      stopping.abort(new Error("the process stops"));
      await running;
    },
  };
}
