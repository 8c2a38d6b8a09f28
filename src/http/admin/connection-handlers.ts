import type { Request, RequestHandler } from "express";
import { z } from "zod";
import type { Clock } from "../../platform/clock.js";
import type { Connection, Connections } from "../../provisioning/connections/connections.js";
import type { EventAddresses } from "../../provisioning/events/event-address.js";
import type { Runs } from "../../provisioning/reconciliation/runs.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { queryOf } from "../middleware/request-state.js";
import { administratorOf } from "./administrator.js";
import { connectionChangeSchema, newConnectionSchema } from "./connection-input.js";
import { readCursor, toPage } from "./cursor.js";
import { presentConnection, presentEventKeys, SECRET_MASK } from "./present-connection.js";
import { pageFields, readId, readInput } from "./read-input.js";

/** What the connection endpoints work with. */
export interface ConnectionHandlerDeps {
  connections: Connections;
  runs: Pick<Runs, "last">;
  eventAddresses: EventAddresses;
  clock: Clock;
  /** Address of `/admin/v1`, without a slash at its end. */
  baseUrl: string;
}

/** The handlers of `/admin/v1/connections`, by operation. */
export interface ConnectionHandlers {
  list: RequestHandler;
  create: RequestHandler;
  read: RequestHandler;
  change: RequestHandler;
  remove: RequestHandler;
  test: RequestHandler;
  renewEventKeys: RequestHandler;
}

const listQuery = z.strictObject(pageFields);

/** Administration of the connections. Secrets are written, never shown: a mask stands for each. */
export function createConnectionHandlers({
  connections,
  runs,
  eventAddresses,
  clock,
  baseUrl,
}: ConnectionHandlerDeps): ConnectionHandlers {
  /** Connections with what is known about their last runs and events. */
  async function present(tenantId: string, rows: readonly Connection[]): Promise<JsonObject[]> {
    const last = await runs.last(
      tenantId,
      rows.map((row) => row.id),
    );
    const events = await eventAddresses.describe(tenantId, rows);
    const now = clock.now();
    return rows.map((row) =>
      presentConnection(row, {
        lastRun: last.find(({ run }) => run.connectionId === row.id),
        events: events.get(row.id),
        now,
      }),
    );
  }

  async function presentOne(connection: Connection): Promise<JsonObject | undefined> {
    return (await present(connection.tenantId, [connection]))[0];
  }

  return {
    async list(request, response) {
      const { cursor, limit } = readInput(listQuery, { ...queryOf(request) });
      const after = readCursor(cursor);
      const { tenantId } = administratorOf(request);
      const rows = await connections.list(tenantId, {
        limit: limit + 1,
        ...(after !== undefined && { after }),
      });
      const shown = await present(tenantId, rows);
      const items = rows.map((row, index) => ({ id: row.id, shown: shown[index] }));
      response.json(toPage(items, limit, (item) => item.shown));
    },

    async create(request, response) {
      const { enabled: _off, ...input } = readInput(newConnectionSchema, request.body);
      const connection = await connections.create(administratorOf(request), input);
      response.status(201).location(`${baseUrl}/connections/${connection.id}`);
      response.json(await presentOne(connection));
    },

    async read(request, response) {
      const connection = await connections.get(administratorOf(request).tenantId, idOf(request));
      response.json({ ...(await presentOne(connection)), queue: await connections.queue(connection) });
    },

    async change(request, response) {
      const { config, ...rest } = readInput(connectionChangeSchema, request.body);
      const change = { ...rest, ...(config !== undefined && { config: withoutMasks(config) }) };
      const connection = await connections.update(administratorOf(request), idOf(request), change);
      response.json(await presentOne(connection));
    },

    async remove(request, response) {
      await connections.remove(administratorOf(request), idOf(request));
      response.status(204).end();
    },

    async renewEventKeys(request, response) {
      const { connection, keys } = await connections.renewEventKeys(administratorOf(request), idOf(request));
      response.status(201).json({ address: eventAddresses.of(connection), ...presentEventKeys(keys) });
    },

    async test(request, response) {
      response.json(await connections.test(administratorOf(request), idOf(request)));
    },
  };
}

function idOf(request: Request): string {
  return readId(request.params.id);
}

/** A form that was filled from a read sends the masks back; they mean "as it was", like a blank. */
function withoutMasks<T>(config: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== SECRET_MASK));
}
