import { EntitySchema } from "typeorm";
import { moment, optionalMoment, texts, uuidKey } from "./column-types.js";

/**
 * How a client may prove itself: at the token endpoint (`client_secret_*`, RFC 7591 section 2, or `private_key_jwt`,
 * OpenID Connect Core section 9), or with each request:
 * `http_basic` by its id and secret, `long_lived_token` by a token that an administrator made.
 */
export type ClientAuthMethod =
  | "client_secret_basic"
  | "client_secret_post"
  | "private_key_jwt"
  | "http_basic"
  | "long_lived_token";

/** A registered OAuth client (RFC 6749 section 2). */
export interface OauthClient {
  tenantId: string;
  id: string;
  /** The public identifier that the client sends; unique in the whole installation. */
  clientId: string;
  name: string;
  scopes: string[];
  grantTypes: string[];
  authMethods: ClientAuthMethod[];
  /** Seconds, 300 to 86,400. */
  accessTokenLifetimeS: number;
  /** Which compatibility profile its SCIM requests are read with; "auto" finds out. */
  profile: string;
  /** Its public keys, the JSON text of a JWK Set (RFC 7517 section 5); null: none. */
  jwks: string | null;
  /** Addresses and CIDR ranges it may call from; empty: anywhere. */
  ipAllowList: string[];
  /** Its request budget, both or neither; null: the default. */
  requestsPerSecond: number | null;
  requestBurst: number | null;
  /** The id of the user whose resource `/Me` is; null: it acts as nobody. */
  userId: string | null;
  enabled: boolean;
  createdAt: Date;
  modifiedAt: Date;
  /** When it was last seen, to some minutes; null: never. */
  lastUsedAt: Date | null;
}

/** One of a client's secrets. */
export interface OauthClientSecret {
  tenantId: string;
  id: string;
  /** The `id` of the OauthClient. */
  clientRef: string;
  secretHash: string;
  /** The last four characters of the secret, to tell several apart. */
  hint: string;
  createdAt: Date;
  /** Null: valid until removed. */
  expiresAt: Date | null;
}

export const OauthClientEntity = new EntitySchema<OauthClient>({
  name: "OauthClient",
  tableName: "oauth_client",
  columns: {
    tenantId: uuidKey("tenant_id"),
    id: uuidKey("id"),
    clientId: { name: "client_id", type: "text" },
    name: { type: "text" },
    scopes: texts("scopes"),
    grantTypes: texts("grant_types"),
    authMethods: texts("auth_methods"),
    accessTokenLifetimeS: { name: "access_token_lifetime_s", type: "integer" },
    profile: { type: "text" },
    jwks: { type: "text", nullable: true },
    ipAllowList: texts("ip_allow_list"),
    requestsPerSecond: { name: "requests_per_second", type: "integer", nullable: true },
    requestBurst: { name: "request_burst", type: "integer", nullable: true },
    userId: { name: "user_id", type: "uuid", nullable: true },
    enabled: { type: "boolean" },
    createdAt: moment("created_at"),
    modifiedAt: moment("modified_at"),
    lastUsedAt: optionalMoment("last_used_at"),
  },
});

export const OauthClientSecretEntity = new EntitySchema<OauthClientSecret>({
  name: "OauthClientSecret",
  tableName: "oauth_client_secret",
  columns: {
    tenantId: uuidKey("tenant_id"),
    id: uuidKey("id"),
    clientRef: { name: "client_ref", type: "uuid" },
    secretHash: { name: "secret_hash", type: "text" },
    hint: { type: "text" },
    createdAt: moment("created_at"),
    expiresAt: optionalMoment("expires_at"),
  },
});
