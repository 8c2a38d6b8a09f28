import type { Queryable } from "./queryable.js";

/** Names a group of roles that the gateway makes its roles in. */
export interface RoleGroupKey {
  tenantId: string;
  connectionId: string;
  name: string;
}

/** The remote id of a group of roles, once it is known. */
export async function findRoleGroup(db: Queryable, key: RoleGroupKey): Promise<string | undefined> {
  const rows = await db.query<{ remote_id: string | null }>(
    "select remote_id from role_group where tenant_id = $1 and connection_id = $2 and name = $3",
    [key.tenantId, key.connectionId, key.name],
  );
  return rows[0]?.remote_id ?? undefined;
}

/**
 * Reserves the making of a group of roles until a moment: of all deliveries that need it, in whatever process, one makes
 * it. False while another one has it, or where it is there already.
 */
export async function claimRoleGroup(
  db: Queryable,
  key: RoleGroupKey,
  { now, until }: { now: Date; until: Date },
): Promise<boolean> {
  const rows = await db.query(
    `insert into role_group as held (tenant_id, connection_id, name, claimed_until) values ($1, $2, $3, $5)
     on conflict (tenant_id, connection_id, name) do update set claimed_until = excluded.claimed_until
      where held.remote_id is null and held.claimed_until <= $4
     returning 1`,
    [key.tenantId, key.connectionId, key.name, now, until],
  );
  return rows.length > 0;
}

/** Notes the remote id of a group of roles, or lets another delivery make it. */
export async function settleRoleGroup(
  db: Queryable,
  key: RoleGroupKey,
  remoteId: string | undefined,
): Promise<void> {
  await db.query(
    `update role_group set remote_id = $4, claimed_until = '-infinity'
      where tenant_id = $1 and connection_id = $2 and name = $3`,
    [key.tenantId, key.connectionId, key.name, remoteId ?? null],
  );
}

/** Forgets a group of roles that the vendor does not have any more, unless another one is known by now. */
export async function forgetRoleGroup(db: Queryable, key: RoleGroupKey, remoteId: string): Promise<void> {
  await db.query(
    "delete from role_group where tenant_id = $1 and connection_id = $2 and name = $3 and remote_id = $4",
    [key.tenantId, key.connectionId, key.name, remoteId],
  );
}
