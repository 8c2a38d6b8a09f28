import type { Queryable, Transaction } from "../../persistence/database.js";
import type { ResourceTypeId } from "../../scim/schema/attribute.js";
import type { LossKind } from "./protection-rules.js";
import type { RemovalKey } from "./removal-store.js";

/** A page of the held deliveries of a connection, in the order of their ids. */
export async function listHeld(
  queryable: Queryable,
  key: { tenantId: string; connectionId: string; type: ResourceTypeId; after: string | undefined },
  limit: number,
): Promise<{ id: string; resourceId: string }[]> {
  return queryable.query<{ id: string; resourceId: string }>(
    `select id, resource_id as "resourceId" from delivery
      where tenant_id = $1 and state = 'held' and connection_id = $2 and resource_type = $3
        and ($4::uuid is null or id > $4)
      order by id limit $5`,
    [key.tenantId, key.connectionId, key.type, key.after ?? null, limit],
  );
}

/** What a held delivery would take away. */
export async function unitsHeld(
  queryable: Queryable,
  key: RemovalKey,
): Promise<{ kind: LossKind; unitId: string }[]> {
  return queryable.query<{ kind: LossKind; unitId: string }>(
    `select kind, unit_id as "unitId" from removal
      where tenant_id = $1 and connection_id = $2 and resource_id = $3 and done_at is null and state = 'held'
      order by kind, unit_id`,
    [key.tenantId, key.connectionId, key.resourceId],
  );
}

/**
 * Makes held deliveries due and notes that an administrator lets go of what they take away; except those that the list
 * of protected resources names. Rows are locked in the order in which the outbox locks them. Answers how many there were.
 */
export async function releaseHeld(
  tx: Transaction,
  selection: {
    tenantId: string;
    connectionId: string;
    deliveryId?: string | undefined;
    resourceType?: ResourceTypeId | undefined;
  },
  actor: string,
  now: Date,
): Promise<number> {
  const rows = await tx.query<{ count: number }>(
    `with held as (
       select tenant_id, connection_id, resource_id, id from delivery
        where tenant_id = $1 and connection_id = $2 and state = 'held' and reason ->> 'code' <> 'protected'
          and ($3::uuid is null or id = $3) and ($4::text is null or resource_type = $4)
        order by resource_id
          for update),
     released as (
       update removal r set state = 'released', actor = $5, at = $6
         from held
        where r.tenant_id = held.tenant_id and r.connection_id = held.connection_id
          and r.resource_id = held.resource_id and r.done_at is null and r.state = 'held'),
     due as (
       update delivery d set state = 'pending', next_attempt_at = $6, tries = 0
         from held
        where d.tenant_id = held.tenant_id and d.id = held.id
       returning 1)
     select count(*)::int as count from due`,
    [
      selection.tenantId,
      selection.connectionId,
      selection.deliveryId ?? null,
      selection.resourceType ?? null,
      actor,
      now,
    ],
  );
  return rows[0]?.count ?? 0;
}

/** Keeps a linked resource at the vendor although SCIM does not want it, and makes its delivery due. */
export async function keepLinked(tx: Transaction, key: RemovalKey, now: Date): Promise<void> {
  const values = [key.tenantId, key.connectionId, key.resourceId, now];
  await tx.query(
    "update link set kept_at = $4 where tenant_id = $1 and connection_id = $2 and resource_id = $3",
    values,
  );
  await tx.query(
    `update delivery set state = 'pending', next_attempt_at = $4, tries = 0
      where tenant_id = $1 and connection_id = $2 and resource_id = $3`,
    values,
  );
}
