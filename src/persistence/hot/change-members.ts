import type { JsonObject } from "../../scim/schema/attribute.js";
import type { ChangeCause } from "../change-store.js";
import type { Queryable } from "../queryable.js";
import type { StoredResource } from "../resource-row.js";

/** Users to be put into a group and taken out of it; the two lists have nothing in common. */
export interface MemberDelta {
  groupId: string;
  /** Distinct ids. */
  added: readonly string[];
  removed: readonly string[];
}

/** How a group stands after a delta. */
export interface ChangedGroup {
  /** With the version it has now. */
  stored: StoredResource;
  isChanged: boolean;
}

// One autocommitted statement, the same for a group of ten and of a hundred thousand. In this order:
// - the group's row is locked, so writers of one group follow each other; `version` is that of the locked row
// - the people to be added are locked against removal, in the order of their ids: a removal of a user locks the groups
//   first and the user last, so the two can only wait for each other in one direction
// - `fits` lets everything happen or nothing: everybody to be added is a living user, and nobody to be removed is a
//   group below this one, which would move the tree. Whatever does not fit is left to the transaction that knows more.
// The arrays stand in sub-selects so that the planner does not look at their lengths: for one id it found a plan for this
// very id cheaper than one for any, and planned anew each time, which cost three times what carrying it out does.
// The version rises only if somebody came or went, and only they are delivered.
const CHANGE = `
  with target as materialized (
    select id, seq, version, doc, parent_id, parent_ref, created_at, modified_at from resource
     where tenant_id = $1 and id = $2 and type = 'Group' and deleted_at is null
       for no key update),
  people as materialized (
    select u.id from resource u
     where u.tenant_id = $1 and u.id = any((select $3::uuid[])::uuid[]) and u.type = 'User' and u.deleted_at is null
       and exists (select from target)
     order by u.id
       for share),
  fits as materialized (
    select target.id from target
     where (select count(*) from people) = cardinality($3::uuid[])
       and not exists (select from resource c
                        where c.tenant_id = $1 and c.id = any((select $4::uuid[])::uuid[]) and c.parent_id = $2 and c.deleted_at is null)),
  added as (
    insert into membership (tenant_id, group_id, member_id, added_at)
    select $1, fits.id, people.id, $5 from fits, people
    on conflict do nothing
    returning member_id),
  removed as (
    delete from membership m using fits
     where m.tenant_id = $1 and m.group_id = $2 and m.member_id = any((select $4::uuid[])::uuid[])
    returning m.member_id),
  moved as (
    select array_agg(member_id) as ids, array_agg('User'::text) as types
      from (select member_id from added union all select member_id from removed) either
    having count(*) > 0),
  raised as (
    update resource r set version = r.version + 1, modified_at = $5
      from moved where r.tenant_id = $1 and r.id = $2
    returning r.id, r.version),
  logged as (
    insert into change (tenant_id, resource_type, resource_id, version, kind, attributes, actor, correlation_id, at)
    select $1, 'Group', raised.id, raised.version, 'update', '{members}', $6, $7, $5 from raised)
  select target.*, raised.version as new_version,
         (select append_deliveries($1, moved.ids, moved.types, '{}', $5, $7) from moved) as ordered
    from target join fits on true left join raised on true`;

interface ChangedRow {
  id: string;
  seq: string;
  version: string;
  doc: JsonObject;
  parent_id: string | null;
  parent_ref: string | null;
  created_at: Date;
  modified_at: Date;
  new_version: string | null;
}

/**
 * Adds users to a group and takes users out of it, each if it is not so already. Undefined, with nothing changed, when
 * the group is not there, one to be added is no living user, or one to be removed is a group below this one.
 */
export async function changeMembers(
  database: Queryable,
  { tenantId, actor, correlationId, now }: ChangeCause,
  { groupId, added, removed }: MemberDelta,
): Promise<ChangedGroup | undefined> {
  const [row] = await database.query<ChangedRow>(CHANGE, [
    tenantId,
    groupId,
    added,
    removed,
    now,
    actor,
    correlationId,
  ]);
  if (row === undefined) return undefined;
  const isChanged = row.new_version !== null;
  return {
    isChanged,
    stored: {
      id: row.id,
      type: "Group",
      seq: row.seq,
      version: Number(row.new_version ?? row.version),
      doc: row.doc,
      text: undefined,
      parent: { id: row.parent_id, ref: row.parent_ref, display: null },
      createdAt: row.created_at,
      modifiedAt: isChanged ? now : row.modified_at,
    },
  };
}
