import type { ClaimedDelivery } from "../../outbox/delivery.js";
import { insertProposals } from "../../persistence/adoption-proposal-store.js";
import type { Transaction } from "../../persistence/database.js";
import { endProposal, endProposalsFor, endProposalsOf } from "../../persistence/end-proposals.js";
import { newTimedId } from "../../platform/ids.js";
import type { Decision } from "../decide/decision.js";
import type { Subject } from "../decide/subject.js";
import type { Action, LinkChange } from "../write/execution.js";
import { proposalReason } from "./adoption-reasons.js";
import { namedWitnesses } from "./basis.js";
import type { ProposalChange } from "./proposal-changes.js";
import { wakeUndecided } from "./wake-undecided.js";

/** What a delivery means for the proposals of its resource. */
export interface ProposalEffects {
  changes: readonly ProposalChange[];
  /** Whether the resource was deleted in SCIM. */
  removed: boolean;
}

/** Reads them out of a delivery; undefined where there are no proposals and none was made. */
export function proposalEffects(
  subject: Subject,
  decision: Decision,
  found: readonly ProposalChange[],
): ProposalEffects | undefined {
  if (subject.proposals === undefined && found.length === 0) return undefined;
  const outdated = "adoption" in decision ? (decision.adoption?.outdated ?? []) : [];
  const ended = outdated.map(
    ({ id, changed }): ProposalChange => ({
      kind: "outdated",
      id,
      reason: proposalReason("changed", { scim: namedWitnesses(changed) }),
    }),
  );
  return { changes: [...ended, ...found], removed: subject.removed };
}

/** Writes them down, in the transaction that settles the delivery. */
export async function settleProposals(
  tx: Transaction,
  delivery: ClaimedDelivery,
  { action, link, proposals }: { action: Action; link: LinkChange; proposals?: ProposalEffects },
  now: Date,
): Promise<void> {
  for (const change of proposals?.changes ?? []) await apply(tx, delivery, change, now);
  if (proposals?.removed === true) {
    await endProposalsOf(tx, delivery, { remoteId: null, reason: proposalReason("resource-removed"), now });
    return;
  }
  if (link.kind !== "set" || (action !== "adopt" && proposals === undefined)) return;
  const { remoteId } = link;
  await endProposalsOf(tx, delivery, { remoteId, reason: proposalReason("settled-otherwise"), now });
  if (action !== "adopt") return;
  const others = await endProposalsFor(
    tx,
    { ...delivery, remoteId },
    { reason: proposalReason("linked-elsewhere"), now },
  );
  await wakeUndecided(tx, delivery, others, now);
}

async function apply(
  tx: Transaction,
  delivery: ClaimedDelivery,
  change: ProposalChange,
  now: Date,
): Promise<void> {
  const { tenantId, connectionId, resourceType, resourceId, correlationId } = delivery;
  if (change.kind === "outdated") {
    await endProposal(tx, { tenantId, id: change.id }, { state: "outdated", reason: change.reason, now });
    return;
  }
  const key = { tenantId, connectionId, resourceType, resourceId, correlationId };
  const proposal = { ...change.proposal, ...key, id: newTimedId(now), reportId: null };
  await insertProposals(tx, [proposal], proposalReason("changed"), now);
}
