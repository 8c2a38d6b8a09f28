import { QUIRKS, type Quirk } from "../../scim/dialect/quirks.js";
import type { TimelineEntry, TimelineRequest } from "../../timeline/timeline.js";

/** An entry of a timeline as the admin API shows it. */
export function presentTimelineEntry(entry: TimelineEntry) {
  const at = entry.at.toISOString();
  switch (entry.source) {
    case "request":
      return { kind: entry.source, at, correlationId: entry.correlationId, request: presentRequest(entry) };
    case "change":
      return {
        kind: entry.source,
        at,
        correlationId: entry.correlationId,
        change: {
          kind: entry.kind,
          attributes: entry.attributes,
          version: Number(entry.version),
          actor: entry.actor,
        },
        ...(entry.request && { request: presentRequest(entry.request) }),
      };
    case "delivery": {
      const { deliveryId, connectionId, connectionName, number, trigger, action, outcome, durationMs } =
        entry;
      const { code, message, remedy, zh, remoteId, calls } = entry;
      return {
        kind: entry.source,
        at,
        correlationId: entry.correlationId,
        delivery: {
          ...{ deliveryId, connectionId, connectionName, number, trigger, action, outcome, durationMs },
          ...{ code, message, remedy, zh, remoteId, calls },
        },
      };
    }
    case "comparison": {
      const { runId, connectionId, connectionName, trigger, dryRun } = entry;
      const { kind, drifts, action, result, reason } = entry;
      return {
        kind: entry.source,
        at,
        correlationId: entry.correlationId,
        comparison: {
          ...{ runId, connectionId, connectionName, trigger, dryRun },
          ...{ kind, drifts, action, result, reason },
        },
      };
    }
    case "write-back":
      return {
        kind: entry.source,
        at,
        correlationId: entry.correlationId,
        writeBack: {
          attributes: entry.attributes,
          version: Number(entry.version),
          remoteId: entry.remoteId ?? null,
        },
      };
    case "adoption": {
      const { proposalId, connectionId, connectionName, event, remoteId, remoteName } = entry;
      const { agree, disagree, strength, actor, reason } = entry;
      return {
        kind: entry.source,
        at,
        correlationId: entry.correlationId,
        adoption: {
          ...{ proposalId, connectionId, connectionName, event, remoteId, remoteName },
          ...{ agree, disagree, strength, actor, reason },
        },
      };
    }
    case "administration":
      return {
        kind: entry.source,
        at,
        correlationId: entry.correlationId,
        administration: { action: entry.action, actor: entry.actor, changes: entry.changes },
      };
  }
}

function presentRequest(request: TimelineRequest) {
  return {
    id: request.id,
    method: request.method,
    path: request.path,
    status: request.status,
    clientId: request.clientId,
    profile: request.profile,
    quirks: request.quirks.map((quirk) => ({ quirk, description: describe(quirk) })),
    ignoredAttributes: request.ignored,
    scimType: request.scimType,
    detail: request.detail,
  };
}

/** A quirk of an earlier version may have no description any more. */
function describe(quirk: string): string {
  return Object.hasOwn(QUIRKS, quirk) ? QUIRKS[quirk as Quirk].description : quirk;
}
