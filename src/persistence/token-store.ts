import { type OauthToken, OauthTokenEntity } from "./entities/oauth-token-entity.js";
import { GRANTING_CLIENT_COLUMNS, type GrantingClient } from "./granting-client.js";
import type { Queryable } from "./queryable.js";
import { repositoryOf } from "./sessions.js";
import { translatingErrors } from "./translate-error.js";

export type { OauthToken } from "./entities/oauth-token-entity.js";

/** What a request with the token is judged by: the token, and its client as it is now. */
export interface TokenWithClient {
  token: OauthToken;
  client: GrantingClient;
}

/** Stores an issued token. */
export async function insertToken(db: Queryable, token: OauthToken): Promise<void> {
  await translatingErrors(repositoryOf(db, OauthTokenEntity).insert({ ...token }));
}

/** The token with this hash, whatever its state, and its client: the caller judges expiry and revocation. */
export async function findToken(db: Queryable, tokenHash: string): Promise<TokenWithClient | undefined> {
  const [row] = await db.query<TokenRow>(FIND, [tokenHash]);
  if (!row) return undefined;
  const { tokenScopes, issuedAt, expiresAt, revokedAt, ...client } = row;
  const { tenantId, id: clientRef } = client;
  return {
    token: { tenantId, tokenHash, clientRef, scopes: tokenScopes, issuedAt, expiresAt, revokedAt },
    client,
  };
}

interface TokenRow extends GrantingClient, Pick<OauthToken, "issuedAt" | "expiresAt" | "revokedAt"> {
  tokenScopes: string[];
}

const FIND = `
  select t.scopes as "tokenScopes", t.issued_at as "issuedAt", t.expires_at as "expiresAt",
         t.revoked_at as "revokedAt", ${GRANTING_CLIENT_COLUMNS}
    from oauth_token t
    join oauth_client c on c.tenant_id = t.tenant_id and c.id = t.client_ref
   where t.token_hash = $1`;

/** Marks a token as revoked (RFC 7009). Returns false when there is none or it was revoked before. */
export async function revokeToken(db: Queryable, tokenHash: string, now: Date): Promise<boolean> {
  const rows = await db.query(
    "update oauth_token set revoked_at = $2 where token_hash = $1 and revoked_at is null returning 1",
    [tokenHash, now],
  );
  return rows.length === 1;
}

/** Removes at most `limit` tokens that expired before `now`. Returns how many. */
export async function deleteExpiredTokens(db: Queryable, now: Date, limit = 1000): Promise<number> {
  const rows = await db.query(
    `delete from oauth_token
      where token_hash in (select token_hash from oauth_token where expires_at < $1 order by expires_at limit $2)
      returning 1`,
    [now, limit],
  );
  return rows.length;
}
