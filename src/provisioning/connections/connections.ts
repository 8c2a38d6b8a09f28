import { type AuditContext, appendAudit } from "../../audit/append-audit.js";
import type {
  ConnectionReport,
  Connector,
  ConnectorDeps,
  ConnectorSession,
  Pacer,
} from "../../connectors/connector.js";
import type { AppendBacklog } from "../../outbox/append-backlog.js";
import {
  type Connection,
  findConnection,
  insertConnection,
  listConnections,
  resumeConnection,
  updateConnection,
} from "../../persistence/connection-store.js";
import { type Database, type Queryable, UniqueViolation } from "../../persistence/database.js";
import { forgetEventHints } from "../../persistence/event-store.js";
import type { Clock } from "../../platform/clock.js";
import { newId } from "../../platform/ids.js";
import type { SecretBox } from "../../platform/secret-box.js";
import { takesEvents } from "../events/takes-events.js";
import { reasonFor } from "../reasons.js";
import { storedScope } from "../scope/root-group.js";
import { ScopeChangeUnconfirmedError, scopeImpact } from "../scope/scope-impact.js";
import { auditedConnection } from "./audited-connection.js";
import { type ConnectionUpdate, changesCalls, mustCatchUp, type NewConnection } from "./connection-change.js";
import {
  ConnectionExistsError,
  ConnectionInUseError,
  ConnectionNotFoundError,
  InvalidConnectionError,
} from "./connection-errors.js";
import { type ConnectionQueue, measureQueue } from "./connection-queue.js";
import { changeSettings, openSettings, type StoredSettings, sealSettings } from "./connection-settings.js";
import { findByCorp, isLinked, lockConnection } from "./find-connections.js";
import { forgetConnection } from "./forget-connection.js";

export type { Connection } from "../../persistence/connection-store.js";

/** On whose behalf a connection is changed. */
export interface ConnectionContext extends AuditContext {
  correlationId: string;
}

/** The configured connections of every tenant. */
export interface Connections {
  /** In the order of their ids, beginning after `after`. */
  list(tenantId: string, page: { after?: string; limit: number }): Promise<Connection[]>;
  /** @throws InvalidConnectionError, ConnectionExistsError */
  create(context: ConnectionContext, input: NewConnection): Promise<Connection>;
  /** @throws ConnectionNotFoundError */
  get(tenantId: string, id: string): Promise<Connection>;
  /** What waits at the connection, and for how long. */
  queue(connection: Connection): Promise<ConnectionQueue>;
  /**
   * Changes a connection, or switches it on or off, in one transaction. Switching on, and changing what is sent
   * through a connection that is on, orders a delivery of every resource; new settings also end a pause.
   * @throws ConnectionNotFoundError, InvalidConnectionError, ConnectionExistsError, and ConnectionInUseError where
   * another corp is named although resources are linked to the present one; ScopeChangeUnconfirmedError where linked
   * people or departments would leave the scope and `confirm` does not say that they may
   */
  update(context: ConnectionContext, id: string, change: ConnectionUpdate): Promise<Connection>;
  /** `update` with `enabled: true`. */
  enable(context: ConnectionContext, id: string): Promise<Connection>;
  /** `update` with `enabled: false`. Deliveries rest where they are. */
  disable(context: ConnectionContext, id: string): Promise<Connection>;
  /**
   * Removes a connection with its deliveries.
   * @throws ConnectionNotFoundError, and ConnectionInUseError while it is on or resources are linked through it
   */
  remove(context: ConnectionContext, id: string): Promise<void>;
  /**
   * Has new keys made for the events that the vendor pushes, in place of those there were, and answers them: they are
   * shown this once, to be entered at the vendor.
   * @throws ConnectionNotFoundError, and InvalidConnectionError where the connector takes no events
   */
  renewEventKeys(
    context: ConnectionContext,
    id: string,
  ): Promise<{ connection: Connection; keys: Record<string, string> }>;
  /** Tries a connection, on or off, without writing anything. @throws ConnectionNotFoundError */
  test(context: ConnectionContext, id: string): Promise<ConnectionReport>;
  /**
   * Opens a session to the corp; the caller closes it. The connection's `version` tells when its settings changed.
   * @throws InvalidConnectionError where the connector is not part of this version or a secret cannot be opened
   */
  openSession(
    connection: Connection,
    options?: Pick<ConnectorDeps, "onCall" | "rehearsal">,
  ): ConnectorSession;
}

/** What the connections work with. */
export interface ConnectionsDeps {
  database: Database;
  clock: Clock;
  secretBox: SecretBox;
  connectors: { get(id: string): Connector | undefined };
  outbox: { appendBacklog: AppendBacklog };
  /** The pacer that every session of a connection shares. */
  pacerFor(
    connection: Pick<Connection, "tenantId" | "id">,
    settings: Readonly<Record<string, string>>,
  ): Pacer;
}

