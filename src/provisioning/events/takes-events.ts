import { EVENTS_ENABLED } from "../../connectors/events.js";
import type { Connection } from "../../persistence/connection-store.js";

/** Whether a connection takes the events of its vendor. */
export function takesEvents({ config }: Pick<Connection, "config">): boolean {
  return config[EVENTS_ENABLED] === "true";
}
