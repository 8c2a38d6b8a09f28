import type { Queryable } from "./queryable.js";

/** Names the pacer of one vendor path at one connection. */
export interface RateSlotKey {
  tenantId: string;
  connectionId: string;
  path: string;
}

/** How the share of a path shrinks and comes back; see connectors/adaptive-rate.ts, of which this is the SQL. */
export interface ShareRules {
  decrease: number;
  least: number;
  recoveryPerSecond: number;
  oneRefusalMs: number;
}

/** The share of the cap at the moment `$4`, as `shareAt` computes it. */
const SHARE = `least(1, slot.share + greatest(0, extract(epoch from $4::timestamptz - slot.slowed_at)) * $6)`;

/**
 * No starting time and no silence lies further ahead: a ban, the longest that a vendor asks for, takes five minutes. One that
 * does was given before the clock was set back, and is void.
 */
const FURTHEST = "interval '10 minutes'";

/**
 * Takes the next free starting time on the path, at `now` or later, and keeps the following interval free: `intervalMs`,
 * longer while the path is slowed down. One atomic statement, so callers of all processes get times that are at least so
 * far apart.
 */
export async function reserveSlot(
  db: Queryable,
  slot: RateSlotKey & { now: Date; intervalMs: number; recoveryPerSecond: number },
): Promise<Date> {
  const [row] = await db.query<{ granted: Date }>(
    `insert into rate_slot as slot (tenant_id, connection_id, path, next_at)
     values ($1, $2, $3, $4::timestamptz + $5 * interval '1 millisecond')
     on conflict (tenant_id, connection_id, path) do update
        set next_at = case when slot.next_at <= $4::timestamptz + ${FURTHEST}
                           then greatest(slot.next_at, $4::timestamptz) else $4::timestamptz end + $5 / ${SHARE} * interval '1 millisecond'
     returning next_at - $5 / ${SHARE} * interval '1 millisecond' as granted`,
    [slot.tenantId, slot.connectionId, slot.path, slot.now, slot.intervalMs, slot.recoveryPerSecond],
  );
  if (!row) throw new Error("an upsert returned no row");
  return row.granted;
}

/** Until when the path is silent after a throttle; whoever was to start before that needs another starting time. */
export async function closedUntil(
  db: Queryable,
  slot: RateSlotKey & { now: Date },
): Promise<Date | undefined> {
  const [row] = await db.query<{ closed_until: Date }>(
    `select closed_until from rate_slot
      where tenant_id = $1 and connection_id = $2 and path = $3 and closed_until <= $4::timestamptz + ${FURTHEST}`,
    [slot.tenantId, slot.connectionId, slot.path, slot.now],
  );
  return row?.closed_until;
}

/**
 * After a vendor's throttle: nobody starts on the path before `until`, and its share of the cap shrinks, once for
 * refusals that come together. Never makes the next start earlier.
 */
export async function penaliseSlot(
  db: Queryable,
  slot: RateSlotKey & { now: Date; until: Date; rules: ShareRules },
): Promise<void> {
  const { decrease, least, recoveryPerSecond, oneRefusalMs } = slot.rules;
  await db.query(
    `insert into rate_slot as slot (tenant_id, connection_id, path, next_at, closed_until, share, slowed_at)
     values ($1, $2, $3, $5, $5, greatest($8::double precision, $7::double precision), $4)
     on conflict (tenant_id, connection_id, path) do update
        set next_at = greatest(slot.next_at, excluded.next_at),
            closed_until = greatest(slot.closed_until, excluded.closed_until),
            share = case when $4::timestamptz < slot.slowed_at + $9 * interval '1 millisecond' then slot.share
                         else greatest($8::double precision, ${SHARE} * $7::double precision) end,
            slowed_at = case when $4::timestamptz < slot.slowed_at + $9 * interval '1 millisecond' then slot.slowed_at
                             else excluded.slowed_at end`,
    [
      slot.tenantId,
      slot.connectionId,
      slot.path,
      slot.now,
      slot.until,
      recoveryPerSecond,
      decrease,
      least,
      oneRefusalMs,
    ],
  );
}
