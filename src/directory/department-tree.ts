import type { Queryable, Transaction } from "../persistence/database.js";
import { isId } from "../platform/ids.js";
import { badRequest } from "../scim/errors.js";

/** Where a group hangs: below a group that is here, or waiting for one that is not (`ref`), or nowhere. */
export interface ParentPlace {
  id: string | null;
  ref: string | null;
}

/** A group of a tenant. */
export interface TreeNode {
  tenantId: string;
  groupId: string;
}

/**
 * Lets only one transaction of the tenant at a time change the tree, until it ends. Two moves that are harmless each
 * can make a cycle together, and a child must not miss the parent that arrives in the same moment. To be taken
 * before any row is locked: whoever holds rows and waits for the tree could otherwise wait in a circle.
 */
export async function lockTree(tx: Transaction, tenantId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('department tree ' || $1, 0))", [tenantId]);
}

/** Finds the group that a parent value names: by id, else by externalId (the oldest, should several have it). */
export async function findParent(
  queryable: Queryable,
  tenantId: string,
  value: string | undefined,
): Promise<ParentPlace> {
  if (value === undefined) return { id: null, ref: null };
  const rows = await queryable.query<{ id: string }>(
    `select id from resource
      where tenant_id = $1 and type = 'Group' and deleted_at is null and (id = $2 or external_id = $3)
      order by (id = $2) is true desc, seq limit 1`,
    [tenantId, isId(value) ? value : null, value],
  );
  return rows[0] ? { id: rows[0].id, ref: null } : { id: null, ref: value };
}

/** Where a group belongs by the name of its parent; where it is, when the name is the one it already has. */
export async function parentFor(
  queryable: Queryable,
  tenantId: string,
  current: ParentPlace,
  name: string | undefined,
): Promise<ParentPlace> {
  const isSame = name === (current.id ?? current.ref ?? undefined);
  return isSame ? { id: current.id, ref: current.ref } : findParent(queryable, tenantId, name);
}

/** Hangs the groups that waited for one of the names below the group. Returns them. */
export async function attachWaiting(
  tx: Transaction,
  node: TreeNode,
  names: readonly string[],
  now: Date,
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `update resource
        set parent_id = $2, parent_ref = null, version = version + 1, modified_at = $4
      where tenant_id = $1 and parent_ref = any($3::text[]) and type = 'Group' and deleted_at is null
     returning id`,
    [node.tenantId, node.groupId, names, now],
  );
  return rows.map((row) => row.id);
}

/** Groups that changed their place, and the groups that they were below before. */
export interface Moved {
  children: string[];
  formerParents: string[];
}

/** Hangs groups below the group, wherever they were. Those that are there already do not count as moved. */
export async function adoptChildren(
  tx: Transaction,
  node: TreeNode,
  childIds: readonly string[],
  now: Date,
): Promise<Moved> {
  if (childIds.length === 0) return { children: [], formerParents: [] };
  const rows = await tx.query<{ id: string; former: string | null }>(
    `with before as (
       select id, parent_id from resource
        where tenant_id = $1 and id = any($3::uuid[]) and type = 'Group' and deleted_at is null
          and parent_id is distinct from $2
        order by id for no key update)
     update resource r
        set parent_id = $2, parent_ref = null, version = version + 1, modified_at = $4
       from before
      where r.tenant_id = $1 and r.id = before.id
     returning r.id, before.parent_id as former`,
    [node.tenantId, node.groupId, childIds, now],
  );
  return {
    children: rows.map((row) => row.id),
    formerParents: rows.flatMap((row) => (row.former === null ? [] : [row.former])),
  };
}

/** Takes the given groups from below the group; others are left alone. Returns those that were there. */
export async function releaseChildren(
  tx: Transaction,
  node: TreeNode,
  childIds: readonly string[],
  now: Date,
): Promise<string[]> {
  if (childIds.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    `update resource set parent_id = null, version = version + 1, modified_at = $4
      where tenant_id = $1 and parent_id = $2 and id = any($3::uuid[]) and deleted_at is null
     returning id`,
    [node.tenantId, node.groupId, childIds, now],
  );
  return rows.map((row) => row.id);
}

/** Takes every group from below the group but the given ones. Returns those that went. */
export async function releaseOtherChildren(
  tx: Transaction,
  node: TreeNode,
  keptIds: readonly string[],
  now: Date,
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `update resource set parent_id = null, version = version + 1, modified_at = $4
      where tenant_id = $1 and parent_id = $2 and deleted_at is null
        and not exists (select 1 from unnest($3::uuid[]) as kept (id) where kept.id = resource.id)
     returning id`,
    [node.tenantId, node.groupId, keptIds, now],
  );
  return rows.map((row) => row.id);
}

/**
 * Refuses a tree in which the group is above itself. Every edge that a write makes begins or ends at the group it is
 * about, so a new cycle always runs through that group.
 * @throws ScimError 400 invalidValue
 */
export async function refuseCycle(tx: Transaction, node: TreeNode): Promise<void> {
  const rows = await tx.query(
    `with recursive above (id) as (
       select parent_id from resource where tenant_id = $1 and id = $2 and parent_id is not null
       union
       select r.parent_id from above join resource r on r.tenant_id = $1 and r.id = above.id
        where r.parent_id is not null)
     select 1 from above where id = $2`,
    [node.tenantId, node.groupId],
  );
  if (rows.length > 0) throw cycle();
}

/** The refusal of a group above itself. */
export function cycle() {
  return badRequest(
    "invalidValue",
    "A group cannot be above itself: this parent or member would close a circle.",
  );
}
