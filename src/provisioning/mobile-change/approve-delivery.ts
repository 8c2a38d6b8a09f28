import { type AuditContext, appendAudit } from "../../audit/append-audit.js";
import { DELIVERY_CHANNEL, type DeliveryReason, type DeliveryState } from "../../outbox/delivery.js";
import { upsertApproval } from "../../persistence/approval-store.js";
import type { Transaction } from "../../persistence/database.js";

/** The delivery proposes nothing that an administrator could approve. */
export class NothingToApproveError extends Error {
  override readonly name = "NothingToApproveError";

  constructor() {
    super("The delivery waits for no approval; look at its state and reason.");
  }
}

interface ProposingRow {
  connection_id: string;
  resource_id: string;
  state: DeliveryState;
  reason: DeliveryReason | null;
}

/**
 * Approves what a parked delivery proposes, and makes it due now. Only what its reason says at this moment is
 * approved: should the person change again before it is carried out, the delivery asks again.
 * Answers false where there is no such delivery.
 * @throws NothingToApproveError
 */
export async function approveDelivery(
  tx: Transaction,
  context: AuditContext & { now: Date },
  deliveryId: string,
): Promise<boolean> {
  const { tenantId, actor, now } = context;
  const rows = await tx.query<ProposingRow>(
    "select connection_id, resource_id, state, reason from delivery where tenant_id = $1 and id = $2 for update",
    [tenantId, deliveryId],
  );
  const [row] = rows;
  if (row === undefined) return false;
  const proposal = row.state === "parked" ? row.reason?.proposal : undefined;
  if (proposal === undefined) throw new NothingToApproveError();
  await upsertApproval(tx, {
    tenantId,
    connectionId: row.connection_id,
    resourceId: row.resource_id,
    proposal,
    actor,
    approvedAt: now,
  });
  await tx.query(
    `update delivery set state = 'pending', next_attempt_at = $3, tries = 0 where tenant_id = $1 and id = $2`,
    [tenantId, deliveryId, now],
  );
  await appendAudit(tx, context, {
    object: { type: "delivery", id: deliveryId },
    verb: "approved",
    before: { state: row.state },
    after: { state: "pending", approved: row.reason?.code ?? "" },
  });
  tx.hint(DELIVERY_CHANNEL);
  return true;
}
