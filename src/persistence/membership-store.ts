import type { ResolvedFilter } from "../scim/filter/ast.js";
import type { ResourceTypeDefinition, ResourceTypeId } from "../scim/schema/attribute.js";
import { MEMBERS } from "./attribute-source.js";
import { compileElementFilter } from "./compile-filter.js";
import type { Queryable } from "./database.js";
import { sqlParameters } from "./sql-parameters.js";

/** A member of a group as answers show it. */
export interface Member {
  value: string;
  type: ResourceTypeId;
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
