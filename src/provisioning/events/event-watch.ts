import {
  claimEventHints,
  type EventHint,
  forgetEventReceipts,
  nextEventHintAt,
} from "../../persistence/event-store.js";
import { createHints } from "../../platform/hints.js";
import { EVENT_CHANNEL } from "./event-intake.js";
import { type LookAtHintsDeps, lookAtHints } from "./look-at-hints.js";

/** What watches for records that events named. Times in milliseconds. */
export interface EventWatchDeps extends LookAtHintsDeps {
  /** Trouble of our own; the hints come back when their lease ends. */
  onError(error: unknown): void;
  /** Longest time without a look at the table: wake-ups may be lost. */
  pollMs?: number;
}

/** The part of a worker that looks at records that events named. */
export interface EventWatch {
  /** Ends after the record that is looked at just now. */
  stop(): Promise<void>;
}

const POLL_MS = 5_000;
const LEASE_MS = 120_000;
/** Records looked at with one reading of the permission scope. */
const BATCH = 20;
/** How long events are remembered. DingTalk repeats within a minute, and hands out failed ones for some days. */
const REMEMBER_MS = 7 * 24 * 3_600_000;
const FORGET_EVERY_MS = 3_600_000;

/** Takes the hints that are due and looks at their records. Answers how many there were. */
export async function lookAtDueHints(deps: LookAtHintsDeps, signal: AbortSignal): Promise<number> {
  const { database, clock } = deps;
  const claimed = await claimEventHints(database, { now: clock.now(), leaseMs: LEASE_MS, limit: BATCH });
  const byConnection = new Map<string, EventHint[]>();
  for (const hint of claimed) {
    byConnection.set(hint.connectionId, [...(byConnection.get(hint.connectionId) ?? []), hint]);
  }
  for (const hints of byConnection.values()) await lookAtHints(deps, hints, signal);
  return claimed.length;
}

/** Watches until stopped. */
export async function startEventWatch(deps: EventWatchDeps): Promise<EventWatch> {
  const { database, clock, pollMs = POLL_MS } = deps;
  const abort = new AbortController();
  const hints = createHints(clock);
  let forgottenAt = Number.NEGATIVE_INFINITY;

  async function forgetOld(): Promise<void> {
    const now = clock.now().getTime();
    if (now < forgottenAt + FORGET_EVERY_MS) return;
    forgottenAt = now;
    await forgetEventReceipts(database, new Date(now - REMEMBER_MS));
  }

  async function restMs(): Promise<number> {
    const next = await nextEventHintAt(database);
    if (next === undefined) return pollMs;
    return Math.min(pollMs, Math.max(1, next.getTime() - clock.now().getTime()));
  }

  async function loop(): Promise<void> {
    while (!abort.signal.aborted) {
      const known = hints.given();
      try {
        await forgetOld();
        if ((await lookAtDueHints(deps, abort.signal)) === 0) await hints.rest(await restMs(), known);
      } catch (error) {
        deps.onError(error);
        await clock.sleep(pollMs, abort.signal).catch(() => undefined);
      }
    }
  }

  const unlisten = await database.listen(EVENT_CHANNEL, hints.give);
  const looping = loop();
  return {
    async stop() {
      abort.abort(new Error("The process is stopping."));
      hints.give();
      await unlisten();
      await looping;
    },
  };
}
