import type { Connector } from "../../connectors/connector.js";
import { type EventRefusal, EventRefusedError, type VendorEvent } from "../../connectors/events.js";
import { type Connection, findConnectionOfAnyTenant } from "../../persistence/connection-store.js";
import type { Database } from "../../persistence/database.js";
import { insertEventHints, insertEventReceipt } from "../../persistence/event-store.js";
import type { Clock } from "../../platform/clock.js";
import { isId } from "../../platform/ids.js";
import type { SecretBox } from "../../platform/secret-box.js";
import { openSettings } from "../connections/connection-settings.js";
import { takesEvents } from "./takes-events.js";

/** Tells workers that there are records to look at. Only a hint: they poll as well. */
export const EVENT_CHANNEL = "event_due";

/**
 * What became of a push.
 *
 * - `kept`: it names records that will be looked at
 * - `repeated`: it was kept before
 * - `off`: the connection, or its reception of events, is switched off
 * - `check`: the vendor only tried the address
 * - `unrelated`: it is not about people or departments
 */
export type PushOutcome = "kept" | "repeated" | "off" | "check" | "unrelated";

/** A push that was taken, or refused. */
export interface PushNote {
  connector: string;
  connectionId: string;
  correlationId: string;
  outcome: PushOutcome | EventRefusal;
  /** Why it was refused, for our log. */
  detail?: string;
}

/** A push as it came in, at the address of a connection. Nothing in it has been checked. */
export interface IncomingPush {
  connector: string;
  connectionId: string;
  correlationId: string;
  query: Readonly<Record<string, string | undefined>>;
  body: unknown;
}

/** Takes what vendors push. */
export interface EventIntake {
  /**
   * Keeps an event, once, so that it is not lost any more when this ends, and answers what the vendor wants to read.
   * @throws EventRefusedError; `not-configured` also where there is no such connection
   */
  receive(push: IncomingPush): Promise<Record<string, string>>;
}

/** What the intake works with. */
export interface EventIntakeDeps {
  database: Database;
  clock: Clock;
  secretBox: SecretBox;
  connectors: { get(id: string): Connector | undefined };
  /** Told of each push to a connection that exists, for log and metrics. */
  onPush(note: PushNote): void;
}

/** A burst about one record becomes one look, and our own writes are settled before it: in milliseconds. */
const LOOK_AFTER_MS = 1_000;

/** Makes the intake. */
export function createEventIntake(deps: EventIntakeDeps): EventIntake {
  const { database, clock, secretBox } = deps;

  async function findListening(
    push: IncomingPush,
  ): Promise<{ connection: Connection; connector: Connector }> {
    const connector = deps.connectors.get(push.connector);
    const connection = isId(push.connectionId)
      ? await findConnectionOfAnyTenant(database, push.connectionId)
      : undefined;
    if (connector?.events === undefined || connection?.connector !== push.connector) throw notConfigured();
    return { connection, connector };
  }

  async function keep(
    connection: Connection,
    event: VendorEvent,
    correlationId: string,
  ): Promise<PushOutcome> {
    const { tenantId, id: connectionId } = connection;
    const isOn = connection.enabled && takesEvents(connection);
    // A check is remembered in any case: it is how an administrator sees that the vendor finds the way here.
    if (!isOn && !event.isCheck) return "off";
    const receivedAt = clock.now();
    const receipt = { tenantId, connectionId, eventId: event.id, eventType: event.type, receivedAt };
    const isNew = await database.transaction(async (tx) => {
      if (!(await insertEventReceipt(tx, receipt))) return false;
      await insertEventHints(tx, {
        tenantId,
        connectionId,
        records: event.records.map(({ type, remoteId }) => ({
          resourceType: type === "user" ? "User" : "Group",
          remoteId,
        })),
        eventType: event.type,
        correlationId,
        receivedAt,
        dueAt: new Date(receivedAt.getTime() + LOOK_AFTER_MS),
      });
      return true;
    });
    if (event.isCheck) return "check";
    if (!isNew) return "repeated";
    if (event.records.length === 0) return "unrelated";
    database.hint(EVENT_CHANNEL);
    return "kept";
  }

  return {
    async receive(push) {
      const { connection, connector } = await findListening(push);
      const { query, body, correlationId, connectionId } = push;
      const note = { connector: connection.connector, connectionId, correlationId };
      try {
        const settings = openSettings(connection, secretBox);
        const received = connector.events?.receive(settings, { query, body, receivedAt: clock.now() });
        if (received === undefined) throw notConfigured();
        deps.onPush({ ...note, outcome: await keep(connection, received.event, correlationId) });
        return received.answer;
      } catch (error) {
        if (error instanceof EventRefusedError) {
          deps.onPush({ ...note, outcome: error.refusal, detail: error.message });
        }
        throw error;
      }
    },
  };
}

function notConfigured(): EventRefusedError {
  return new EventRefusedError("not-configured", "No connection takes events at this address.");
}
