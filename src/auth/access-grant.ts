/** Who is behind a valid access token, and what they may do. */
export interface AccessGrant {
  tenantId: string;
  /** The client's row id. */
  clientRef: string;
  /** The OAuth client id, as the client sends it. */
  clientId: string;
  scopes: readonly string[];
  /** The client's compatibility profile, "auto" where none was chosen. */
  profile: string;
  expiresAt: Date;
}
