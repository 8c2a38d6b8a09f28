import type { Connection } from "../../provisioning/connections/connections.js";
import type { Run } from "../../provisioning/reconciliation/runs.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { presentLastRun } from "./present-run.js";

/** What stands for a stored secret; its length tells nothing about the secret. */
export const SECRET_MASK = "••••••••";

/** A connection as the admin API shows it. `now` decides whether a pause is still on. */
export function presentConnection(connection: Connection, lastRun: Run | undefined, now: Date): JsonObject {
  const masked = Object.fromEntries(Object.keys(connection.secrets).map((name) => [name, SECRET_MASK]));
  return {
    id: connection.id,
    connector: connection.connector,
    name: connection.name,
    config: { ...connection.config, ...masked },
    scope: connection.scope,
    mapping: connection.mapping,
    policy: connection.policy,
    schedule: connection.schedule,
    enabled: connection.enabled,
    state: stateOf(connection, now),
    pausedUntil: connection.pausedUntil?.toISOString() ?? null,
    pauseReason: connection.pauseReason === null ? null : { ...connection.pauseReason },
    lastRun: presentLastRun(lastRun, now),
    version: connection.version,
    createdAt: connection.createdAt.toISOString(),
    modifiedAt: connection.modifiedAt.toISOString(),
  };
}

function stateOf(connection: Connection, now: Date): "disabled" | "active" | "quarantined" {
  if (!connection.enabled) return "disabled";
  return connection.pausedUntil !== null && connection.pausedUntil > now ? "quarantined" : "active";
}
