import type { ResolvedFilter } from "../scim/filter/ast.js";
import type { ResourceTypeDefinition, ResourceTypeId } from "../scim/schema/attribute.js";
import { MEMBERS } from "./attribute-source.js";
import { compileElementFilter } from "./compile-filter.js";
import type { Queryable } from "./database.js";
import {
  RESOURCE_COLUMNS,
  RESOURCE_TABLES,
  type ResourceRow,
  type StoredResource,
  toResource,
} from "./resource-row.js";
import { sqlParameters } from "./sql-parameters.js";

/** A member of a group as answers show it. */
export interface Member {
  value: string;
  type: ResourceTypeId;
  display: string | null;
}

/** A group that a user is in: `indirect` where only a group below it has the user as a member. */
export interface MemberOf {
  value: string;
  type: "direct" | "indirect";
  display: string | null;
}

/** Which group a write is about, in which tenant. */
export interface GroupKey {
  tenantId: string;
  groupId: string;
}

/**
 * Adds users to a group; those that are in it already, or no longer there, are left out. Returns the added ones.
 * The user rows are locked against removal until the transaction ends, so no membership outlives its user.
 */
export async function addMembers(
  tx: Queryable,
  key: GroupKey,
  userIds: readonly string[],
  now: Date,
): Promise<string[]> {
  if (userIds.length === 0) return [];
  const rows = await tx.query<{ member_id: string }>(
    `insert into membership (tenant_id, group_id, member_id, added_at)
     select u.tenant_id, $2, u.id, $4
       from resource u
      where u.tenant_id = $1 and u.id = any($3::uuid[]) and u.type = 'User' and u.deleted_at is null
      order by u.id
        for share of u
     on conflict do nothing
     returning member_id`,
    [key.tenantId, key.groupId, userIds, now],
  );
  return rows.map((row) => row.member_id);
}

/** Takes users out of a group. Returns those that were in it. */
export async function removeMembers(
  tx: Queryable,
  key: GroupKey,
  userIds: readonly string[],
): Promise<string[]> {
  if (userIds.length === 0) return [];
  const rows = await tx.query<{ member_id: string }>(
    `delete from membership where tenant_id = $1 and group_id = $2 and member_id = any($3::uuid[])
     returning member_id`,
    [key.tenantId, key.groupId, userIds],
  );
  return rows.map((row) => row.member_id);
}

/** Takes every user out of a group but the given ones. Returns those that went. */
export async function removeOtherMembers(
  tx: Queryable,
  key: GroupKey,
  keptIds: readonly string[],
): Promise<string[]> {
  const rows = await tx.query<{ member_id: string }>(
    `delete from membership m
      where m.tenant_id = $1 and m.group_id = $2
        and not exists (select 1 from unnest($3::uuid[]) as kept (id) where kept.id = m.member_id)
     returning m.member_id`,
    [key.tenantId, key.groupId, keptIds],
  );
  return rows.map((row) => row.member_id);
}

/** The ids of the users in a group. */
export async function findMemberIds(queryable: Queryable, key: GroupKey): Promise<string[]> {
  const rows = await queryable.query<{ member_id: string }>(
    "select member_id from membership where tenant_id = $1 and group_id = $2",
    [key.tenantId, key.groupId],
  );
  return rows.map((row) => row.member_id);
}

/** The ids of the members (users and groups) that a value filter such as `members[display sw "A"]` selects. */
export async function findMatchingMembers(
  queryable: Queryable,
  key: GroupKey,
  filter: ResolvedFilter,
  type: ResourceTypeDefinition,
): Promise<string[]> {
  const parameters = sqlParameters(key.tenantId);
  const group = parameters.bind(key.groupId, "uuid");
  const matches = compileElementFilter(filter, "e.v", type, parameters);
  const rows = await queryable.query<{ id: string }>(
    `select e.v ->> 'value' as id
       from resource r cross join lateral ${MEMBERS} as e (v)
      where r.tenant_id = $1 and r.id = ${group} and ${matches}`,
    parameters.values,
  );
  return rows.map((row) => row.id);
}

