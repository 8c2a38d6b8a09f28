import type { ClaimedDelivery } from "../outbox/delivery.js";
import type { Outcome } from "../outbox/settle.js";
import type { Queryable } from "../persistence/database.js";
import { isId } from "../platform/ids.js";
import { messageOf, reasonFor } from "./reasons.js";
import type { AdoptionRefused } from "./write/execution.js";

/** A delivery in work is done within this time, as a rule; in milliseconds. */
const HOLDER_IN_WORK_MS = 1_000;

interface HolderRow {
  state: string;
  settles: string;
  settledAt: Date | null;
}

/** The holder's own delivery is about to run, or waits for an administrator's word. */
const IS_TO_COME: ReadonlySet<string> = new Set(["pending", "claimed", "held"]);

/**
 * When the remote object in the way belongs to another resource of ours whose own delivery is about to run (it may
 * be a removal or a rename), waiting for that is better than parking; so it is for one that deletion protection holds,
 * which an administrator decides on. `blocked` holders do not count: two resources
 * that swap a name would wait for each other for ever. Of two that are in work side by
 * side and stand in each other's way, only the one with the smaller id waits; the other looks again in a moment. So does
 * one whose holder was settled while it looked, as that may have given the object up.
 * @param startedAt when this delivery began to look
 */
export async function waitForHolder(
  database: Queryable,
  delivery: ClaimedDelivery,
  refused: AdoptionRefused,
  { now, startedAt }: { now: Date; startedAt: Date },
): Promise<Outcome | undefined> {
  // The holder may also be named by the vendor: a stamp or an account id, which need not be one of ours.
  if (refused.holderResourceId === undefined || !isId(refused.holderResourceId)) return undefined;
  const [holder] = await database.query<HolderRow>(
    `select state, settles, settled_at as "settledAt" from delivery
      where tenant_id = $1 and connection_id = $2 and resource_id = $3`,
    [delivery.tenantId, delivery.connectionId, refused.holderResourceId],
  );
  if (holder === undefined) return undefined;
  const reason = {
    ...reasonFor("holder-first", { refusal: messageOf(refused.reason) }),
    code: refused.reason.code,
    ...(refused.reason.field === undefined ? {} : { field: refused.reason.field }),
  };
  const lookAgain: Outcome = {
    kind: "retry",
    reason,
    at: new Date(now.getTime() + HOLDER_IN_WORK_MS),
    charged: false,
  };
  if (!IS_TO_COME.has(holder.state)) {
    const settledMeanwhile = holder.settledAt !== null && holder.settledAt >= startedAt;
    return settledMeanwhile ? lookAgain : undefined;
  }
  if (holder.state === "claimed" && delivery.resourceId > refused.holderResourceId) return lookAgain;
  return {
    kind: "blocked",
    reason,
    awaited: [{ resourceId: refused.holderResourceId, settles: BigInt(holder.settles) }],
  };
}
