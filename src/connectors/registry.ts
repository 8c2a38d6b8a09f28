import type { Connector } from "./connector.js";
import { createDingTalkConnector } from "./dingtalk/index.js";

/** The connectors this process knows, by their id. */
export interface ConnectorRegistry {
  get(id: string): Connector | undefined;
  list(): readonly Connector[];
}

/** Makes a registry. @throws Error when two connectors have the same id */
export function createConnectorRegistry(
  connectors: readonly Connector[] = builtInConnectors(),
): ConnectorRegistry {
  const byId = new Map(connectors.map((connector) => [connector.descriptor.id, connector]));
  if (byId.size !== connectors.length) throw new Error("two connectors have the same id");
  return { get: (id) => byId.get(id), list: () => connectors };
}

function builtInConnectors(): Connector[] {
  return [createDingTalkConnector()];
}
