import type { Transaction } from "../persistence/database.js";
import type { ResourceTypeId } from "../scim/schema/attribute.js";
import { DELIVERY_CHANNEL } from "./delivery.js";

/** A resource whose remote image may be out of date now. */
export interface ChangedResource {
  type: ResourceTypeId;
  id: string;
}

/** Who changed what, when. */
export interface AppendInput {
  tenantId: string;
  correlationId: string;
  now: Date;
  /** Duplicates are allowed and count once. */
  resources: readonly ChangedResource[];
}

/** See {@link appendDeliveries}. */
export type AppendDeliveries = (tx: Transaction, input: AppendInput) => Promise<void>;

/**
 * Orders a delivery of each changed resource to every enabled connection of the tenant, inside the caller's
 * transaction: with the change or not at all. Call it at most once in a transaction, as its last statement.
 * The database function that does it, and why it is one, is in migrations/1764150000300 and, with the lanes, 1764174000400; writes of one statement
 * (persistence/hot) call it themselves.
 */
export const appendDeliveries: AppendDeliveries = async (tx, input) => {
  if (input.resources.length === 0) return;
  await tx.query("select append_deliveries($1, $2::uuid[], $3::text[], '{}', $4, $5)", [
    input.tenantId,
    input.resources.map((resource) => resource.id),
    input.resources.map((resource) => resource.type),
    input.now,
    input.correlationId,
  ]);
  tx.hint(DELIVERY_CHANNEL);
};

/** As append_deliveries does with a row that is there already. */
export const RAISE_WHAT_IS_THERE = `on conflict (tenant_id, connection_id, resource_id) do update
     set generation = delivery.generation + 1,
         requested_at = excluded.requested_at,
         correlation_id = excluded.correlation_id,
         tries = 0,
         lane = case when delivery.lane = 0 and delivery.state = 'pending' then 0 else excluded.lane end,
         state = case when delivery.state = 'claimed' then 'claimed' else excluded.state end,
         reason = case when excluded.state = 'blocked' then excluded.reason else delivery.reason end,
         next_attempt_at = case when delivery.state = 'claimed' then delivery.next_attempt_at
                                else excluded.next_attempt_at end`;

/** Named resources whose deliveries are to be due at one connection. */
export interface OrderInput {
  tenantId: string;
  connectionId: string;
  correlationId: string;
  now: Date;
  resourceIds: readonly string[];
}

const ORDER = `
  insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, generation, requested_at,
                        correlation_id, next_attempt_at, tries, claims, lane)
  select r.tenant_id, gen_random_uuid(), $2, r.id, r.type, 'pending', 1, $3, $4, $3, 0, 0,
         case when cardinality($5::uuid[]) > 20 then 1 else 0 end
    from resource r
   where r.tenant_id = $1 and r.id = any($5::uuid[])
     and (r.deleted_at is null
          or exists (select 1 from link l
                      where l.tenant_id = r.tenant_id and l.connection_id = $2 and l.resource_id = r.id)
          or exists (select 1 from delivery d
                      where d.tenant_id = r.tenant_id and d.connection_id = $2 and d.resource_id = r.id
                        and d.intents <> '[]'))
   order by r.id
  ${RAISE_WHAT_IS_THERE}
  returning resource_id`;

/**
 * Orders a delivery of each of these resources to one connection, as a change of them would. Removed ones count while
 * they are, or may be, at the vendor. Answers the ids of those that were ordered.
 */
export async function orderDeliveries(tx: Transaction, input: OrderInput): Promise<string[]> {
  if (input.resourceIds.length === 0) return [];
  const { tenantId, connectionId, now, correlationId, resourceIds } = input;
  const rows = await tx.query<{ resource_id: string }>(ORDER, [
    tenantId,
    connectionId,
    now,
    correlationId,
    resourceIds,
  ]);
  tx.hint(DELIVERY_CHANNEL);
  return rows.map((row) => row.resource_id);
}
