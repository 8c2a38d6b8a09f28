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
  // Freshly filled tables have no statistics: `in (select ...)` is hashed however few rows the planner expects.
  const ofReport = "e.tenant_id = $1 and e.report_id = $2";
  const vendor = "v.tenant_id = $1 and v.report_id = $2 and v.side = 'vendor'";
  const statements = [
    `update adoption_entry e set named = e.entry_key
      where ${ofReport} and e.side = 'scim' and e.named is null
        and (e.resource_type, e.entry_key) in (select v.resource_type, v.entry_key from adoption_entry v where ${vendor})`,
    `update adoption_entry e
        set named = (select min(v.entry_key) from adoption_entry v
                      where ${vendor} and v.resource_type = 'Group' and v.stamp = e.entry_key)
      where ${ofReport} and e.side = 'scim' and e.resource_type = 'Group' and e.named is null
        and e.entry_key in (select v.stamp from adoption_entry v
                             where ${vendor} and v.resource_type = 'Group' and v.stamp is not null)`,
    `update adoption_entry e set outcome = 'named'
      where ${ofReport}
        and (e.side = 'scim' and e.named is not null
             or e.side = 'vendor' and (e.resource_type, e.entry_key) in (
                  select s.resource_type, s.named from adoption_entry s
                   where s.tenant_id = $1 and s.report_id = $2 and s.side = 'scim' and s.named is not null))`,
  ];
  for (const statement of statements) await db.query(statement, [tenantId, reportId]);
}

/** Tells the planner what was read: the statements that compare it were planned for empty tables otherwise. */
export async function analyzeEntries(db: Queryable): Promise<void> {
  await db.query("analyze adoption_entry");
}

/** Says of everybody whether a proposal is about them. */
export async function settleEntries(db: Queryable, { tenantId, reportId }: ReportKey): Promise<void> {
  await db.query(
    `update adoption_entry e
        set outcome = case when case e.side
              when 'scim' then (e.resource_type, e.entry_key) in (
                select p.resource_type, p.resource_id::text from adoption_pair p
                 where p.tenant_id = $1 and p.report_id = $2 and p.kept)
              else (e.resource_type, e.entry_key) in (
                select p.resource_type, p.remote_id from adoption_pair p
                 where p.tenant_id = $1 and p.report_id = $2 and p.kept) end
            then 'proposed' else 'unmatched' end
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
