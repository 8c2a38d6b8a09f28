import type { Connection } from "../../persistence/connection-store.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import type { GivenSettings } from "./connection-settings.js";

/** A connection to be made. It starts switched off. */
export interface NewConnection {
  connector: string;
  name: string;
  config: GivenSettings;
  scope: JsonObject;
  mapping: JsonObject;
  policy: JsonObject;
  schedule: JsonObject;
}

/** What to change; what is absent or undefined stays. */
export type ConnectionUpdate = {
  [K in keyof Omit<NewConnection, "connector">]?: NewConnection[K] | undefined;
} & {
  enabled?: boolean | undefined;
  /** That people or departments may leave the scope by this change. */
  confirm?: boolean | undefined;
};

/** Whether everything has to be looked at again: the connection is on, and was off or sends other things now. */
export function mustCatchUp(before: Connection, after: Connection, change: ConnectionUpdate): boolean {
  if (!after.enabled) return false;
  if (!before.enabled) return true;
  if (changesCalls(change)) return true;
  return [change.scope, change.mapping, change.policy].some((part) => part !== undefined);
}

/** Whether settings change that calls to the vendor are made with: those of the events that it pushes are not. */
export function changesCalls({ config = {} }: ConnectionUpdate): boolean {
  return Object.keys(config).some((name) => !name.startsWith("events."));
}
