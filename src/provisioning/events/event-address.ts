import type { Connector } from "../../connectors/connector.js";
import { EVENTS_BASE_URL } from "../../connectors/events.js";
import type { Connection } from "../../persistence/connection-store.js";
import type { Database } from "../../persistence/database.js";
import { summariseEvents } from "../../persistence/event-store.js";
import { takesEvents } from "./takes-events.js";

/** Where a connection takes events, and whether any came. */
export interface EventReceptionState {
  /** What is to be entered at the vendor. */
  address: string;
  enabled: boolean;
  /** When the newest of the last seven days came in. */
  lastReceivedAt: Date | null;
  /** Records that are still to be looked at. */
  waiting: number;
}

/** Tells administrators about the reception of events. */
export interface EventAddresses {
  /** The state of each of these connections, by id; those of connectors that take no events have none. */
  describe(tenantId: string, connections: readonly Connection[]): Promise<Map<string, EventReceptionState>>;
  /** The address of a connection. */
  of(connection: Connection): string;
}

/** Makes the service. `publicUrl` is what addresses begin with unless a connection says otherwise. */
export function createEventAddresses(deps: {
  database: Database;
  connectors: { get(id: string): Connector | undefined };
  publicUrl: string;
}): EventAddresses {
  function of({ id, connector, config }: Connection): string {
    const own = config[EVENTS_BASE_URL];
    const base = typeof own === "string" ? own : deps.publicUrl;
    return `${base.replace(/\/+$/, "")}/connectors/${connector}/${id}/events`;
  }
  return {
    of,
    async describe(tenantId, connections) {
      const listening = connections.filter(
        ({ connector }) => deps.connectors.get(connector)?.events !== undefined,
      );
      if (listening.length === 0) return new Map();
      const summaries = await summariseEvents(
        deps.database,
        tenantId,
        listening.map(({ id }) => id),
      );
      return new Map(
        listening.map((one) => {
          const { lastAt = null, waiting = 0 } = summaries.get(one.id) ?? {};
          return [one.id, { address: of(one), enabled: takesEvents(one), lastReceivedAt: lastAt, waiting }];
        }),
      );
    },
  };
}
