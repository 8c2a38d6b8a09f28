import { EVENTS_ENABLED } from "../../connectors/events.js";
import { connectionState } from "../../provisioning/connections/connection-state.js";
import type { Connection } from "../../provisioning/connections/connections.js";
import type { EventReceptionState } from "../../provisioning/events/event-address.js";
import type { CountedRun } from "../../provisioning/reconciliation/runs.js";
import { nextFireTimes, readSchedule } from "../../provisioning/reconciliation/schedule.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { presentLastRun } from "./present-run.js";

/** What stands for a stored secret; its length tells nothing about the secret. */
export const SECRET_MASK = "••••••••";

/** What is known about a connection besides its row. */
export interface ConnectionNews {
  lastRun: CountedRun | undefined;
  /** Absent where its connector takes no events. */
  events: EventReceptionState | undefined;
  /** Decides how old the last run is. */
  now: Date;
}

/** A connection as the admin API shows it. */
export function presentConnection(
  connection: Connection,
  { lastRun, events, now }: ConnectionNews,
): JsonObject {
  const masked = Object.fromEntries(Object.keys(connection.secrets).map((name) => [name, SECRET_MASK]));
  return {
    id: connection.id,
    connector: connection.connector,
    name: connection.name,
    config: nested({ ...connection.config, ...masked, ...(events && { [EVENTS_ENABLED]: events.enabled }) }),
    scope: connection.scope,
    mapping: connection.mapping,
    policy: connection.policy,
    schedule: connection.schedule,
    enabled: connection.enabled,
    state: connectionState(connection),
    pausedSince: connection.pausedSince?.toISOString() ?? null,
    pausedUntil: connection.pausedUntil?.toISOString() ?? null,
    pauseReason: connection.pauseReason === null ? null : { ...connection.pauseReason },
    events: presentEvents(events),
    lastRun: presentLastRun(lastRun, now),
    nextRuns: connection.enabled ? nextRuns(connection, now) : [],
    version: connection.version,
    createdAt: connection.createdAt.toISOString(),
    modifiedAt: connection.modifiedAt.toISOString(),
  };
}

/** New keys of an event subscription, by the names that the vendor's console has for them. */
export function presentEventKeys(keys: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(keys).map(([name, value]) => [name.replace(/^.*\./, ""), value]));
}

function presentEvents(events: EventReceptionState | undefined): JsonObject | null {
  if (events === undefined) return null;
  const { address, enabled, lastReceivedAt, waiting } = events;
  return { address, enabled, lastReceivedAt: lastReceivedAt?.toISOString() ?? null, waiting };
}

/** Settings such as `events.token` as members of an object `events`, as they are entered. */
function nested(settings: JsonObject): JsonObject {
  const shown: JsonObject = {};
  const groups: Record<string, JsonObject> = {};
  for (const [name, value] of Object.entries(settings)) {
    const [group = "", member] = name.split(".", 2);
    if (member === undefined) shown[name] = value;
    else groups[group] = { ...groups[group], [member]: value };
  }
  return { ...shown, ...groups };
}

/** How many of the coming scheduled runs are shown. */
const SHOWN_RUNS = 5;

function nextRuns({ schedule }: Connection, now: Date): string[] {
  return nextFireTimes(readSchedule(schedule), now, SHOWN_RUNS).map((time) => time.toISOString());
}
