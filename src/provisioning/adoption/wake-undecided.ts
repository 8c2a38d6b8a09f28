import { DELIVERY_CHANNEL } from "../../outbox/delivery.js";
import type { Transaction } from "../../persistence/database.js";
import { ADOPTION_REASONS } from "./adoption-reasons.js";

/**
 * Has those looked at again who wait for a decision that there is nothing to decide about any more. Rows that somebody has
 * locked are passed over: whoever has them is about to move them anyway.
 */
export async function wakeUndecided(
  tx: Transaction,
  { tenantId, connectionId }: { tenantId: string; connectionId: string },
  resourceIds: readonly string[],
  now: Date,
): Promise<void> {
  if (resourceIds.length === 0) return;
  await tx.query(
    `update delivery d set state = 'pending', next_attempt_at = $4
       from (select id from delivery
              where tenant_id = $1 and connection_id = $2 and resource_id = any($3::uuid[]) and state = 'parked'
                and reason->>'code' = any($5::text[])
                for update skip locked) waiting
      where d.tenant_id = $1 and d.id = waiting.id`,
    [tenantId, connectionId, resourceIds, now, Object.keys(ADOPTION_REASONS)],
  );
  tx.hint(DELIVERY_CHANNEL);
}
