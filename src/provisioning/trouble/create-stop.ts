import { appendNotification } from "../../notifications/append-notification.js";
import type { ClaimedDelivery, DeliveryReason } from "../../outbox/delivery.js";
import { DELIVERY_CHANNEL } from "../../outbox/delivery.js";
import type { Outcome } from "../../outbox/settle.js";
import type { Queryable, Transaction } from "../../persistence/database.js";
import { reasonFor } from "../reasons.js";

/** First and longest wait before somebody is tried again, in milliseconds. */
const FIRST_STOP_MS = 600_000;
const LONGEST_STOP_MS = 14_400_000;
/** While one is tried, the others wait for so long at most. */
const TRIAL_MS = 60_000;
/** The reason by which those who wait are known. */
export const CREATES_STOPPED = "creates-stopped";

/** Whether a person may be added now: as ever, as the one who is tried, or not before `until`. */
export type CreateGate = { kind: "open" } | { kind: "trial" } | { kind: "stopped"; until: Date };

/**
 * Asks whether the vendor takes people at all. Where it said that the company has as many as it may have, one of those
 * who wait is let through when the wait is over.
 */
export async function createGate(
  database: Queryable,
  { tenantId, connectionId }: ClaimedDelivery,
  now: Date,
): Promise<CreateGate> {
  const rows = await database.query<{ stopped_until: Date; trial: boolean }>(
    `with stop as (
       select stopped_until from create_stop where tenant_id = $1 and connection_id = $2),
     trial as (
       update create_stop set stopped_until = $4
        where tenant_id = $1 and connection_id = $2 and stopped_until <= $3
       returning 1)
     select greatest(stopped_until, $3::timestamptz + interval '1 second') as stopped_until,
            exists (select 1 from trial) as trial
       from stop`,
    [tenantId, connectionId, now, new Date(now.getTime() + TRIAL_MS)],
  );
  const [stop] = rows;
  if (stop === undefined) return { kind: "open" };
  return stop.trial ? { kind: "trial" } : { kind: "stopped", until: stop.stopped_until };
}

/** How a person waits who cannot be added at the moment. */
export function waitToBeAdded(until: Date, detail: { en: string; zh: string } = NO_ROOM): Outcome {
  return { kind: "retry", reason: reasonFor(CREATES_STOPPED, { detail }), at: until, charged: false };
}

const NO_ROOM = {
  en: "the company has as many people as it may have.",
  zh: "企业人数已达上限。",
};

/**
 * After a refusal for want of room: nobody is added for a while, longer each time, and administrators are told. Answers
 * how the refused one waits. In the transaction that settles it.
 */
export async function stopCreates(
  tx: Transaction,
  delivery: ClaimedDelivery,
  { message, zh }: DeliveryReason,
  now: Date,
): Promise<Outcome> {
  const { tenantId, connectionId, correlationId } = delivery;
  // Those refused side by side are one refusal.
  const [stop] = await tx.query<{ stopped_until: Date }>(
    `insert into create_stop as stop (tenant_id, connection_id, stopped_until, stop_count)
     values ($1, $2, $3::timestamptz + $4 * interval '1 millisecond', 1)
     on conflict (tenant_id, connection_id) do update
        set stopped_until = case when stop.stopped_until > $3::timestamptz + $6 * interval '1 millisecond' then stop.stopped_until
                                 else $3::timestamptz + least($5, $4 * power(2, stop.stop_count)) * interval '1 millisecond' end,
            stop_count = stop.stop_count
                       + case when stop.stopped_until > $3::timestamptz + $6 * interval '1 millisecond' then 0 else 1 end
     returning stopped_until`,
    [tenantId, connectionId, now, FIRST_STOP_MS, LONGEST_STOP_MS, TRIAL_MS],
  );
  const outcome = waitToBeAdded(stop?.stopped_until ?? now, { en: message, zh: zh?.message ?? message });
  if ("reason" in outcome) {
    const { reason } = outcome;
    await appendNotification(tx, {
      tenantId,
      connectionId,
      kind: CREATES_STOPPED,
      reason,
      correlationId,
      now,
    });
  }
  return outcome;
}

/** Lets people be added again, at once, at one connection. */
export async function resumeCreates(
  tx: Transaction,
  { tenantId, connectionId }: { tenantId: string; connectionId: string },
  now: Date,
): Promise<void> {
  const over = await tx.query(
    "delete from create_stop where tenant_id = $1 and connection_id = $2 returning 1",
    [tenantId, connectionId],
  );
  if (over.length === 0) return;
  await tx.query(
    `update delivery set next_attempt_at = $3
      where tenant_id = $1 and connection_id = $2 and state = 'pending'
        and reason->>'code' = $4 and next_attempt_at > $3`,
    [tenantId, connectionId, now, CREATES_STOPPED],
  );
  tx.hint(DELIVERY_CHANNEL);
}
