import type { RateLimit } from "./request-budget.js";

/** Who is behind a valid credential, and what they may do. */
export interface AccessGrant {
  tenantId: string;
  /** The client's row id. */
  clientRef: string;
  /** The OAuth client id, as the client sends it. */
  clientId: string;
  scopes: readonly string[];
  /** The user whose resource `/Me` is; absent where the client acts for nobody but itself. */
  userId?: string;
  /** The client's compatibility profile, "auto" where none was chosen. */
  profile: string;
  /** What was sent: a token of the token endpoint, one that an administrator made, or the client's id and secret. */
  authMethod: "access_token" | "long_lived_token" | "http_basic";
  /** Addresses and CIDR ranges the client may call from; empty: anywhere. See `mayCallFrom`. */
  ipAllowList: readonly string[];
  /** The client's own request budget; null: the default. */
  rateLimit: RateLimit | null;
  /** Null: until the credential is taken away. */
  expiresAt: Date | null;
}
