import { orderDeliveries } from "../../outbox/append.js";
import type { ClaimedDelivery } from "../../outbox/delivery.js";
import { holdSettles } from "../../outbox/order-for-run.js";
import type { Awaited } from "../../outbox/settle.js";
import type { Database, Queryable } from "../../persistence/database.js";
import { deleteLink, findLinkByRemoteId } from "../../persistence/link-store.js";
import type { JsonObject } from "../../scim/schema/attribute.js";

/** Whose connection. */
type At = Pick<ClaimedDelivery, "tenantId" | "connectionId">;

/** The people to whom a role was given, as far as was sent. */
export async function holdersOf(
  database: Queryable,
  { tenantId, connectionId }: At,
  roleRemoteId: string,
): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `select resource_id as id from link
      where tenant_id = $1 and connection_id = $2 and resource_type = 'User' and last_sent @> $3::jsonb
      order by resource_id`,
    [tenantId, connectionId, JSON.stringify({ roleRemoteIds: [roleRemoteId] })],
  );
  return rows.map(({ id }) => id);
}

/** The other group whose delivery noted that it is about to make this role. */
export async function makerOf(
  database: Queryable,
  { tenantId, connectionId, resourceId }: ClaimedDelivery,
  made: JsonObject,
): Promise<string | undefined> {
  const rows = await database.query<{ id: string }>(
    `select resource_id as id from delivery
      where tenant_id = $1 and connection_id = $2 and resource_id <> $3 and resource_type = 'Group'
        and intents @> jsonb_build_array($4::jsonb)
      order by resource_id limit 1`,
    [tenantId, connectionId, resourceId, JSON.stringify(made)],
  );
  return rows[0]?.id;
}

/**
 * Lets go of a role that the vendor does not have any more: its group is ordered to make another one, and everybody else to
 * whom it was given is looked at again. Answers the group's delivery, for those who are to wait for it.
 */
export async function forgetRole(
  database: Database,
  delivery: ClaimedDelivery,
  roleRemoteId: string,
  now: Date,
): Promise<Awaited[]> {
  const { tenantId, connectionId, correlationId } = delivery;
  return database.transaction(async (tx) => {
    await holdSettles(tx, connectionId);
    const link = await findLinkByRemoteId(tx, delivery, "Group", roleRemoteId);
    if (link === undefined) return [];
    const { resourceId } = link;
    const others = (await holdersOf(tx, delivery, roleRemoteId)).filter((id) => id !== delivery.resourceId);
    await deleteLink(tx, { tenantId, connectionId, resourceId });
    const resourceIds = [resourceId, ...others];
    await orderDeliveries(tx, { tenantId, connectionId, correlationId, now, resourceIds });
    const [row] = await tx.query<{ settles: string }>(
      "select settles from delivery where tenant_id = $1 and connection_id = $2 and resource_id = $3",
      [tenantId, connectionId, resourceId],
    );
    return row === undefined ? [] : [{ resourceId, settles: BigInt(row.settles) }];
  });
}
