import type { ResourceTypeId } from "../scim/schema/attribute.js";
import type { ReportKey } from "./adoption-entry-store.js";
import type { Queryable } from "./queryable.js";

/** A person of SCIM and an account that share something, with the digests of both. */
export interface Encounter {
  resourceId: string;
  remoteId: string;
  /** What they were found by. */
  by: "mobile" | "jobNumber" | "email" | "name";
  scim: Keys;
  vendor: Keys;
}

/** The digests of one side; null where it is not known. */
export interface Keys {
  mobile: string | null;
  name: string | null;
  jobNumber: string | null;
  email: string | null;
}

/** A value that more accounts share than this identifies nobody. */
export const MOST_SHARED = 5;

const keysOf = (alias: string) =>
  `jsonb_build_object('mobile', ${alias}.mobile_key, 'name', ${alias}.name_key,
                      'jobNumber', ${alias}.job_number_key, 'email', ${alias}.email_key)`;

const met = (by: Encounter["by"], column: string, most: number) => `
  select p.entry_key as "resourceId", v.entry_key as "remoteId", '${by}' as by, ${keysOf("p")} as scim,
         ${keysOf("v")} as vendor
    from batch p
   cross join lateral (
     select * from adoption_entry v
      where v.tenant_id = $1 and v.report_id = $2 and v.side = 'vendor' and v.resource_type = 'User'
        and v.outcome = 'open' and v.${column} = p.${column} limit ${most}) v`;

// A name says something only where nobody else on either side has it.
const ENCOUNTERS = `
  with batch as materialized (
    select * from adoption_entry
     where tenant_id = $1 and report_id = $2 and side = 'scim' and resource_type = 'User' and outcome = 'open'
       and entry_key = any($3::text[]))
  ${met("mobile", "mobile_key", MOST_SHARED + 1)}
  union all ${met("jobNumber", "job_number_key", MOST_SHARED + 1)}
  union all ${met("email", "email_key", MOST_SHARED + 1)}
  union all ${met("name", "name_key", 2)}
   where not exists (
     select 1 from adoption_entry other
      where other.tenant_id = $1 and other.report_id = $2 and other.side = 'scim' and other.resource_type = 'User'
        and other.outcome = 'open' and other.name_key = p.name_key and other.entry_key <> p.entry_key)`;

/** A page of the people of SCIM that are compared. */
export async function listCompared(
  db: Queryable,
  { tenantId, reportId }: ReportKey,
  page: { after: string | undefined; limit: number },
): Promise<string[]> {
  const rows = await db.query<{ key: string }>(
    `select entry_key as key from adoption_entry
      where tenant_id = $1 and report_id = $2 and resource_type = 'User' and side = 'scim' and outcome = 'open'
        and ($3::text is null or entry_key > $3)
      order by entry_key limit $4`,
    [tenantId, reportId, page.after ?? null, page.limit],
  );
  return rows.map((row) => row.key);
}

/** The accounts that share something with these people. */
export async function listEncounters(
  db: Queryable,
  { tenantId, reportId }: ReportKey,
  resourceIds: readonly string[],
): Promise<Encounter[]> {
  return db.query<Encounter & Record<string, unknown>>(ENCOUNTERS, [tenantId, reportId, resourceIds]);
}

/** A resource and a record that may be one; the smaller the rank, the more speaks for it. */
export interface AdoptionPair {
  resourceType: ResourceTypeId;
  resourceId: string;
  remoteId: string;
  agree: string[];
  disagree: string[];
  rank: number;
}

/** Stores pairs of a report. */
export async function insertPairs(
  db: Queryable,
  { tenantId, reportId, connectionId }: ReportKey,
  pairs: readonly AdoptionPair[],
): Promise<void> {
  if (pairs.length === 0) return;
  await db.query(
    `insert into adoption_pair (tenant_id, report_id, connection_id, resource_type, resource_id, remote_id, agree,
                                disagree, rank)
     select $1, $2, $3, "resourceType", "resourceId", "remoteId", agree, disagree, rank
       from jsonb_to_recordset($4::jsonb)
         as p ("resourceType" text, "resourceId" uuid, "remoteId" text, agree text[], disagree text[], rank smallint)
     on conflict do nothing`,
    [tenantId, reportId, connectionId, JSON.stringify(pairs)],
  );
}

/**
 * Pairs groups with departments of the same name below the parent that they should have, level by level: whoever is found
 * says where those below it are to be looked for. `rank` is that of a department without a stamp; one that says that it is
 * somebody else's has the rank 3.
 */
