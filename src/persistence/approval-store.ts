import type { Queryable } from "./database.js";

/** One resource at one connection. */
export interface ApprovalKey {
  tenantId: string;
  connectionId: string;
  resourceId: string;
}

/** Notes that a proposal is approved, in the place of an earlier one for the same resource. */
export async function upsertApproval(
  db: Queryable,
  approval: ApprovalKey & { proposal: string; actor: string; approvedAt: Date },
): Promise<void> {
  await db.query(
    `insert into approval (tenant_id, connection_id, resource_id, proposal, actor, approved_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, connection_id, resource_id) do update
        set proposal = excluded.proposal, actor = excluded.actor, approved_at = excluded.approved_at`,
    [
      approval.tenantId,
      approval.connectionId,
      approval.resourceId,
      approval.proposal,
      approval.actor,
      approval.approvedAt,
    ],
  );
}

/** Whether this very proposal is approved. */
export async function isApproved(db: Queryable, key: ApprovalKey, proposal: string): Promise<boolean> {
  const rows = await db.query(
    "select 1 from approval where tenant_id = $1 and connection_id = $2 and resource_id = $3 and proposal = $4",
    [key.tenantId, key.connectionId, key.resourceId, proposal],
  );
  return rows.length === 1;
}

/** Forgets an approval that was used or has lost its object. */
export async function deleteApproval(db: Queryable, key: ApprovalKey): Promise<void> {
  await db.query("delete from approval where tenant_id = $1 and connection_id = $2 and resource_id = $3", [
    key.tenantId,
    key.connectionId,
    key.resourceId,
  ]);
}
