import type { Queryable } from "./queryable.js";

/** Names the pacer of one vendor path at one connection. */
export interface RateSlotKey {
  tenantId: string;
  connectionId: string;
  path: string;
}

/**
 * Takes the next free starting time on the path, at `now` or later, and keeps the following `intervalMs` free.
 * One atomic statement, so callers of all processes get times that are at least `intervalMs` apart.
 */
export async function reserveSlot(
  db: Queryable,
  slot: RateSlotKey & { now: Date; intervalMs: number },
): Promise<Date> {
  const [row] = await db.query<{ granted: Date }>(
    `insert into rate_slot as slot (tenant_id, connection_id, path, next_at)
     values ($1, $2, $3, $4::timestamptz + $5 * interval '1 millisecond')
     on conflict (tenant_id, connection_id, path) do update
        set next_at = greatest(slot.next_at, $4::timestamptz) + $5 * interval '1 millisecond'
     returning next_at - $5 * interval '1 millisecond' as granted`,
    [slot.tenantId, slot.connectionId, slot.path, slot.now, slot.intervalMs],
  );
  if (!row) throw new Error("an upsert returned no row");
  return row.granted;
}

/** Lets nobody start on the path before `until`, the end of a vendor's penalty; never makes the next start earlier. */
export async function penaliseSlot(db: Queryable, slot: RateSlotKey & { until: Date }): Promise<void> {
  await db.query(
    `insert into rate_slot as slot (tenant_id, connection_id, path, next_at)
     values ($1, $2, $3, $4)
     on conflict (tenant_id, connection_id, path) do update set next_at = greatest(slot.next_at, excluded.next_at)`,
    [slot.tenantId, slot.connectionId, slot.path, slot.until],
  );
}
