import type { Queryable } from "../persistence/database.js";

/** How many deliveries of a connection are in a state. */
export interface DeliveryCount {
  connectionId: string;
  state: string;
  count: number;
}

/** The number of deliveries by connection and state, over all tenants; states without any are left out. */
export async function countDeliveries(database: Queryable): Promise<DeliveryCount[]> {
  const rows = await database.query<{ connection_id: string; state: string; count: string }>(
    "select connection_id, state, count(*) as count from delivery group by connection_id, state",
  );
  return rows.map((row) => ({ connectionId: row.connection_id, state: row.state, count: Number(row.count) }));
}
