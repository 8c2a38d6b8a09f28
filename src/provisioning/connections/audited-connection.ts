import type { Connection } from "../../persistence/connection-store.js";
import type { JsonObject } from "../../scim/schema/attribute.js";

/**
 * What the audit tells of a connection: its settings under the names of the admin API. Sealed secrets are compared and
 * told as "[secret]", which their place below `secrets` sees to.
 */
export function auditedConnection(connection: Connection): JsonObject {
  return {
    connector: connection.connector,
    name: connection.name,
    config: connection.config,
    secrets: connection.secrets,
    scope: connection.scope,
    mapping: connection.mapping,
    policy: connection.policy,
    schedule: connection.schedule,
    enabled: connection.enabled,
  };
}
