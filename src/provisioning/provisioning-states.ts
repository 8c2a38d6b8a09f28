import type { DeliveryReason, DeliveryState } from "../outbox/delivery.js";
import type { Queryable } from "../persistence/database.js";
import type { JsonObject, JsonValue, ResourceTypeId } from "../scim/schema/attribute.js";

interface StateRow {
  resource_id: string;
  connection: string;
  connector: string;
  state: DeliveryState;
  remote_id: string | null;
  reason: DeliveryReason | null;
  notes: string[];
  synced_at: Date | null;
}

const STATES = `
  select d.resource_id, c.name as connection, c.connector, d.state, l.remote_id, d.reason, d.notes, d.synced_at
    from delivery d
    join connection c on c.tenant_id = d.tenant_id and c.id = d.connection_id
    left join link l on l.tenant_id = d.tenant_id and l.connection_id = d.connection_id
                    and l.resource_id = d.resource_id
   where d.tenant_id = $1 and d.resource_type = $2 and d.resource_id = any($3::uuid[])
   order by d.resource_id, c.name`;

/**
 * Where each resource stands at each connection: the values of the read-only provisioning extension (the blueprint,
 * section 3), by resource id. Resources that no connection knows are left out.
 */
export async function provisioningStates(
  database: Queryable,
  tenantId: string,
  type: ResourceTypeId,
  ids: string[],
): Promise<Map<string, JsonValue[]>> {
  const rows = await database.query<StateRow>(STATES, [tenantId, type, ids]);
  const states = new Map<string, JsonValue[]>();
  for (const row of rows) {
    const known = states.get(row.resource_id) ?? [];
    known.push(presentState(row));
    states.set(row.resource_id, known);
  }
  return states;
}

function presentState(row: StateRow): JsonObject {
  return {
    connection: row.connection,
    connector: row.connector,
    // A claim is a matter of milliseconds and of ours: to a reader the delivery is still on its way.
    state: row.state === "claimed" ? "pending" : row.state,
    ...(row.remote_id === null ? {} : { remoteId: row.remote_id }),
    ...(row.reason === null ? {} : { lastError: row.reason.message }),
    ...(row.reason?.remedy === undefined ? {} : { remedy: row.reason.remedy }),
    ...(row.reason === null ? {} : { code: row.reason.code }),
    ...(row.reason?.zh === undefined ? {} : { lastErrorZh: row.reason.zh.message }),
    ...(row.reason?.zh?.remedy === undefined ? {} : { remedyZh: row.reason.zh.remedy }),
    ...(row.synced_at === null ? {} : { lastSuccess: row.synced_at.toISOString() }),
  };
}
