import { type AdoptionEntry, stageEntries } from "../../../persistence/adoption-entry-store.js";
import type { Queryable } from "../../../persistence/database.js";
import type { JsonObject } from "../../../scim/schema/attribute.js";
import { namedRemoteId } from "../../decide/decide.js";
import { mapDepartmentName } from "../../mapping/map-department.js";
import { mapUser } from "../../mapping/map-user.js";
import { digestsOf } from "../basis.js";
import { personOf } from "./read-vendor.js";
import type { ReportWork } from "./report-work.js";

/** Resources that are read at once. */
const PAGE = 500;

interface ResourceRow {
  id: string;
  doc: JsonObject;
  parent_id: string | null;
  parent_remote_id: string | null;
  linked_elsewhere: string[];
}

// A missing root group stands for the whole directory. A parent that is not known counts as none, as for a delivery.
const tree = `
  with recursive tree (id) as (
    select $3::uuid
     union
    select r.id from resource r join tree t on r.parent_id = t.id where r.tenant_id = $1 and r.deleted_at is null)`;
const columns = `r.id, r.doc, array(select o.remote_id from link o
    where o.tenant_id = r.tenant_id and o.resource_id = r.id and o.connection_id <> $2) as linked_elsewhere`;
const unlinked = `not exists (select 1 from link l
    where l.tenant_id = r.tenant_id and l.connection_id = $2 and l.resource_id = r.id)`;

const PEOPLE = `${tree}
  select ${columns}, null::uuid as parent_id, null::text as parent_remote_id
    from resource r
   where r.tenant_id = $1 and r.type = 'User' and r.deleted_at is null and ${unlinked}
     and ($4::uuid is null or r.id > $4)
     and ($3::uuid is null
          or exists (select 1 from membership m
                       join resource g on g.tenant_id = m.tenant_id and g.id = m.group_id and g.deleted_at is null
                        and g.kind = 'department'
                      where m.tenant_id = $1 and m.member_id = r.id and g.id in (select id from tree)))
   order by r.id limit ${PAGE}`;

const DEPARTMENTS = `${tree}
  select ${columns}, case when r.parent_id is distinct from $3 then r.parent_id end as parent_id,
         p.remote_id as parent_remote_id
    from resource r
    left join link p on p.tenant_id = r.tenant_id and p.connection_id = $2 and p.resource_id = r.parent_id
   where r.tenant_id = $1 and r.type = 'Group' and r.deleted_at is null and r.kind = 'department' and ${unlinked}
     and ($4::uuid is null or r.id > $4)
     and ($3::uuid is null or (r.id <> $3 and r.id in (select id from tree)))
   order by r.id limit ${PAGE}`;

/** Stores the people and departments of the connection's scope that have no link, a page at a time. */
export async function readDirectory(work: ReportWork): Promise<void> {
  const { database, key, connection } = work;
  const { rootDepartmentId, descriptor, mapping } = connection;
  const naming = (type: "User" | "Group", { doc, linked_elsewhere }: ResourceRow) =>
    namedRemoteId(type, doc, linked_elsewhere, descriptor) ?? null;

  await eachPage(database, work, DEPARTMENTS, (rows) =>
    rows.map((row): AdoptionEntry => {
      const given = row.doc["displayName"];
      const { name } = mapDepartmentName(typeof given === "string" ? given : "", descriptor.departmentName);
      const parentRemoteId = row.parent_id === null ? rootDepartmentId : row.parent_remote_id;
      return {
        ...personOf("scim", row.id, {}),
        resourceType: "Group",
        name,
        nameKey: digestsOf({ name: name.normalize("NFC") })["name"] ?? null,
        parentRemoteId,
        parentId: parentRemoteId === null ? row.parent_id : null,
        named: naming("Group", row),
      };
    }),
  );
  await eachPage(database, work, PEOPLE, (rows) =>
    rows
      .filter(({ doc }) => doc["active"] !== false && !connection.leavesOut(doc))
      .map((row) => ({
        ...personOf("scim", row.id, mapUser(row.doc, mapping)),
        named: naming("User", row),
      })),
  );

  async function eachPage(
    db: Queryable,
    { signal }: ReportWork,
    statement: string,
    entriesOf: (rows: ResourceRow[]) => AdoptionEntry[],
  ): Promise<void> {
    const root = connection.rootGroupId ?? null;
    let after: string | null = null;
    for (;;) {
      signal.throwIfAborted();
      const rows: ResourceRow[] = await db.query<ResourceRow>(statement, [
        key.tenantId,
        key.connectionId,
        root,
        after,
      ]);
      await stageEntries(db, key, entriesOf(rows));
      after = rows.at(-1)?.id ?? null;
      if (rows.length < PAGE) return;
    }
  }
}
