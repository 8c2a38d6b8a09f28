import type { Queryable } from "./queryable.js";
import type { TimelineBound, TimelineOf, TimelineRow } from "./timeline-store.js";

/** Something that happened to a proposal to link the resource. */
export interface TimelineProposal extends TimelineRow {
  proposalId: string;
  connectionId: string;
  /** Null once the connection was removed. */
  connectionName: string | null;
  event: "proposed" | "approved" | "rejected" | "linked" | "outdated" | "closed";
  remoteId: string;
  remoteName: string | null;
  agree: string[];
  disagree: string[];
  strength: string;
  /** Who decided, where somebody did. */
  actor: string | null;
  reason: { code: string; message: string; zh?: { message: string } } | null;
  correlationId: string | null;
}

// Each proposal has up to three moments; the key tells them apart. Of one resource there are few proposals.
const MOMENTS = `
  select p.*, m.at as moment, p.id::text || m.place as key, m.event, m.by
    from adoption_proposal p
   cross join lateral (values
     ('0', p.created_at, 'proposed', null),
     ('1', p.decided_at, p.decision, p.decided_by),
     ('2', p.ended_at, p.state, null)) as m (place, at, event, by)
   where p.tenant_id = $1 and p.resource_id = $2 and m.at is not null and m.event is not null`;

/** What happened to the proposals to link the resource. Only the moment of proposing has a correlation id. */
export function timelineProposals(db: Queryable, of: TimelineOf, bound: TimelineBound, limit: number) {
  return db.query<TimelineProposal & Record<string, unknown>>(
    `select moment as at, key, id as "proposalId", connection_id as "connectionId",
            (select c.name from connection c where c.tenant_id = $1 and c.id = connection_id) as "connectionName",
            event, remote_id as "remoteId", remote_name as "remoteName", agree, disagree, strength, by as actor,
            case when event in ('outdated', 'closed') then reason end as reason,
            case when event = 'proposed' then correlation_id end as "correlationId"
       from (${MOMENTS}) happened
      where ($3::text is null or (event = 'proposed' and correlation_id = $3))
        and (moment < $4 or (moment = $4 and ($5::text is null or key < $5 collate "C")))
      order by moment desc, key collate "C" desc limit $6`,
    [of.tenantId, of.resourceId, of.correlationId ?? null, bound.at, bound.key, limit],
  );
}
