import type { Connection } from "../../provisioning/connections/connections.js";
import type { CountedRun } from "../../provisioning/reconciliation/runs.js";
import { nextFireTimes, readSchedule } from "../../provisioning/reconciliation/schedule.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { presentLastRun } from "./present-run.js";

/** What stands for a stored secret; its length tells nothing about the secret. */
export const SECRET_MASK = "••••••••";

/** A connection as the admin API shows it. `now` decides how old its last run is. */
export function presentConnection(
  connection: Connection,
  lastRun: CountedRun | undefined,
  now: Date,
): JsonObject {
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
    state: stateOf(connection),
    pausedSince: connection.pausedSince?.toISOString() ?? null,
    pausedUntil: connection.pausedUntil?.toISOString() ?? null,
    pauseReason: connection.pauseReason === null ? null : { ...connection.pauseReason },
    lastRun: presentLastRun(lastRun, now),
    nextRuns: connection.enabled ? nextRuns(connection, now) : [],
    version: connection.version,
    createdAt: connection.createdAt.toISOString(),
    modifiedAt: connection.modifiedAt.toISOString(),
  };
}

function stateOf({ enabled, pauseCount }: Connection): "disabled" | "active" | "quarantined" {
  if (!enabled) return "disabled";
  return pauseCount > 0 ? "quarantined" : "active";
}

/** How many of the coming scheduled runs are shown. */
const SHOWN_RUNS = 5;

function nextRuns({ schedule }: Connection, now: Date): string[] {
  return nextFireTimes(readSchedule(schedule), now, SHOWN_RUNS).map((time) => time.toISOString());
}
