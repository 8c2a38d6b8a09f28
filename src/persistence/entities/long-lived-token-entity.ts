import { EntitySchema } from "typeorm";
import { moment, optionalMoment, texts, uuidKey } from "./column-types.js";

/** A bearer token that an administrator made for a client: only its hash is known. */
export interface LongLivedToken {
  tenantId: string;
  id: string;
  /** The `id` of the OauthClient. */
  clientRef: string;
  tokenHash: string;
  /** For administrators. */
  name: string;
  /** The last four characters of the token, to tell several apart. */
  hint: string;
  scopes: string[];
  createdAt: Date;
  expiresAt: Date;
  /** When it was last seen, to some minutes; null: never. */
  lastUsedAt: Date | null;
}

export const LongLivedTokenEntity = new EntitySchema<LongLivedToken>({
  name: "LongLivedToken",
  tableName: "long_lived_token",
  columns: {
    tenantId: uuidKey("tenant_id"),
    id: uuidKey("id"),
    clientRef: { name: "client_ref", type: "uuid" },
    tokenHash: { name: "token_hash", type: "text" },
    name: { type: "text" },
    hint: { type: "text" },
    scopes: texts("scopes"),
    createdAt: moment("created_at"),
    expiresAt: moment("expires_at"),
    lastUsedAt: optionalMoment("last_used_at"),
  },
});
