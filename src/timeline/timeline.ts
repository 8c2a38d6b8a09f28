import type { AuditEntry } from "../persistence/audit-store.js";
import type { Queryable } from "../persistence/database.js";
import { type TimelineProposal, timelineProposals } from "../persistence/timeline-proposals.js";
import {
  findTimelineSubject,
  remoteIdsOf,
  requestsBehind,
  type TimelineAttempt,
  type TimelineChange,
  type TimelineComparison,
  type TimelineOf,
  type TimelineRequest,
  type TimelineSubject,
  timelineAttempts,
  timelineAudit,
  timelineChanges,
  timelineComparisons,
  timelineRequests,
} from "../persistence/timeline-store.js";
import type { ResourceTypeId } from "../scim/schema/attribute.js";
import { boundFor, byPlace, type Place } from "./timeline-place.js";

export type {
  TimelineAttempt,
  TimelineChange,
  TimelineRequest,
  TimelineSubject,
} from "../persistence/timeline-store.js";
export { type Place, SOURCES } from "./timeline-place.js";

/** One thing that happened to a resource, or for it. */
export type TimelineEntry =
  | ({ source: "request" } & TimelineRequest)
  | ({ source: "administration" } & AuditEntry & { key: string })
  /** `request` is there where the change came with a request that is not an entry of its own, e.g. a bulk request. */
  | ({ source: "change"; request?: TimelineRequest } & TimelineChange)
  /** What a run found about it, whether of the whole company or of this one after an event. */
  | ({ source: "comparison" } & TimelineComparison)
  | ({ source: "delivery" } & TimelineAttempt)
  /** A proposal to link the resource to what exists at a vendor: made, decided, or over. */
  | ({ source: "adoption" } & TimelineProposal)
  /** An id of the vendor was stored in the resource; `remoteId` where the try that brought it is still known. */
  | ({ source: "write-back"; remoteId?: string } & TimelineChange);

/** A page of a timeline, newest first. */
export interface TimelinePage {
  subject: TimelineSubject;
  /** One more than `limit` where there are older ones. */
  entries: TimelineEntry[];
}

/** What to read. */
export interface TimelineQuery {
  correlationId?: string | undefined;
  /** Begin after this place. */
  after?: Place | undefined;
  limit: number;
}

/** Everything that happened to a person or department. */
export interface Timelines {
  /** Undefined where there never was such a resource. Removed ones keep theirs as long as their row stays. */
  read(
    tenantId: string,
    type: ResourceTypeId,
    resourceId: string,
    query: TimelineQuery,
  ): Promise<TimelinePage | undefined>;
}

/** Opens the timelines: requests, changes, comparisons, deliveries, proposals, administration, written-back ids, by time. */
export function createTimelines({ database }: { database: Queryable }): Timelines {
  return {
    async read(tenantId, type, resourceId, { correlationId, after, limit }) {
      const subject = await findTimelineSubject(database, tenantId, type, resourceId);
      if (subject === undefined) return undefined;
      const of: TimelineOf = { tenantId, resourceId, correlationId };
      // One more than asked for of each source is enough for one more than asked for of all.
      const count = limit + 1;
      const [requests, changes, comparisons, writeBacks, attempts, audit, proposals] = await Promise.all([
        timelineRequests(database, of, boundFor("request", after), count),
        timelineChanges(database, { ...of, writeBacks: false }, boundFor("change", after), count),
        timelineComparisons(database, of, boundFor("comparison", after), count),
        timelineChanges(database, { ...of, writeBacks: true }, boundFor("write-back", after), count),
        timelineAttempts(database, of, boundFor("delivery", after), count),
        timelineAudit(database, of, boundFor("administration", after), count),
        timelineProposals(database, of, boundFor("adoption", after), count),
      ]);
      const entries: TimelineEntry[] = [
        ...requests.map((row) => ({ source: "request" as const, ...row })),
        ...changes.map((row) => ({ source: "change" as const, ...row })),
        ...comparisons.map((row) => ({ source: "comparison" as const, ...row })),
        ...writeBacks.map((row) => ({ source: "write-back" as const, ...row })),
        ...attempts.map((row) => ({ source: "delivery" as const, ...row })),
        ...audit.map((row) => ({ source: "administration" as const, ...row })),
        ...proposals.map((row) => ({ source: "adoption" as const, ...row })),
      ];
      const page = entries.sort(byPlace).slice(0, count);
      return { subject, entries: await complete(database, of, page) };
    },
  };
}

/** Adds what entries say about each other: the request behind a change, the id that was written back. */
async function complete(
  database: Queryable,
  of: TimelineOf,
  entries: readonly TimelineEntry[],
): Promise<TimelineEntry[]> {
  const changes = entries.filter((one) => one.source === "change");
  const writeBacks = entries.filter((one) => one.source === "write-back");
  const [found, remoteIds] = await Promise.all([
    changes.length === 0 ? [] : requestsBehind(database, of.tenantId, changes),
    writeBacks.length === 0
      ? new Map<string, string>()
      : remoteIdsOf(
          database,
          of,
          writeBacks.map((one) => one.correlationId),
        ),
  ]);
  // Those that named the resource are entries of their own, on this page or another.
  const others = found.filter(({ resourceId }) => resourceId !== of.resourceId);
  const requests = new Map(others.map((request) => [request.correlationId, request]));
  return entries.map((entry) => {
    if (entry.source === "change") {
      const request = requests.get(entry.correlationId);
      return request === undefined ? entry : { ...entry, request };
    }
    if (entry.source === "write-back") {
      const remoteId = remoteIds.get(entry.correlationId);
      return remoteId === undefined ? entry : { ...entry, remoteId };
    }
    return entry;
  });
}
