import type { ListedProposal } from "../../provisioning/adoption/proposals.js";
import type {
  AdoptionOverview,
  AdoptionReport,
  UnmatchedEntry,
} from "../../provisioning/adoption/report/reports.js";
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

/** A report as the admin API shows it. */
export function presentReport(report: AdoptionReport): JsonObject {
  return {
    id: report.id,
    connectionId: report.connectionId,
    status: report.status,
    actor: report.actor,
    correlationId: report.correlationId,
    requestedAt: report.requestedAt.toISOString(),
    startedAt: report.startedAt?.toISOString() ?? null,
    endedAt: report.endedAt?.toISOString() ?? null,
    progress: { ...report.progress },
    summary: report.summary,
    reason: report.reason === null ? null : { ...report.reason },
  };
}

/** Where linking what exists stands at a connection. */
export function presentOverview({ report, proposals }: AdoptionOverview): JsonObject {
  return {
    report: report === undefined ? null : presentReport(report),
    proposals: proposals.map((count) => ({ ...count })),
  };
}

/** Somebody without a counterpart. */
export function presentUnmatched(entry: UnmatchedEntry): JsonObject {
  const { resourceType, side, key, name, mobile, parentRemoteId } = entry;
  return { resourceType, side, id: key, name, mobile, parentId: parentRemoteId };
}
