import type { ClaimedDelivery, DeliveryReason, DeliveryState } from "../../outbox/delivery.js";
import type { Transaction } from "../../persistence/database.js";
import { type RunRowResult, settleRunRows } from "../../persistence/run-row-store.js";

/** How an end of a delivery reads in the row of the run that ordered it. The other states are no end. */
const RESULTS: Partial<Record<DeliveryState, RunRowResult>> = {
  synced: "done",
  skipped: "skipped",
  parked: "failed",
  failed: "failed",
  held: "held",
};

/**
 * Writes what the vendor's answers came to into the rows of the run that ordered the delivery; the run may be over by
 * then. To be called after the settle, in its transaction: a resource that changed meanwhile is still on its way.
 */
export async function settleRun(
  tx: Transaction,
  delivery: ClaimedDelivery,
  reason: DeliveryReason | undefined,
  now: Date,
): Promise<void> {
  const { tenantId, id, runId, resourceId } = delivery;
  if (runId === undefined) return;
  const rows = await tx.query<{ state: DeliveryState }>(
    `update delivery set run_id = null
      where tenant_id = $1 and id = $2 and run_id = $3 and state = any($4::text[]) returning state`,
    [tenantId, id, runId, Object.keys(RESULTS)],
  );
  const state = rows[0]?.state;
  const result = state && RESULTS[state];
  if (result === undefined) return;
  await settleRunRows(tx, { tenantId, runId, resourceId }, { result, reason: reasonOf(reason), now });
}

function reasonOf(reason: DeliveryReason | undefined) {
  if (reason === undefined) return null;
  const { field: _ofTheProfile, ...rest } = reason;
  return rest;
}
