import type { Queryable, Transaction } from "../persistence/database.js";
import type { JsonObject } from "../scim/schema/attribute.js";
import { type ClaimedDelivery, DELIVERY_CHANNEL } from "./delivery.js";

/**
 * How long a write that nobody saw answered may be on its way, in milliseconds. Longer than any call is waited for, by
 * us or by what stands between us and the vendor.
 */
export const DOUBT_MS = 60_000;

/** The lease of a claim ended before it was settled: another worker has, or had, the delivery. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";

  constructor(readonly delivery: Pick<ClaimedDelivery, "id" | "resourceId">) {
    super(`The lease of delivery ${delivery.id} has ended; nothing more is written for it by this worker.`);
  }
}

/**
 * Notes what a claim is about to write, before the vendor is called: if no settle follows, the next holder knows what
 * the vendor may hold. The same intent twice in a row is noted once.
 * @throws LeaseLostError once the lease has ended: then nothing may be written at the vendor either
 */
export async function recordIntent(
  database: Queryable,
  delivery: ClaimedDelivery,
  intent: JsonObject,
): Promise<void> {
  const rows = await database.query(
    `update delivery
        set intents = case when intents -> -1 is distinct from $4::jsonb
                           then intents || jsonb_build_array($4::jsonb) else intents end
      where tenant_id = $1 and id = $2 and lease_id = $3 and state = 'claimed' returning id`,
    [delivery.tenantId, delivery.id, delivery.leaseId, JSON.stringify(intent)],
  );
  if (rows.length === 0) throw new LeaseLostError(delivery);
}

/**
 * Has a delivery carried out once more whose lease was lost to somebody while this worker wrote at the vendor: what
 * was written may have come after the other one's look. The notes go back to the row, where they outlast the settle of
 * whoever has it now; when the doubt is over, it is looked at again.
 */
export async function orderAgain(
  tx: Transaction,
  delivery: Pick<ClaimedDelivery, "tenantId" | "id">,
  intents: readonly JsonObject[],
  now: Date,
): Promise<void> {
  await tx.query(
    `update delivery
        set intents = intents || $3::jsonb, doubt_until = $5,
            state = case when state in ('claimed', 'held') then state else 'pending' end,
            next_attempt_at = case when state in ('claimed', 'held') then next_attempt_at else $4 end
      where tenant_id = $1 and id = $2`,
    [delivery.tenantId, delivery.id, JSON.stringify(intents), now, new Date(now.getTime() + DOUBT_MS)],
  );
  tx.hint(DELIVERY_CHANNEL);
}
