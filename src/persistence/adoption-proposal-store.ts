import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";
import type { Queryable } from "./queryable.js";
import type { RunReason } from "./run-store.js";
import { sqlParameters } from "./sql-parameters.js";

/**
 * Where a proposal stands.
 *
 * - `open`: waits for a decision, or for the delivery
 * - `approved`, `rejected`: decided; the delivery carries it out
 * - `linked`: the two are one
 * - `outdated`: one of the sides is not any more what the proposal said
 * - `closed`: there is nothing to decide any more, e.g. as the person was deleted
 */
export type ProposalState = "open" | "approved" | "rejected" | "linked" | "outdated" | "closed";

/** How much speaks for it. */
export type ProposalStrength = "certain" | "probable" | "weak";

/** A resource and the record at the vendor that it may be. Phone numbers are masked. */
export interface AdoptionProposal {
  tenantId: string;
  id: string;
  connectionId: string;
  resourceType: ResourceTypeId;
  resourceId: string;
  resourceName: string | null;
  remoteId: string;
  remoteName: string | null;
  remoteMobile: string | null;
  /** Of a department: below which department of the vendor it was found. */
  parentRemoteId: string | null;
  agree: string[];
  disagree: string[];
  strength: ProposalStrength;
  /** Digests of what was compared, on both sides. */
  basis: JsonObject;
  state: ProposalState;
  /** Why it is over. */
  reason: RunReason | null;
  /** The report that found it; null where a delivery did. */
  reportId: string | null;
  createdAt: Date;
  decidedAt: Date | null;
  decidedBy: string | null;
  endedAt: Date | null;
  correlationId: string;
}

/** A proposal as it is listed. */
export interface ListedProposal extends AdoptionProposal {
  /** Whether another open or approved proposal has the same resource or the same record. */
  contested: boolean;
}

/** Whether another proposal that may still be carried out has one of its sides; `p` is the proposal. */
export const CONTESTED = `exists (
  select 1 from adoption_proposal o
   where o.tenant_id = p.tenant_id and o.connection_id = p.connection_id and o.state in ('open', 'approved')
     and o.id <> p.id and o.resource_type = p.resource_type and o.remote_id = p.remote_id
  union all
  select 1 from adoption_proposal o
   where o.tenant_id = p.tenant_id and o.connection_id = p.connection_id and o.state in ('open', 'approved')
     and o.id <> p.id and o.resource_id = p.resource_id)`;

const COLUMNS = `p.tenant_id as "tenantId", p.id, p.connection_id as "connectionId",
  p.resource_type as "resourceType", p.resource_id as "resourceId", p.resource_name as "resourceName",
  p.remote_id as "remoteId", p.remote_name as "remoteName", p.remote_mobile as "remoteMobile",
  p.parent_remote_id as "parentRemoteId", p.agree, p.disagree, p.strength, p.basis, p.state, p.reason,
  p.report_id as "reportId", p.created_at as "createdAt", p.decided_at as "decidedAt", p.decided_by as "decidedBy",
  p.ended_at as "endedAt", p.correlation_id as "correlationId"`;
const LISTED = `${COLUMNS}, p.state in ('open', 'approved') and ${CONTESTED} as contested`;

/** The same for many proposals of the tenant $1 and the connection $2: looked up once, not for each. */
const CONTESTED_OF_ALL = `(
  p.state in ('open', 'approved')
  and (p.resource_id in (
         select o.resource_id from adoption_proposal o
          where o.tenant_id = $1 and o.connection_id = $2 and o.state in ('open', 'approved')
          group by o.resource_id having count(*) > 1)
       or (p.resource_type, p.remote_id) in (
         select o.resource_type, o.remote_id from adoption_proposal o
          where o.tenant_id = $1 and o.connection_id = $2 and o.state in ('open', 'approved')
          group by o.resource_type, o.remote_id having count(*) > 1)))`;

/** A proposal to be made. */
export type NewProposal = Omit<
  AdoptionProposal,
  "state" | "reason" | "createdAt" | "decidedAt" | "decidedBy" | "endedAt"
>;

// A decision about a pair that was something else then is over; one about the same pair stands.
const END_CHANGED = `
  update adoption_proposal p set state = 'outdated', reason = $3::jsonb, ended_at = $2
    from jsonb_to_recordset($1::jsonb)
      as n ("tenantId" uuid, "connectionId" uuid, "resourceId" uuid, "remoteId" text, basis jsonb)
   where p.tenant_id = n."tenantId" and p.connection_id = n."connectionId" and p.resource_id = n."resourceId"
     and p.remote_id = n."remoteId" and p.state in ('approved', 'rejected') and p.basis <> n.basis`;

const INSERT = `
  insert into adoption_proposal as p
         (tenant_id, id, connection_id, resource_type, resource_id, resource_name, remote_id, remote_name,
          remote_mobile, parent_remote_id, agree, disagree, strength, basis, state, report_id, created_at,
          correlation_id)
  select "tenantId", id, "connectionId", "resourceType", "resourceId", "resourceName", "remoteId", "remoteName",
         "remoteMobile", "parentRemoteId", agree, disagree, strength, basis, 'open', "reportId", $2, "correlationId"
    from jsonb_to_recordset($1::jsonb)
      as n ("tenantId" uuid, id uuid, "connectionId" uuid, "resourceType" text, "resourceId" uuid,
            "resourceName" text, "remoteId" text, "remoteName" text, "remoteMobile" text, "parentRemoteId" text,
            agree text[], disagree text[], strength text, basis jsonb, "reportId" uuid, "correlationId" text)
   order by id
      on conflict (tenant_id, connection_id, resource_id, remote_id) where state in ('open', 'approved', 'rejected')
      do update set resource_name = excluded.resource_name, remote_name = excluded.remote_name,
                    remote_mobile = excluded.remote_mobile, parent_remote_id = excluded.parent_remote_id,
                    agree = excluded.agree, disagree = excluded.disagree, strength = excluded.strength,
                    basis = excluded.basis, report_id = coalesce(excluded.report_id, p.report_id)
      where p.state = 'open' or p.basis = excluded.basis`;

