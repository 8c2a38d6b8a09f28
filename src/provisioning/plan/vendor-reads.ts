import type { Rehearsal } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { Clock } from "../../platform/clock.js";
import { VendorSilentError } from "./plan-errors.js";

/** Reads made side by side; the vendor's rate is the limit. */
const CONCURRENCY = 8;
const TRIES = 3;
/** Longest pause before a read is tried again, in milliseconds: somebody waits for the answer. */
const LONGEST_PAUSE_MS = 5_000;

/** A rehearsal needs an answer of the vendor that is not there yet. It is fetched, and the rehearsal begins anew. */
export class AnswerMissing extends Error {
  override readonly name = "AnswerMissing";

  constructor() {
    super("the vendor has to be asked first");
  }
}

/**
 * The vendor's answers to what a rehearsal reads. A rehearsal runs inside of a transaction, which must not wait for a
 * vendor: it stops where an answer is missing ({@link AnswerMissing}), the answers are fetched outside, and it runs
 * again from the beginning.
 */
export interface VendorReads {
  rehearsal: Rehearsal;
  /** Whether something was asked for that is not known. */
  isMissing(): boolean;
  /**
   * Fetches what was found missing; answers how much that was.
   * @throws VendorSilentError where the vendor can not be asked at all just now
   */
  fetch(): Promise<number>;
}

/** Answers for one plan. */
export function createVendorReads(clock: Clock): VendorReads {
  const answers = new Map<string, { value: unknown } | { error: ConnectorError }>();
  const missing = new Map<string, () => Promise<unknown>>();

  async function ask(key: string, send: () => Promise<unknown>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        answers.set(key, { value: await send() });
        return;
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        if (error.kind !== "throttled" && error.kind !== "transient" && error.kind !== "unauthorized") {
          answers.set(key, { error });
          return;
        }
        const pause = error.facts.retryAfterMs ?? 200 * 2 ** attempt;
        if (error.kind === "unauthorized" || attempt === TRIES || pause > LONGEST_PAUSE_MS) {
          throw new VendorSilentError(error.facts, { cause: error });
        }
        await clock.sleep(pause);
      }
    }
  }

  return {
    rehearsal: {
      written: new Map(),
      async read<T>(key: string, send: () => Promise<T>): Promise<T> {
        const known = answers.get(key);
        if (known === undefined) {
          missing.set(key, send);
          throw new AnswerMissing();
        }
        if ("error" in known) throw known.error;
        // The key names the call, and a call has one type of answer.
        return known.value as T;
      },
    },

    isMissing: () => missing.size > 0,

    async fetch() {
      const wanted = [...missing];
      const count = wanted.length;
      missing.clear();
      const workers = Array.from({ length: CONCURRENCY }, async () => {
        for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) await ask(...next);
      });
      await Promise.all(workers);
      return count;
    },
  };
}