/** Creates the service over the connection table. */
export function createConnections(deps: ConnectionsDeps): Connections {
  const { database, clock, secretBox } = deps;

  function connectorOf(id: string): Connector {
    const connector = deps.connectors.get(id);
    if (connector === undefined)
      throw new InvalidConnectionError("connector", `"${id}" is not a known connector`);
    return connector;
  }

  async function get(tenantId: string, id: string): Promise<Connection> {
    const connection = await findConnection(database, { tenantId, id });
    if (connection === undefined) throw new ConnectionNotFoundError(id);
    return connection;
  }

  /** Runs a write; the refusal of a second connection to a corp names the first. */
  async function namingTheFirst<T>(
    write: Promise<T>,
    wanted: { tenantId: string; connector: Connector; corpKey: () => string },
  ): Promise<T> {
    try {
      return await write;
    } catch (error) {
      if (!(error instanceof UniqueViolation)) throw error;
      const { id: connector, corpSetting } = wanted.connector.descriptor;
      const first = await findByCorp(database, wanted.tenantId, connector, wanted.corpKey());
      throw first === undefined ? error : new ConnectionExistsError(first, corpSetting);
    }
  }

  function openSession(
    connection: Connection,
    options: Pick<ConnectorDeps, "onCall" | "rehearsal"> = {},
  ): ConnectorSession {
    const settings = openSettings(connection, secretBox);
    const pacer = deps.pacerFor(connection, settings.plain);
    return connectorOf(connection.connector).open(settings, { clock, pacer, ...options });
  }

  async function update(
    context: ConnectionContext,
    id: string,
    change: ConnectionUpdate,
  ): Promise<Connection> {
    const { tenantId } = context;
    const connector = connectorOf((await get(tenantId, id)).connector);
    const { config, confirm, ...columns } = change;
    let corpKey = "";
    const write = database.transaction(async (tx) => {
      const before = await lockConnection(tx, tenantId, id);
      const settings: Partial<StoredSettings> =
        config === undefined ? {} : changeSettings(before, config, connector, secretBox);
      corpKey = settings.corpKey ?? before.corpKey;
      if (corpKey !== before.corpKey && (await isLinked(tx, tenantId, id))) {
        throw new ConnectionInUseError(
          "linked",
          `Resources are linked to the present ${connector.descriptor.corpSetting}; make another connection for another corp.`,
        );
      }
      if (columns.scope !== undefined) {
        columns.scope = await storedScope(tx, tenantId, columns.scope);
        const scopes = { before: before.scope, after: columns.scope };
        if (confirm !== true) await refuseUnconfirmed(tx, before, scopes);
      }
      const now = clock.now();
      const given = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
      const after = await updateConnection(tx, before, before.version, { ...given, ...settings }, now);
      if (after === undefined) throw new ConnectionNotFoundError(id);
      await appendAudit(
        tx,
        { ...context, now },
        {
          object: { type: "connection", id, name: after.name },
          verb: "changed",
          before: auditedConnection(before),
          after: auditedConnection(after),
        },
      );
      if (changesCalls(change) || (after.enabled && !before.enabled)) await resumeConnection(tx, before);
      if (!takesEvents(after)) await forgetEventHints(tx, { tenantId, connectionId: id });
      if (mustCatchUp(before, after, change)) {
        const { correlationId } = context;
        const departmentFirst = reasonFor("department-first");
        await deps.outbox.appendBacklog(tx, {
          tenantId,
          connectionId: id,
          correlationId,
          now,
          departmentFirst,
        });
      }
    });
    await namingTheFirst(write, { tenantId, connector, corpKey: () => corpKey });
    return get(tenantId, id);
  }

  return {
    list: (tenantId, page) => listConnections(database, tenantId, page),
    get,
    queue: (connection) => measureQueue(database, connection, clock.now()),
    update,
    enable: (context, id) => update(context, id, { enabled: true }),
    disable: (context, id) => update(context, id, { enabled: false }),
    openSession,

    async create(context, { connector: connectorId, config, ...columns }) {
      const { tenantId } = context;
      const connector = connectorOf(connectorId);
      const id = newId();
      const now = clock.now();
      const settings = sealSettings(id, config, connector, secretBox);
      const connection: Connection = {
        ...columns,
        scope: await storedScope(database, tenantId, columns.scope),
        ...settings,
        tenantId,
        id,
        connector: connectorId,
        enabled: false,
        version: 1,
        pausedUntil: null,
        pausedSince: null,
        pauseReason: null,
        pauseCount: 0,
        createdAt: now,
        modifiedAt: now,
      };
      const write = database.transaction(async (tx) => {
        await insertConnection(tx, connection);
        const object = { type: "connection", id, name: connection.name } as const;
        const after = auditedConnection(connection);
        await appendAudit(tx, { ...context, now }, { object, verb: "created", after });
      });
      await namingTheFirst(write, { tenantId, connector, corpKey: () => settings.corpKey });
      return get(tenantId, id);
    },

    async renewEventKeys(context, id) {
      const { connector } = await get(context.tenantId, id);
      const keys = connectorOf(connector).events?.generateKeys();
      if (keys === undefined) throw new InvalidConnectionError("connector", "takes no events");
      return { connection: await update(context, id, { config: keys }), keys };
    },

    async remove(context, id) {
      const { tenantId } = context;
      await database.transaction(async (tx) => {
        const connection = await lockConnection(tx, tenantId, id);
        if (connection.enabled) throw new ConnectionInUseError("enabled", "Disable the connection first.");
        if (await isLinked(tx, tenantId, id)) {
          const message =
            "Accounts or departments are linked through this connection; leave it disabled instead.";
          throw new ConnectionInUseError("linked", message);
        }
        await forgetConnection(tx, connection);
        const object = { type: "connection", id, name: connection.name } as const;
        const before = auditedConnection(connection);
        await appendAudit(tx, { ...context, now: clock.now() }, { object, verb: "removed", before });
      });
    },

    async test({ tenantId, correlationId }, id) {
      const session = openSession(await get(tenantId, id));
      try {
        return await session.test({ correlationId });
      } finally {
        await session.close();
      }
    },
  };
}

/** @throws ScopeChangeUnconfirmedError with the numbers */
async function refuseUnconfirmed(
  tx: Queryable,
  connection: Connection,
  scopes: Parameters<typeof scopeImpact>[2],
): Promise<void> {
  const impact = await scopeImpact(tx, connection, scopes);
  if (impact.peopleLeaving + impact.departmentsLeaving > 0) throw new ScopeChangeUnconfirmedError(impact);
}
