import type { Queryable } from "./database.js";
import { OWN_COLUMNS, type ResourceRow, type StoredResource, toResource } from "./resource-row.js";

/** A group that a user is in: `indirect` where only a group below it has the user as a member. */
export interface MemberOf {
  value: string;
  type: "direct" | "indirect";
  display: string | null;
}

/** `[id, display, parent]` of a group that a user is in, those of one user by the time of joining. */
export type DirectGroup = readonly [id: string, display: string | null, parent: string | null];

/**
 * `[start, id, seq, display]` of a group at or above `start`, by age: what the database function `groups_above` gives
 * (migrations/1764177000900, which says why it is one).
 */
export type GroupAbove = readonly [start: string, id: string, seq: number, display: string | null];

/**
 * The groups of the user that an expression names as `d.groups` (JSON of {@link DirectGroup}s, null for none) and their
 * parents as `d.parents` (for `groups_above`), to be joined in a statement whose `$1` is the tenant. `offset 0` keeps
 * the look-up by id what it is where the planner would rather read all groups.
 */
export const directGroupsOf = (user: string) => `cross join lateral (
    select json_agg(json_build_array(g.id, g.display, g.parent_id) order by m.added_at, g.seq) as groups,
           array_agg(g.parent_id) filter (where g.parent_id is not null) as parents
      from membership m cross join lateral (
        select id, parent_id, seq, doc ->> 'displayName' as display from resource
         where tenant_id = $1 and id = m.group_id offset 0) g
     where m.tenant_id = $1 and m.member_id = ${user}) d`;

/** The groups of a user as answers list them: the direct ones by the time of joining, then the indirect ones by age. */
export function groupsOfUser(
  direct: readonly DirectGroup[] | null,
  above: readonly GroupAbove[] | null,
): MemberOf[] {
  if (direct === null) return [];
  const groups = direct.map(([value, display]): MemberOf => ({ value, type: "direct", display }));
  if (above === null) return groups;
  const parents = new Set(direct.map(([, , parent]) => parent));
  const seen = new Set(direct.map(([id]) => id));
  for (const [start, value, , display] of above) {
    if (!parents.has(start) || seen.has(value)) continue;
    seen.add(value);
    groups.push({ value, type: "indirect", display });
  }
  return groups;
}

// Texts that are made once: one that is put together for each request is also hashed for each, to find its name.
const GROUPS_OF_USERS = `
  with each as materialized (
    select given.id, d.groups, d.parents from unnest($2::uuid[]) as given (id) ${directGroupsOf("given.id")})
  select each.id, each.groups,
         (select groups_above($1, array_agg(distinct parent)) from each one, unnest(one.parents) parent) as above
    from each where each.groups is not null`;

/** The groups of each user. */
export async function findGroupsOfUsers(
  queryable: Queryable,
  tenantId: string,
  userIds: readonly string[],
): Promise<Map<string, MemberOf[]>> {
  if (userIds.length === 0) return new Map();
  const rows = await queryable.query<GroupColumns & { id: string }>(GROUPS_OF_USERS, [tenantId, userIds]);
  return new Map(rows.map(({ id, groups, above }) => [id, groupsOfUser(groups, above)]));
}

interface GroupColumns {
  groups: readonly DirectGroup[] | null;
  above: readonly GroupAbove[] | null;
}

const USER_WITH_GROUPS = `
  select ${OWN_COLUMNS}, null as parent_display, d.groups, groups_above($1, d.parents) as above
    from resource r ${directGroupsOf("r.id")}
   where r.tenant_id = $1 and r.id = $2 and r.type = 'User' and r.deleted_at is null`;

/** Reads one living user and its groups in one statement. `id` must be a UUID. */
export async function findUserWithGroups(
  queryable: Queryable,
  tenantId: string,
  id: string,
): Promise<{ stored: StoredResource; groups: MemberOf[] } | undefined> {
  const [row] = await queryable.query<ResourceRow & GroupColumns>(USER_WITH_GROUPS, [tenantId, id]);
  return row && { stored: toResource(row), groups: groupsOfUser(row.groups, row.above) };
}
