import { claimDeliveries, handBack, nextDueAt } from "../outbox/claim.js";
import { type ClaimedDelivery, DELIVERY_CHANNEL } from "../outbox/delivery.js";
import { createLeaseWatch } from "../outbox/lease-watch.js";
import type { Database } from "../persistence/database.js";
import type { Clock } from "../platform/clock.js";
import { createHints } from "../platform/hints.js";

/** Sizes and times of one worker; milliseconds. */
export interface WorkerSettings {
  /** Deliveries in progress at once. The vendor's rate, not this number, is the limit (cap x latency is about 2). */
  concurrency: number;
  leaseMs: number;
  /** Longest sleep without a look at the table: notifications are only hints. */
  pollMs: number;
}

/** Settings that fit DingTalk's 20 calls a second and path. */
export const defaultWorkerSettings: WorkerSettings = {
  concurrency: 12,
  leaseMs: 30_000,
  pollMs: 1_000,
};

/** A delivery that takes longer than this share of its lease is given up, so that it can still be settled in time. */
const WORKING_SHARE = 5 / 6;

/** Every so many claims the load goes first, so that single changes without end cannot hold it up. */
const LOAD_TURN = 4;

/** What a worker needs. */
export interface WorkerDeps {
  database: Database;
  clock: Clock;
  settings: WorkerSettings;
  /** Carries out one delivery and settles it. Rejects only for trouble of our own (the database). */
  deliver(delivery: ClaimedDelivery, signal: AbortSignal): Promise<void>;
  /** Told of trouble of our own; the delivery comes back when its lease ends. */
  onError(error: unknown, delivery?: ClaimedDelivery): void;
}

/** A running worker. */
export interface Worker {
  /** Stops claiming, lets running deliveries finish for up to `graceMs`, then aborts them. Leases are handed back. */
  stop(graceMs?: number): Promise<void>;
}

/** Starts claiming and delivering until stopped. */
export async function startWorker(deps: WorkerDeps): Promise<Worker> {
  const { database, clock, settings } = deps;
  const running = new Map<ClaimedDelivery, Promise<void>>();
  const abort = new AbortController();
  let stopping = false;
  let turn = 1;
  const hints = createHints(clock);
  let lookedAt = Number.NEGATIVE_INFINITY;
  const leases = createLeaseWatch({ database, clock, leaseMs: settings.leaseMs });

  async function restMs(): Promise<number> {
    if (running.size >= settings.concurrency) return settings.pollMs;
    const due = await nextDueAt(database);
    if (due === undefined) return settings.pollMs;
    return Math.min(settings.pollMs, Math.max(5, due.getTime() - clock.now().getTime()));
  }

  async function lookAfterLeases(): Promise<void> {
    const now = clock.elapsedMs();
    if (now < lookedAt + settings.pollMs) return;
    lookedAt = now;
    await leases.look();
  }

  async function start(delivery: ClaimedDelivery): Promise<void> {
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(settings.leaseMs * WORKING_SHARE)]);
    try {
      await deps.deliver(delivery, signal);
    } catch (error) {
      deps.onError(error, delivery);
    } finally {
      running.delete(delivery);
      hints.give();
    }
  }

  async function loop(): Promise<void> {
    while (!stopping) {
      const known = hints.given();
      try {
        await lookAfterLeases();
        const limit = settings.concurrency - running.size;
        const claimed =
          limit > 0
            ? await claimDeliveries(database, {
                now: clock.now(),
                leaseMs: settings.leaseMs,
                limit,
                first: turn % LOAD_TURN === 0 ? "load" : "single",
                firstType: Math.floor(turn / LOAD_TURN) % 2 === turn % 2 ? "Group" : "User",
              })
            : [];
        if (claimed.length > 0) turn += 1;
        for (const delivery of claimed) {
          if (stopping) await handBack(database, delivery);
          else running.set(delivery, start(delivery));
        }
        if (claimed.length === 0) await hints.rest(await restMs(), known);
      } catch (error) {
        deps.onError(error);
        await clock.sleep(settings.pollMs, abort.signal).catch(() => undefined);
      }
    }
  }

  const unlisten = await database.listen(DELIVERY_CHANNEL, hints.give);
  const looping = loop();

  return {
    async stop(graceMs = 10_000) {
      stopping = true;
      hints.give();
      await unlisten();
      const grace = clock.sleep(graceMs, abort.signal).then(
        () => abort.abort(new Error("The process is stopping.")),
        () => undefined,
      );
      await looping;
      await Promise.all(running.values());
      abort.abort();
      await grace;
    },
  };
}
