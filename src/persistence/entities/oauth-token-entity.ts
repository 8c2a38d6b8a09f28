import { EntitySchema } from "typeorm";
import { moment, optionalMoment, texts } from "./column-types.js";

/** An access token as stored: only its hash is known. */
export interface OauthToken {
  tenantId: string;
  tokenHash: string;
  /** The `id` of the OauthClient it was issued to. */
  clientRef: string;
  scopes: string[];
  issuedAt: Date;
  expiresAt: Date;
  /** When it was revoked (RFC 7009), or null. */
  revokedAt: Date | null;
}

export const OauthTokenEntity = new EntitySchema<OauthToken>({
  name: "OauthToken",
  tableName: "oauth_token",
  columns: {
    tenantId: { name: "tenant_id", type: "uuid" },
    tokenHash: { name: "token_hash", type: "text", primary: true },
    clientRef: { name: "client_ref", type: "uuid" },
    scopes: texts("scopes"),
    issuedAt: moment("issued_at"),
    expiresAt: moment("expires_at"),
    revokedAt: optionalMoment("revoked_at"),
  },
});