/** The members of each group, people by the time they were added, then groups by age. */
export async function findMembers(
  queryable: Queryable,
  tenantId: string,
  groupIds: readonly string[],
): Promise<Map<string, Member[]>> {
  if (groupIds.length === 0) return new Map();
  const rows = await queryable.query<Member & { group_id: string }>(
    `select group_id, value, type, display
       from (select m.group_id, m.member_id as value, 'User' as type, u.doc ->> 'displayName' as display,
                    0 as rank, m.added_at, u.seq
               from membership m
               join resource u on u.tenant_id = m.tenant_id and u.id = m.member_id
              where m.tenant_id = $1 and m.group_id = any($2::uuid[])
             union all
             select c.parent_id, c.id, 'Group', c.doc ->> 'displayName', 1, null, c.seq
               from resource c
              where c.tenant_id = $1 and c.parent_id = any($2::uuid[]) and c.deleted_at is null) member
      order by rank, added_at, seq`,
    [tenantId, groupIds],
  );
  return groupRows(
    rows,
    (row) => row.group_id,
    ({ value, type, display }) => ({ value, type, display }),
  );
}

/**
 * The groups of the users whose rows of table membership are given by a subquery, as the common table `shown`: direct
 * ones and, where those hang below others, the indirect ones; to stand behind `with recursive`. Each parent is walked up
 * once, however many of the users are below it, and `union` ends the walk at what was seen already. `$1` is the tenant.
 *
 * The walk starts from an array because the planner takes an array for few rows. From the rows of `direct` it expected
 * thousands of steps, and a plan that costs so much is compiled first (`jit_above_cost`): 50 to 130 ms before the first
 * row of any page, at 100,000 people. `offset 0` keeps
 * look-ups by id what they are where it would rather read all.
 */
export const groupTables = (memberships: string) => `direct as (
    select m.member_id, m.added_at, g.id, g.parent_id, g.seq, g.display
      from (${memberships}) m cross join lateral (
        select id, parent_id, seq, doc ->> 'displayName' as display from resource
         where tenant_id = $1 and id = m.group_id offset 0) g
  ), above (start, id) as (
    select start, start from unnest(array(select distinct parent_id from direct where parent_id is not null)) start
    union
    select a.start, parent.id from above a cross join lateral (
      select g.parent_id as id from resource g
       where g.tenant_id = $1 and g.id = a.id and g.parent_id is not null offset 0) parent
  ), indirect as (
    select distinct d.member_id, a.id from direct d join above a on a.start = d.parent_id
    except
    select d.member_id, d.id from direct d
  ), shown as (
    select member_id, id as value, 'direct' as type, display, added_at, seq from direct
    union all
    select i.member_id, i.id, 'indirect', g.display, null, g.seq
      from indirect i cross join lateral (
        select doc ->> 'displayName' as display, seq from resource where tenant_id = $1 and id = i.id offset 0) g
  )`;

/** The groups in `shown` as one list, the direct ones by the time of joining, then the indirect ones by age. */
export const GROUPS_AS_JSON = `jsonb_agg(jsonb_build_object('value', value, 'type', type, 'display', display)
  order by type, added_at, seq)`;

/** The groups that each user is in, the direct ones by the time of joining, then the indirect ones by age. */
export async function findGroupsOfUsers(
  queryable: Queryable,
  tenantId: string,
  userIds: readonly string[],
): Promise<Map<string, MemberOf[]>> {
  if (userIds.length === 0) return new Map();
  const rows = await queryable.query<MemberOf & { member_id: string }>(
    `with recursive ${groupTables("select * from membership where tenant_id = $1 and member_id = any($2::uuid[])")}
     select member_id, value, type, display from shown order by type, added_at, seq`,
    [tenantId, userIds],
  );
  return groupRows(
    rows,
    (row) => row.member_id,
    ({ value, type, display }) => ({ value, type, display }),
  );
}

/** Reads one living user and the groups it is in, as {@link findGroupsOfUsers} does, in one statement. */
export async function findUserWithGroups(
  queryable: Queryable,
  tenantId: string,
  id: string,
): Promise<{ stored: StoredResource; groups: MemberOf[] } | undefined> {
  const rows = await queryable.query<ResourceRow & { groups: MemberOf[] | null }>(
    `with recursive ${groupTables("select * from membership where tenant_id = $1 and member_id = $2")}
     select ${RESOURCE_COLUMNS},
            (select ${GROUPS_AS_JSON} from shown) as groups
       from ${RESOURCE_TABLES}
      where r.tenant_id = $1 and r.id = $2 and r.type = 'User' and r.deleted_at is null`,
    [tenantId, id],
  );
  return rows[0] && { stored: toResource(rows[0]), groups: rows[0].groups ?? [] };
}

function groupRows<Row, Item>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  itemOf: (row: Row) => Item,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const items = groups.get(key);
    if (items) items.push(itemOf(row));
    else groups.set(key, [itemOf(row)]);
  }
  return groups;
}
