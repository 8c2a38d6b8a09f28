import type { Queryable } from "../../persistence/database.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { findRootGroup } from "./root-group.js";
import { readScopeRules } from "./scope-rules.js";

/** What a change of a connection's scope means for what is linked through it. */
export interface ScopeImpact {
  /** People who are in the scope now and would not be. */
  peopleLeaving: number;
  /** Departments that are in the scope now and would not be. */
  departmentsLeaving: number;
  /** Linked people who are outside now and would be inside. */
  peopleReturning: number;
}

/** The change leaves people or departments outside, and nobody confirmed that. */
export class ScopeChangeUnconfirmedError extends Error {
  override readonly name = "ScopeChangeUnconfirmedError";

  constructor(readonly impact: ScopeImpact) {
    super(
      `${impact.peopleLeaving} people and ${impact.departmentsLeaving} departments that are linked would leave the ` +
        "scope; they are then treated as policy.deactivation says. Send the change again with confirm: true.",
    );
  }
}

/** Links that are looked at in one statement. */
const PAGE = 1_000;

// Both trees at once: each is walked down from its root, a missing root being the whole directory.
const LINKED = `
  with recursive before (id) as (
    select $3::uuid union select r.id from resource r join before b on r.parent_id = b.id
     where r.tenant_id = $1 and r.deleted_at is null),
  after (id) as (
    select $4::uuid union select r.id from resource r join after a on r.parent_id = a.id
     where r.tenant_id = $1 and r.deleted_at is null)
  select l.resource_id as id, r.type, r.doc,
         $3::uuid is null or case r.type
           when 'Group' then r.id in (select id from before)
           else exists (select from membership m join resource g on g.tenant_id = m.tenant_id and g.id = m.group_id
                         where m.tenant_id = $1 and m.member_id = r.id and g.kind = 'department'
                           and g.id in (select id from before)) end as was,
         $4::uuid is null or case r.type
           when 'Group' then r.id in (select id from after)
           else exists (select from membership m join resource g on g.tenant_id = m.tenant_id and g.id = m.group_id
                         where m.tenant_id = $1 and m.member_id = r.id and g.kind = 'department'
                           and g.id in (select id from after)) end as will
    from link l join resource r on r.tenant_id = l.tenant_id and r.id = l.resource_id and r.deleted_at is null
   where l.tenant_id = $1 and l.connection_id = $2 and ($5::uuid is null or l.resource_id > $5)
   order by l.resource_id limit ${PAGE}`;

interface LinkedRow {
  id: string;
  type: "User" | "Group";
  doc: JsonObject;
  was: boolean;
  will: boolean;
}

/** Counts what would leave and enter a connection's scope if it were changed. Reads, and writes nothing. */
export async function scopeImpact(
  database: Queryable,
  connection: { tenantId: string; id: string },
  scopes: { before: JsonObject; after: JsonObject },
): Promise<ScopeImpact> {
  const { tenantId, id } = connection;
  const roots = [
    (await findRootGroup(database, tenantId, scopes.before)) ?? null,
    (await findRootGroup(database, tenantId, scopes.after)) ?? null,
  ];
  const leftOut = { before: readScopeRules(scopes.before), after: readScopeRules(scopes.after) };
  const impact: ScopeImpact = { peopleLeaving: 0, departmentsLeaving: 0, peopleReturning: 0 };
  let after: string | null = null;
  for (;;) {
    const rows: LinkedRow[] = await database.query<LinkedRow>(LINKED, [tenantId, id, ...roots, after]);
    for (const row of rows) {
      const person = row.type === "User";
      const was = row.was && !(person && leftOut.before(row.doc));
      const will = row.will && !(person && leftOut.after(row.doc));
      if (was === will) continue;
      if (!person) impact.departmentsLeaving += was ? 1 : 0;
      else if (was) impact.peopleLeaving += 1;
      else impact.peopleReturning += 1;
    }
    after = rows.at(-1)?.id ?? null;
    if (rows.length < PAGE) return impact;
  }
}
