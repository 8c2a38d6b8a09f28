import type { ResourceTypeId } from "../scim/schema/attribute.js";
import type { Queryable } from "./queryable.js";

/** Which report's. */
export interface ReportKey {
  tenantId: string;
  reportId: string;
  connectionId: string;
}

/** The side on which somebody was read. */
export type EntrySide = "scim" | "vendor";

/** A person or department without a link, as a report read it. Phone numbers are masked, what is compared is digests. */
export interface AdoptionEntry {
  resourceType: ResourceTypeId;
  side: EntrySide;
  /** The SCIM id or the remote id. */
  key: string;
  name: string | null;
  mobile: string | null;
  nameKey: string | null;
  mobileKey: string | null;
  jobNumberKey: string | null;
  emailKey: string | null;
  /** Of departments: below which department of the vendor it is, or should be. */
  parentRemoteId: string | null;
  /** Of groups whose parent has no link yet. */
  parentId: string | null;
  /** Of the vendor's departments: whose they are, where they say so. */
  stamp: string | null;
  /** Of SCIM: the remote id that its own attribute names. */
  named: string | null;
}

/** Stores what was read, each once; records of the vendor that are linked already are left out. */
export async function stageEntries(
  db: Queryable,
  { tenantId, reportId, connectionId }: ReportKey,
  entries: readonly AdoptionEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await db.query(
    `insert into adoption_entry (tenant_id, report_id, connection_id, resource_type, side, entry_key, name, mobile,
                                 name_key, mobile_key, job_number_key, email_key, parent_remote_id, parent_id, stamp,
                                 named, outcome)
     select $1, $2, $3, "resourceType", side, key, name, mobile, "nameKey", "mobileKey", "jobNumberKey", "emailKey",
            "parentRemoteId", "parentId", stamp, named, 'open'
       from jsonb_to_recordset($4::jsonb)
         as e ("resourceType" text, side text, key text, name text, mobile text, "nameKey" text, "mobileKey" text,
               "jobNumberKey" text, "emailKey" text, "parentRemoteId" text, "parentId" uuid, stamp text, named text)
      where side = 'scim'
         or not exists (select 1 from link l
                         where l.tenant_id = $1 and l.connection_id = $3 and l.resource_type = e."resourceType"
                           and l.remote_id = e.key)
     on conflict do nothing`,
    [tenantId, reportId, connectionId, JSON.stringify(entries)],
  );
}

/**
 * Takes out of the comparison whoever is known by an id: what a resource names, a person under the id we chose, and a
 * department with our stamp. Deliveries link these without asking.
 */
export async function setNamedApart(db: Queryable, { tenantId, reportId }: ReportKey): Promise<void> {
  await db.query(
    `with known as (
       select s.resource_type, s.entry_key as resource_key, v.entry_key as remote_key
         from adoption_entry s
         join adoption_entry v on v.tenant_id = $1 and v.report_id = $2 and v.resource_type = s.resource_type
                              and v.side = 'vendor' and v.entry_key = coalesce(s.named, s.entry_key)
        where s.tenant_id = $1 and s.report_id = $2 and s.side = 'scim'
        union
       select 'Group', v.stamp, v.entry_key from adoption_entry v
         join adoption_entry s on s.tenant_id = $1 and s.report_id = $2 and s.resource_type = 'Group'
                              and s.side = 'scim' and s.entry_key = v.stamp and s.named is null
        where v.tenant_id = $1 and v.report_id = $2 and v.resource_type = 'Group' and v.side = 'vendor')
     update adoption_entry e
        set outcome = 'named', named = coalesce(e.named, case when e.side = 'scim' then known.remote_key end)
       from known
      where e.tenant_id = $1 and e.report_id = $2 and e.resource_type = known.resource_type
        and ((e.side = 'scim' and e.entry_key = known.resource_key)
             or (e.side = 'vendor' and e.entry_key = known.remote_key))`,
    [tenantId, reportId],
  );
  await db.query(
    `update adoption_entry set outcome = 'named'
      where tenant_id = $1 and report_id = $2 and side = 'scim' and named is not null and outcome = 'open'`,
    [tenantId, reportId],
  );
}

/** Says of everybody whether a proposal is about them. */
export async function settleEntries(db: Queryable, { tenantId, reportId }: ReportKey): Promise<void> {
  await db.query(
    `update adoption_entry e
        set outcome = case when exists (
              select 1 from adoption_pair p
               where p.tenant_id = $1 and p.report_id = $2 and p.kept and p.resource_type = e.resource_type
                 and (e.side = 'scim' and p.resource_id::text = e.entry_key
                      or e.side = 'vendor' and p.remote_id = e.entry_key)) then 'proposed' else 'unmatched' end
      where e.tenant_id = $1 and e.report_id = $2 and e.outcome = 'open'`,
    [tenantId, reportId],
  );
}

/** Somebody about whom a report proposes nothing. */
export type UnmatchedEntry = Pick<
  AdoptionEntry,
  "resourceType" | "side" | "key" | "name" | "mobile" | "parentRemoteId"
>;

/** A page of those, in the order of their keys. */
export async function listUnmatched(
  db: Queryable,
  { tenantId, reportId }: Pick<ReportKey, "tenantId" | "reportId">,
  query: { side: EntrySide; resourceType: ResourceTypeId; after: string | undefined; limit: number },
): Promise<UnmatchedEntry[]> {
  return db.query<UnmatchedEntry & Record<string, unknown>>(
    `select resource_type as "resourceType", side, entry_key as key, name, mobile,
            parent_remote_id as "parentRemoteId"
       from adoption_entry
      where tenant_id = $1 and report_id = $2 and resource_type = $3 and side = $4 and outcome = 'unmatched'
        and ($5::text is null or entry_key > $5)
      order by entry_key limit $6`,
    [tenantId, reportId, query.resourceType, query.side, query.after ?? null, query.limit],
  );
}

/** How many entries of a report there are of a kind. */
export interface EntryCount {
  resourceType: ResourceTypeId;
  side: EntrySide;
  outcome: "open" | "named" | "proposed" | "unmatched";
  count: number;
}

/** The entries of a report, counted. */
export async function countEntries(db: Queryable, { tenantId, reportId }: ReportKey): Promise<EntryCount[]> {
  return db.query<EntryCount & Record<string, unknown>>(
    `select resource_type as "resourceType", side, outcome, count(*)::integer as count from adoption_entry
      where tenant_id = $1 and report_id = $2 group by resource_type, side, outcome`,
    [tenantId, reportId],
  );
}
