import type { ListedProposal } from "../../provisioning/adoption/proposals.js";
import type { JsonObject } from "../../scim/schema/attribute.js";

/** A proposal as the admin API shows it. Phone numbers were masked before it was stored. */
export function presentProposal(proposal: ListedProposal): JsonObject {
  return {
    id: proposal.id,
    connectionId: proposal.connectionId,
    resourceType: proposal.resourceType,
    resourceId: proposal.resourceId,
    resourceName: proposal.resourceName,
    remote: {
      id: proposal.remoteId,
      name: proposal.remoteName,
      mobile: proposal.remoteMobile,
      parentId: proposal.parentRemoteId,
    },
    agree: proposal.agree,
    disagree: proposal.disagree,
    confidence: proposal.contested ? "conflict" : proposal.strength,
    state: proposal.state,
    reason: proposal.reason === null ? null : { ...proposal.reason },
    reportId: proposal.reportId,
    createdAt: proposal.createdAt.toISOString(),
    decidedAt: proposal.decidedAt?.toISOString() ?? null,
    decidedBy: proposal.decidedBy,
    endedAt: proposal.endedAt?.toISOString() ?? null,
  };
}
