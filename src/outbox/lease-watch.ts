import type { Queryable } from "../persistence/database.js";
import type { Clock } from "../platform/clock.js";
import { DOUBT_MS } from "./intent.js";

/** Sees which leases stay unsettled for too long, and puts their deliveries back. */
export interface LeaseWatch {
  /**
   * Looks at all claims there are, of all processes. A delivery whose lease this watch has seen for a whole lease is put
   * back: its worker died or hangs. What that one was about to write stays noted, so the next worker knows what the vendor
   * may hold. Also has those looked at again whose doubt is over. Answers how many were put back.
   */
  look(): Promise<number>;
  /** Milliseconds until the oldest lease seen has lasted long enough; undefined while there is none. */
  nextEndMs(): number | undefined;
}

/** One process's watch. */
export interface LeaseWatchDeps {
  database: Queryable;
  clock: Clock;
  /** How long a lease lasts, milliseconds. */
  leaseMs: number;
}

/**
 * A watch that measures leases by the time that passes for itself, not by a clock that shows the hour: one that is set
 * forward, or two machines whose clocks differ, would end leases while their workers are in the middle of a call. It
 * first sees a lease after its worker took it, so none ends before its worker, who measures in the same way, gave up.
 */
export function createLeaseWatch({ database, clock, leaseMs }: LeaseWatchDeps): LeaseWatch {
  /** When each lease was first seen, by elapsed time. */
  let seen = new Map<string, number>();

  return {
    async look() {
      const now = clock.elapsedMs();
      const claimed = await database.query<{ lease_id: string }>(
        "select lease_id from delivery where state = 'claimed'",
      );
      seen = new Map(claimed.map(({ lease_id: id }) => [id, seen.get(id) ?? now]));
      await endDoubts(database, clock.now());
      const over = [...seen].filter(([, since]) => now - since >= leaseMs).map(([id]) => id);
      return over.length === 0 ? 0 : putBack(database, over, clock.now());
    },
    nextEndMs() {
      if (seen.size === 0) return undefined;
      return Math.max(0, Math.min(...seen.values()) + leaseMs - clock.elapsedMs());
    },
  };
}

async function putBack(database: Queryable, leases: string[], now: Date): Promise<number> {
  const rows = await database.query(
    `update delivery
        set state = 'pending', next_attempt_at = $2, lease_id = null, lease_until = null,
            doubt_until = case when intents = '[]' then doubt_until else $3 end
      where state = 'claimed' and lease_id = any($1::uuid[]) returning id`,
    [leases, now, new Date(now.getTime() + DOUBT_MS)],
  );
  return rows.length;
}

// What waits or was given up is looked at sooner or later anyway, with its notes.
async function endDoubts(database: Queryable, now: Date): Promise<void> {
  await database.query(
    `update delivery
        set doubt_until = null,
            state = case when state in ('synced', 'skipped') then 'pending' else state end,
            next_attempt_at = case when state in ('synced', 'skipped') then $1 else next_attempt_at end
      where doubt_until <= $1 and state <> 'claimed'`,
    [now],
  );
}