/**
 * Makes proposals, each pair at most once in a call. What was decided about a pair stands while the pair is what it was;
 * otherwise that decision is over, with `changed` as its reason, and the pair is proposed anew.
 */
export async function insertProposals(
  db: Queryable,
  proposals: readonly NewProposal[],
  changed: RunReason,
  now: Date,
): Promise<void> {
  if (proposals.length === 0) return;
  const given = JSON.stringify(proposals);
  await db.query(END_CHANGED, [given, now, JSON.stringify({ ...changed })]);
  await db.query(INSERT, [given, now]);
}

/** Tells the planner how many there are by now, after many were made at once. */
export async function analyzeProposals(db: Queryable): Promise<void> {
  await db.query("analyze adoption_proposal");
}

/** One proposal. */
export async function findProposal(
  db: Queryable,
  key: { tenantId: string; connectionId: string; id: string },
): Promise<ListedProposal | undefined> {
  const rows = await db.query<ListedProposal & Record<string, unknown>>(
    `select ${LISTED} from adoption_proposal p where p.tenant_id = $1 and p.connection_id = $2 and p.id = $3`,
    [key.tenantId, key.connectionId, key.id],
  );
  return rows[0];
}

/** The other resource for which a link to this record is approved. */
export async function findApprovedFor(
  db: Queryable,
  record: { tenantId: string; connectionId: string; resourceType: ResourceTypeId; remoteId: string },
  resourceId: string,
): Promise<string | undefined> {
  const rows = await db.query<{ id: string }>(
    `select resource_id as id from adoption_proposal
      where tenant_id = $1 and connection_id = $2 and resource_type = $3 and remote_id = $4 and state = 'approved'
        and resource_id <> $5 limit 1`,
    [record.tenantId, record.connectionId, record.resourceType, record.remoteId, resourceId],
  );
  return rows[0]?.id;
}

/** Which proposals to list, in the order in which they were made. */
export interface ProposalQuery {
  connectionId: string;
  states?: readonly ProposalState[] | undefined;
  /** By strength of those that are not contested; "conflict" for those that are. */
  confidences?: readonly (ProposalStrength | "conflict")[] | undefined;
  resourceType?: ResourceTypeId | undefined;
  resourceId?: string | undefined;
  reportId?: string | undefined;
  /** Begin after the proposal with this id. */
  after?: string | undefined;
  limit: number;
}

/** A page of proposals. */
export async function listProposals(
  db: Queryable,
  tenantId: string,
  query: ProposalQuery,
): Promise<ListedProposal[]> {
  const parameters = sqlParameters(tenantId);
  const conditions = [`p.tenant_id = ${parameters.tenant}`];
  const add = (value: unknown, cast: string, condition: (placeholder: string) => string): void => {
    if (value !== undefined) conditions.push(condition(parameters.bind(value, cast)));
  };
  add(query.connectionId, "uuid", (value) => `p.connection_id = ${value}`);
  add(query.states, "text[]", (value) => `p.state = any(${value})`);
  add(query.resourceType, "text", (value) => `p.resource_type = ${value}`);
  add(query.resourceId, "uuid", (value) => `p.resource_id = ${value}`);
  add(query.reportId, "uuid", (value) => `p.report_id = ${value}`);
  add(query.after, "uuid", (value) => `p.id > ${value}`);
  add(
    query.confidences,
    "text[]",
    (value) => `case when ${CONTESTED_OF_ALL} then 'conflict' else p.strength end = any(${value})`,
  );
  const limit = parameters.bind(query.limit, "integer");
  return db.query<ListedProposal & Record<string, unknown>>(
    `select ${COLUMNS}, ${CONTESTED_OF_ALL} as contested
       from adoption_proposal p where ${conditions.join(" and ")} order by p.id limit ${limit}`,
    parameters.values,
  );
}

/** How many proposals of a connection there are, by where they stand. */
export interface ProposalCount {
  state: ProposalState;
  resourceType: ResourceTypeId;
  confidence: ProposalStrength | "conflict";
  count: number;
}

/** The proposals of a connection, counted. */
export async function countProposals(
  db: Queryable,
  { tenantId, connectionId }: { tenantId: string; connectionId: string },
): Promise<ProposalCount[]> {
  return db.query<ProposalCount & Record<string, unknown>>(
    `select state, resource_type as "resourceType", confidence, count(*)::integer as count
       from (select p.state, p.resource_type,
                    case when ${CONTESTED_OF_ALL} then 'conflict' else p.strength end as confidence
               from adoption_proposal p where p.tenant_id = $1 and p.connection_id = $2) counted
      group by state, resource_type, confidence order by state, resource_type, confidence`,
    [tenantId, connectionId],
  );
}
