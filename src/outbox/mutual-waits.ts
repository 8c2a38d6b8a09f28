import type { Transaction } from "../persistence/database.js";
import { type ClaimedDelivery, DELIVERY_CHANNEL } from "./delivery.js";
import type { Outcome } from "./settle.js";

/** The field that is refused where a department may not come below its parent: the parent may be below it until it has moved. */
const PLACE = "parentRemoteId";

/** Whether a delivery that ended like this waits for another one: it is blocked, or refused its place for the time being. */
export function waitsForAnother(outcome: Outcome): boolean {
  return outcome.kind === "blocked" || (outcome.kind === "retry" && outcome.reason.field === PLACE);
}

/** {@link waitsForAnother} as a condition of SQL, for the delivery of this name in the statement. */
export function waitingForAnother(name: string): string {
  return `(${name}.state = 'blocked' or ${name}.state = 'pending' and ${name}.reason->>'field' = '${PLACE}')`;
}

/**
 * Ends waits for a delivery that waits itself, where the wait has one of these reasons: of those that wait for this
 * one, and of this one for another. They look again, as each may be what the other waits for. Call it after `settle`
 * with an outcome that {@link waitsForAnother}, in the same transaction.
 */
export async function endMutualWaits(
  tx: Transaction,
  delivery: ClaimedDelivery,
  reasonCodes: readonly string[],
  now: Date,
): Promise<void> {
  const woken = await tx.query(
    `update delivery d set state = 'pending', next_attempt_at = $4
      where d.tenant_id = $1 and d.connection_id = $2 and d.state = 'blocked' and d.reason->>'code' = any($5::text[])
        and d.resource_id in (
          select w.resource_id from delivery_wait w
            join delivery awaited on awaited.tenant_id = $1 and awaited.connection_id = $2
                                 and awaited.resource_id = w.awaited_id and ${waitingForAnother("awaited")}
           where w.tenant_id = $1 and w.connection_id = $2 and (w.resource_id = $3 or w.awaited_id = $3))
      returning d.id`,
    [delivery.tenantId, delivery.connectionId, delivery.resourceId, now, reasonCodes],
  );
  if (woken.length > 0) tx.hint(DELIVERY_CHANNEL);
}
