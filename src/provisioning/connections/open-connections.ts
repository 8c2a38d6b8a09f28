import type { Connector, ConnectorSession, VendorCall } from "../../connectors/connector.js";
import { type Connection, findConnection } from "../../persistence/connection-store.js";
import type { Database } from "../../persistence/database.js";
import { readMapping } from "../mapping/mapping.js";
import { findRootGroup } from "../scope/root-group.js";
import { readScopeRules } from "../scope/scope-rules.js";
import type { OpenConnections } from "./connection-at-work.js";
import { ConnectionNotFoundError } from "./connection-errors.js";
import { readPolicy } from "./policy.js";

/** What keeps connections open. */
export interface OpenConnectionsDeps {
  database: Database;
  connectors: { get(id: string): Connector | undefined };
  openSession(connection: Connection, options: { onCall: (call: VendorCall) => void }): ConnectorSession;
  /** Told of every vendor call, with the id of the connector that made it. */
  onCall(call: VendorCall, connector: string): void;
}

/**
 * Sessions by connection, opened on first use and opened anew when an administrator has changed the settings (the
 * connection's version tells). The row itself is read each time: it is one look-up by key, and rules changed a
 * moment ago hold for the next delivery.
 */
export function createOpenConnections(deps: OpenConnectionsDeps): OpenConnections {
  const open = new Map<string, { version: number; session: ConnectorSession }>();

  function sessionOf(connection: Connection): ConnectorSession {
    const present = open.get(connection.id);
    if (present !== undefined && present.version === connection.version) return present.session;
    const session = deps.openSession(connection, {
      onCall: (call) => deps.onCall(call, connection.connector),
    });
    open.set(connection.id, { version: connection.version, session });
    // Deliveries that still use the old session end with an error that is retried.
    if (present !== undefined) void present.session.close().catch(() => undefined);
    return session;
  }

  return {
    async use(tenantId, connectionId) {
      const connection = await findConnection(deps.database, { tenantId, id: connectionId });
      const descriptor = connection && deps.connectors.get(connection.connector)?.descriptor;
      if (connection === undefined || descriptor === undefined)
        throw new ConnectionNotFoundError(connectionId);
      const rootGroupId = await findRootGroup(deps.database, tenantId, connection.scope);
      const configuredRoot = connection.config["rootDepartmentId"];
      const policy = readPolicy(connection.policy);
      return {
        id: connectionId,
        descriptor,
        session: sessionOf(connection),
        policy,
        mapping: { ...readMapping(connection.mapping), roles: policy.groupsAsRoles.enabled },
        leavesOut: readScopeRules(connection.scope),
        rootDepartmentId:
          typeof configuredRoot === "string" ? configuredRoot : descriptor.defaultRootDepartmentId,
        ...(rootGroupId === undefined ? {} : { rootGroupId }),
      };
    },
    async close() {
      await Promise.all([...open.values()].map(({ session }) => session.close()));
      open.clear();
    },
  };
}
