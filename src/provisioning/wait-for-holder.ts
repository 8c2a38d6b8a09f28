import type { ClaimedDelivery } from "../outbox/delivery.js";
import type { Outcome } from "../outbox/settle.js";
import type { Queryable } from "../persistence/database.js";
import { isId } from "../platform/ids.js";
import { messageOf, reasonFor } from "./reasons.js";
import type { AdoptionRefused } from "./write/execution.js";

/** A delivery in work is done within this time, as a rule; in milliseconds. */
const HOLDER_IN_WORK_MS = 1_000;

/**
 * When the remote object in the way belongs to another resource of ours whose own delivery is about to run (it may
 * be a removal or a rename), waiting for that is better than parking; so it is for one that deletion protection holds,
 * which an administrator decides on. `blocked` holders do not count: two resources
 * that swap a name would wait for each other for ever. Of two that are in work side by
 * side and stand in each other's way, only the one with the smaller id waits; the other looks again in a moment.
 */
export async function waitForHolder(
  database: Queryable,
  delivery: ClaimedDelivery,
  refused: AdoptionRefused,
  now: Date,
): Promise<Outcome | undefined> {
  // The holder may also be named by the vendor: a stamp or an account id, which need not be one of ours.
  if (refused.holderResourceId === undefined || !isId(refused.holderResourceId)) return undefined;
  const rows = await database.query<{ state: string; settles: string }>(
    `select state, settles from delivery
      where tenant_id = $1 and connection_id = $2 and resource_id = $3 and state in ('pending', 'claimed', 'held')`,
    [delivery.tenantId, delivery.connectionId, refused.holderResourceId],
  );
  const holder = rows[0];
  if (holder === undefined) return undefined;
  const reason = {
    ...reasonFor("holder-first", { refusal: messageOf(refused.reason) }),
    code: refused.reason.code,
    ...(refused.reason.field === undefined ? {} : { field: refused.reason.field }),
  };
  if (holder.state === "claimed" && delivery.resourceId > refused.holderResourceId) {
    return { kind: "retry", reason, at: new Date(now.getTime() + HOLDER_IN_WORK_MS), charged: false };
  }
  return {
    kind: "blocked",
    reason,
    awaited: [{ resourceId: refused.holderResourceId, settles: BigInt(holder.settles) }],
  };
}
