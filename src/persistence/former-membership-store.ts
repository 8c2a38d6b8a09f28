import type { Queryable, Transaction } from "./queryable.js";

/** A group that is deleted, or a resource that comes back. */
export interface FormerKey {
  tenantId: string;
  id: string;
}

/** Remembers the people in a group, the groups in it, and the group it is in, before they are parted by its removal. */
export async function rememberMembers(
  tx: Transaction,
  { tenantId, id }: FormerKey,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into former_membership (tenant_id, group_id, member_id, added_at)
     select tenant_id, group_id, member_id, added_at from membership where tenant_id = $1 and group_id = $2
     union all
     select tenant_id, parent_id, id, $3 from resource
      where tenant_id = $1 and deleted_at is null and (parent_id = $2 or id = $2 and parent_id is not null)
     on conflict (tenant_id, group_id, member_id) do update set added_at = excluded.added_at`,
    [tenantId, id, now],
  );
}

/** The living groups that a deleted person or group was in, in the order of their ids. */
export async function formerGroups(queryable: Queryable, { tenantId, id }: FormerKey): Promise<string[]> {
  const rows = await queryable.query<{ id: string }>(
    `select g.id from former_membership f join resource g on g.tenant_id = f.tenant_id and g.id = f.group_id
      where f.tenant_id = $1 and f.member_id = $2 and g.type = 'Group' and g.deleted_at is null
      order by g.id`,
    [tenantId, id],
  );
  return rows.map((row) => row.id);
}

/** The living groups that were in a deleted group and are in no other now, in the order of their ids. */
export async function formerChildren(queryable: Queryable, { tenantId, id }: FormerKey): Promise<string[]> {
  const rows = await queryable.query<{ id: string }>(
    `select c.id from former_membership f join resource c on c.tenant_id = f.tenant_id and c.id = f.member_id
      where f.tenant_id = $1 and f.group_id = $2 and c.type = 'Group' and c.deleted_at is null
        and c.parent_id is null and c.parent_ref is null
      order by c.id`,
    [tenantId, id],
  );
  return rows.map((row) => row.id);
}

/**
 * Gives a person that came back its place in living groups, or a group that came back its living people, and forgets
 * what was remembered. Answers the pairs that were made.
 */
export async function restoreMemberships(
  tx: Transaction,
  { tenantId, id }: FormerKey,
): Promise<{ groupId: string; memberId: string }[]> {
  const rows = await tx.query<{ groupId: string; memberId: string }>(
    `insert into membership (tenant_id, group_id, member_id, added_at)
     select f.tenant_id, f.group_id, f.member_id, f.added_at
       from former_membership f
       join resource g on g.tenant_id = f.tenant_id and g.id = f.group_id
       join resource u on u.tenant_id = f.tenant_id and u.id = f.member_id
      where f.tenant_id = $1 and (f.group_id = $2 or f.member_id = $2)
        and g.type = 'Group' and g.deleted_at is null and u.type = 'User' and u.deleted_at is null
      order by u.id
        for share of u
     on conflict do nothing
     returning group_id as "groupId", member_id as "memberId"`,
    [tenantId, id],
  );
  await tx.query(
    `delete from former_membership f
      where f.tenant_id = $1 and (f.group_id = $2 or f.member_id = $2)
        and not exists (select from resource other
                         where other.tenant_id = f.tenant_id and other.id in (f.group_id, f.member_id)
                           and other.deleted_at is not null)`,
    [tenantId, id],
  );
  return rows;
}
