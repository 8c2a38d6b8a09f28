import { EntitySchema } from "typeorm";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { moment, optionalMoment, uuidKey, version } from "./column-types.js";

/** Why a whole connection stands still, in the administrator's terms. */
export interface PauseReason {
  /** The vendor's code, or a word of ours. */
  code: string;
  message: string;
  /** What an administrator can do about it. */
  remedy?: string;
  /** The same two in Simplified Chinese. */
  zh?: { message: string; remedy?: string };
}

/** One configured corp of one vendor. */
export interface Connection {
  tenantId: string;
  id: string;
  /** The connector's name, e.g. "dingtalk". */
  connector: string;
  name: string;
  /** Which corp it is; a tenant has at most one connection of a connector to it. */
  corpKey: string;
  /** Settings that are not secret. */
  config: JsonObject;
  /** Setting name to encrypted text. */
  secrets: Record<string, string>;
  scope: JsonObject;
  mapping: JsonObject;
  policy: JsonObject;
  schedule: JsonObject;
  enabled: boolean;
  /** Raised by every change an administrator makes; not by a pause. */
  version: number;
  /** No delivery is attempted before; null when it is not paused. */
  pausedUntil: Date | null;
  /** When the first of the pauses in a row began. */
  pausedSince: Date | null;
  pauseReason: PauseReason | null;
  /** Pauses in a row since the last success. */
  pauseCount: number;
  createdAt: Date;
  modifiedAt: Date;
}

export const ConnectionEntity = new EntitySchema<Connection>({
  name: "Connection",
  tableName: "connection",
  columns: {
    tenantId: uuidKey("tenant_id"),
    id: uuidKey("id"),
    connector: { type: "text" },
    name: { type: "text" },
    corpKey: { name: "corp_key", type: "text" },
    config: { type: "jsonb" },
    secrets: { type: "jsonb" },
    scope: { type: "jsonb" },
    mapping: { type: "jsonb" },
    policy: { type: "jsonb" },
    schedule: { type: "jsonb" },
    enabled: { type: "boolean" },
    version: version("version"),
    pausedUntil: optionalMoment("paused_until"),
    pausedSince: optionalMoment("paused_since"),
    pauseReason: { name: "pause_reason", type: "jsonb", nullable: true },
    pauseCount: { name: "pause_count", type: "integer" },
    createdAt: moment("created_at"),
    modifiedAt: moment("modified_at"),
  },
});
