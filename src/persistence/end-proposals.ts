import type { ProposalState } from "./adoption-proposal-store.js";
import type { LinkKey } from "./link-store.js";
import type { Queryable } from "./queryable.js";
import type { RunReason } from "./run-store.js";

/** Notes a decision about proposals that are not over, of resources that are there; answers the resources whose proposals were decided. */
export async function decideProposals(
  db: Queryable,
  key: { tenantId: string; connectionId: string; ids: readonly string[] },
  decision: { state: "approved" | "rejected"; actor: string; now: Date },
): Promise<string[]> {
  const rows = await db.query<{ resource_id: string }>(
    `update adoption_proposal
        set state = $4, decision = $4, decided_by = $5, decided_at = $6
      where tenant_id = $1 and connection_id = $2 and id = any($3::uuid[])
        and state in ('open', 'approved', 'rejected') and state <> $4
        and exists (select 1 from resource r
                     where r.tenant_id = $1 and r.id = adoption_proposal.resource_id and r.deleted_at is null)
      returning resource_id`,
    [key.tenantId, key.connectionId, key.ids, decision.state, decision.actor, decision.now],
  );
  return rows.map((row) => row.resource_id);
}

/** Ends one proposal that is not over yet. */
export async function endProposal(
  db: Queryable,
  key: { tenantId: string; id: string },
  end: { state: Extract<ProposalState, "outdated" | "closed">; reason: RunReason; now: Date },
): Promise<void> {
  await db.query(
    `update adoption_proposal set state = $3, reason = $4::jsonb, ended_at = $5
      where tenant_id = $1 and id = $2 and state in ('open', 'approved', 'rejected')`,
    [key.tenantId, key.id, end.state, JSON.stringify({ ...end.reason }), end.now],
  );
}

/**
 * Ends the other open and approved proposals of the same resource or the same record as these. Answers their resources,
 * who may have waited for a decision.
 */
export async function endRivals(
  db: Queryable,
  key: { tenantId: string; connectionId: string; ids: readonly string[] },
  end: { reason: RunReason; now: Date },
): Promise<string[]> {
  const given = [key.tenantId, key.connectionId, key.ids, JSON.stringify({ ...end.reason }), end.now];
  // Each by an index of its own; together they would be compared pair by pair.
  const sameResource = await db.query<{ resource_id: string }>(
    `${END_RIVALS} and o.resource_id in (select p.resource_id from adoption_proposal p
                                          where p.tenant_id = $1 and p.id = any($3::uuid[]))
     returning o.resource_id`,
    given,
  );
  const sameRecord = await db.query<{ resource_id: string }>(
    `${END_RIVALS} and (o.resource_type, o.remote_id) in (
       select p.resource_type, p.remote_id from adoption_proposal p
        where p.tenant_id = $1 and p.id = any($3::uuid[]))
     returning o.resource_id`,
    given,
  );
  return [...sameResource, ...sameRecord].map((row) => row.resource_id);
}

const END_RIVALS = `
  update adoption_proposal o set state = 'outdated', reason = $4::jsonb, ended_at = $5
   where o.tenant_id = $1 and o.connection_id = $2 and o.state in ('open', 'approved') and o.id <> all($3::uuid[])`;

/** Ends the proposals of a resource that is linked now (`remoteId`) or gone (null): what it is linked to came true. */
export async function endProposalsOf(
  db: Queryable,
  key: LinkKey,
  end: { remoteId: string | null; reason: RunReason; now: Date },
): Promise<void> {
  await db.query(
    `update adoption_proposal
        set state = case when remote_id = $4 then 'linked' else 'closed' end,
            reason = case when remote_id = $4 then null else $5::jsonb end, ended_at = $6
      where tenant_id = $1 and connection_id = $2 and resource_id = $3
        and (state in ('open', 'approved') or (state = 'rejected' and remote_id = $4))`,
    [
      key.tenantId,
      key.connectionId,
      key.resourceId,
      end.remoteId,
      JSON.stringify({ ...end.reason }),
      end.now,
    ],
  );
}

/** Ends the proposals of others for a record that is linked now, and answers whose they were. */
export async function endProposalsFor(
  db: Queryable,
  key: LinkKey & { resourceType: string; remoteId: string },
  end: { reason: RunReason; now: Date },
): Promise<string[]> {
  const rows = await db.query<{ resource_id: string }>(
    `update adoption_proposal set state = 'outdated', reason = $6::jsonb, ended_at = $7
      where tenant_id = $1 and connection_id = $2 and resource_type = $3 and remote_id = $4 and resource_id <> $5
        and state in ('open', 'approved')
      returning resource_id`,
    [
      key.tenantId,
      key.connectionId,
      key.resourceType,
      key.remoteId,
      key.resourceId,
      JSON.stringify({ ...end.reason }),
      end.now,
    ],
  );
  return rows.map((row) => row.resource_id);
}

/** Ends the open proposals from before `since` that a complete report does not confirm, and answers whose they were. */
export async function endUnconfirmed(
  db: Queryable,
  key: { tenantId: string; connectionId: string; reportId: string },
  end: { since: Date; reason: RunReason; now: Date },
): Promise<string[]> {
  const rows = await db.query<{ resource_id: string }>(
    `update adoption_proposal set state = 'outdated', reason = $5::jsonb, ended_at = $6
      where tenant_id = $1 and connection_id = $2 and state = 'open' and report_id is distinct from $3
        and created_at < $4
      returning resource_id`,
    [key.tenantId, key.connectionId, key.reportId, end.since, JSON.stringify({ ...end.reason }), end.now],
  );
  return rows.map((row) => row.resource_id);
}
