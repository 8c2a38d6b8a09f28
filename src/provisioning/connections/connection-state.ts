import type { Connection } from "../../persistence/connection-store.js";
import type { Queryable } from "../../persistence/database.js";

/** What a connection can be doing; `quarantined` means that it rests and is tried by one delivery at a time. */
export const CONNECTION_STATES = ["disabled", "active", "quarantined"] as const;

/** One of {@link CONNECTION_STATES}. */
export type ConnectionState = (typeof CONNECTION_STATES)[number];

/** What a connection is doing, as its row tells. */
export function connectionState({
  enabled,
  pauseCount,
}: Pick<Connection, "enabled" | "pauseCount">): ConnectionState {
  if (!enabled) return "disabled";
  return pauseCount > 0 ? "quarantined" : "active";
}

/** A connection and what it is doing, for measurements. */
export interface ObservedConnection {
  id: string;
  connector: string;
  state: ConnectionState;
}

/** All connections of all tenants. */
export async function observeConnections(database: Queryable): Promise<ObservedConnection[]> {
  const rows = await database.query<Pick<Connection, "id" | "connector" | "enabled" | "pauseCount">>(
    `select id, connector, enabled, pause_count as "pauseCount" from connection`,
  );
  return rows.map((row) => ({ id: row.id, connector: row.connector, state: connectionState(row) }));
}
