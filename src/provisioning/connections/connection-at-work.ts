import type { ConnectorDescriptor, ConnectorSession } from "../../connectors/connector.js";
import type { Mapping } from "../mapping/mapping.js";
import type { ScopeRules } from "../scope/scope-rules.js";
import type { Policy } from "./policy.js";

/** One enabled connection as a delivery uses it: opened, its rules read. */
export interface ConnectionAtWork {
  id: string;
  descriptor: ConnectorDescriptor;
  session: ConnectorSession;
  policy: Policy;
  mapping: Mapping;
  /** Whether the include and exclude rules of the scope leave a person out. */
  leavesOut: ScopeRules;
  /** Remote id of the department below which everything of ours lies. */
  rootDepartmentId: string;
  /** The group that stands for that department, where the connection names one. */
  rootGroupId?: string;
}

/** Opens connections for deliveries and keeps them open while their settings stay the same. */
export interface OpenConnections {
  /** @throws Error when the connection does not exist any more or its secrets cannot be decrypted. */
  use(tenantId: string, connectionId: string): Promise<ConnectionAtWork>;
  /** Closes every session. */
  close(): Promise<void>;
}