export async function pairDepartments(
  db: Queryable,
  { tenantId, reportId, connectionId }: ReportKey,
  rank: number,
): Promise<void> {
  const key = [tenantId, reportId];
  for (let found = true; found; ) {
    await db.query(
      `insert into adoption_pair (tenant_id, report_id, connection_id, resource_type, resource_id, remote_id, agree,
                                  disagree, rank)
       select $1, $2, $3, 'Group', s.entry_key::uuid, v.entry_key, '{name,parent}',
              case when v.stamp is null then '{}'::text[] else '{stamp}' end,
              case when v.stamp is null then $4::smallint else 3 end
         from adoption_entry s
         join adoption_entry v on v.tenant_id = $1 and v.report_id = $2 and v.resource_type = 'Group'
                              and v.side = 'vendor' and v.outcome = 'open' and v.name_key = s.name_key
                              and v.parent_remote_id = s.parent_remote_id
        where s.tenant_id = $1 and s.report_id = $2 and s.resource_type = 'Group' and s.side = 'scim'
          and s.outcome = 'open' and s.parent_remote_id is not null
       on conflict do nothing`,
      [...key, connectionId, rank],
    );
    const placed = await db.query(
      `update adoption_entry e set parent_remote_id = above.remote_id
         from (select p.resource_id, min(p.remote_id) as remote_id from adoption_pair p
                where p.tenant_id = $1 and p.report_id = $2 and p.resource_type = 'Group' group by p.resource_id
                union all
               select s.entry_key::uuid, s.named from adoption_entry s
                where s.tenant_id = $1 and s.report_id = $2 and s.resource_type = 'Group' and s.side = 'scim'
                  and s.outcome = 'named' and s.named is not null) above
        where e.tenant_id = $1 and e.report_id = $2 and e.resource_type = 'Group' and e.side = 'scim'
          and e.parent_remote_id is null and e.parent_id = above.resource_id
       returning 1`,
      key,
    );
    found = placed.length > 0;
  }
}

// Freshly filled tables have no statistics: `in (select ...)` is hashed however few rows the planner expects.
const KEEP = `
  update adoption_pair p set kept = true
   where p.tenant_id = $1 and p.report_id = $2 and p.rank = $3
     and p.resource_id not in (select k.resource_id from adoption_pair k
                                where k.tenant_id = $1 and k.report_id = $2 and k.kept and k.rank < $3)
     and (p.resource_type, p.remote_id) not in (select k.resource_type, k.remote_id from adoption_pair k
                                                 where k.tenant_id = $1 and k.report_id = $2 and k.kept and k.rank < $3)`;

const DROP_SETTLED = `
  update adoption_pair p set kept = false
   where p.tenant_id = $1 and p.report_id = $2 and p.kept
     and (p.resource_id in (select l.resource_id from link l where l.tenant_id = $1 and l.connection_id = $3)
          or (p.resource_type, p.remote_id) in (select l.resource_type, l.remote_id from link l
                                                 where l.tenant_id = $1 and l.connection_id = $3)
          or p.resource_id not in (select r.id from resource r where r.tenant_id = $1 and r.deleted_at is null))`;

/**
 * Keeps the pairs for which most speaks: a weaker one goes where one of its sides is in a stronger one. What was linked or
 * removed while the report was made is not kept.
 */
export async function keepStrongest(
  db: Queryable,
  { tenantId, reportId, connectionId }: ReportKey,
): Promise<void> {
  for (const rank of [1, 2, 3]) await db.query(KEEP, [tenantId, reportId, rank]);
  await db.query(DROP_SETTLED, [tenantId, reportId, connectionId]);
}

/** A kept pair with what is known of both sides. */
export interface KeptPair extends AdoptionPair {
  resourceName: string | null;
  remoteName: string | null;
  remoteMobile: string | null;
  scimParentRemoteId: string | null;
  parentRemoteId: string | null;
  stamp: string | null;
  scim: Keys;
  vendor: Keys;
}

/** A page of the kept pairs, in the order of their ids. */
export async function listKept(
  db: Queryable,
  { tenantId, reportId }: ReportKey,
  page: { after: Pick<AdoptionPair, "resourceId" | "remoteId"> | undefined; limit: number },
): Promise<KeptPair[]> {
  return db.query<KeptPair & Record<string, unknown>>(
    `select p.resource_type as "resourceType", p.resource_id as "resourceId", p.remote_id as "remoteId", p.agree,
            p.disagree, p.rank, s.name as "resourceName", v.name as "remoteName", v.mobile as "remoteMobile",
            s.parent_remote_id as "scimParentRemoteId", v.parent_remote_id as "parentRemoteId", v.stamp,
            ${keysOf("s")} as scim, ${keysOf("v")} as vendor
       from adoption_pair p
       join adoption_entry s on s.tenant_id = $1 and s.report_id = $2 and s.resource_type = p.resource_type
                            and s.side = 'scim' and s.entry_key = p.resource_id::text
       join adoption_entry v on v.tenant_id = $1 and v.report_id = $2 and v.resource_type = p.resource_type
                            and v.side = 'vendor' and v.entry_key = p.remote_id
      where p.tenant_id = $1 and p.report_id = $2 and p.kept
        and ($3::uuid is null or (p.resource_id, p.remote_id) > ($3, $4))
      order by p.resource_id, p.remote_id limit $5`,
    [tenantId, reportId, page.after?.resourceId ?? null, page.after?.remoteId ?? null, page.limit],
  );
}
