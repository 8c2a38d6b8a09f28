import { MoreThan } from "typeorm";
import { type LongLivedToken, LongLivedTokenEntity } from "./entities/long-lived-token-entity.js";
import { GRANTING_CLIENT_COLUMNS, type GrantingClient } from "./granting-client.js";
import type { Queryable } from "./queryable.js";
import type { Page, RowKey } from "./row-key.js";
import { repositoryOf } from "./sessions.js";
import { translatingErrors } from "./translate-error.js";

export type { LongLivedToken } from "./entities/long-lived-token-entity.js";

/** A token, as far as a request with it is concerned, and its client as it is now. */
export interface LongLivedTokenWithClient {
  token: Pick<LongLivedToken, "tenantId" | "id" | "scopes" | "createdAt" | "expiresAt" | "lastUsedAt">;
  client: GrantingClient;
}

/** Stores a token. */
export async function insertLongLivedToken(db: Queryable, token: LongLivedToken): Promise<void> {
  await translatingErrors(repositoryOf(db, LongLivedTokenEntity).insert({ ...token }));
}

/** The token with this hash, whatever its state, and its client: the caller judges expiry. */
export async function findLongLivedToken(
  db: Queryable,
  tokenHash: string,
): Promise<LongLivedTokenWithClient | undefined> {
  const [row] = await db.query<TokenRow>(FIND, [tokenHash]);
  if (!row) return undefined;
  const { tokenId, tokenScopes, tokenCreatedAt, tokenExpiresAt, tokenLastUsedAt, ...client } = row;
  return {
    token: {
      tenantId: client.tenantId,
      id: tokenId,
      scopes: tokenScopes,
      createdAt: tokenCreatedAt,
      expiresAt: tokenExpiresAt,
      lastUsedAt: tokenLastUsedAt,
    },
    client,
  };
}

interface TokenRow extends GrantingClient {
  tokenId: string;
  tokenScopes: string[];
  tokenCreatedAt: Date;
  tokenExpiresAt: Date;
  tokenLastUsedAt: Date | null;
}

const FIND = `
  select t.id as "tokenId", t.scopes as "tokenScopes", t.created_at as "tokenCreatedAt",
         t.expires_at as "tokenExpiresAt", t.last_used_at as "tokenLastUsedAt",
         ${GRANTING_CLIENT_COLUMNS}
    from long_lived_token t
    join oauth_client c on c.tenant_id = t.tenant_id and c.id = t.client_ref
   where t.token_hash = $1`;

/** A page of a client's tokens in the order of their ids, expired ones too. */
export async function listLongLivedTokens(
  db: Queryable,
  client: RowKey,
  page: Page,
): Promise<LongLivedToken[]> {
  const where = { tenantId: client.tenantId, clientRef: client.id };
  return translatingErrors(
    repositoryOf(db, LongLivedTokenEntity).find({
      where: page.after === undefined ? where : { ...where, id: MoreThan(page.after) },
      order: { id: "ASC" },
      take: page.limit,
    }),
  );
}

/** How many tokens a client has, expired ones too. */
export async function countLongLivedTokens(db: Queryable, client: RowKey): Promise<number> {
  return translatingErrors(
    repositoryOf(db, LongLivedTokenEntity).countBy({ tenantId: client.tenantId, clientRef: client.id }),
  );
}

/** Takes a token from the client it belongs to. Returns false when the client has (no longer) such a token. */
export async function deleteLongLivedToken(db: Queryable, client: RowKey, tokenId: string): Promise<boolean> {
  const { affected } = await translatingErrors(
    repositoryOf(db, LongLivedTokenEntity).delete({
      tenantId: client.tenantId,
      clientRef: client.id,
      id: tokenId,
    }),
  );
  return affected === 1;
}

/** Notes that a token was seen at `now`, unless that was noted after `since` already. */
export async function noteLongLivedTokenUse(
  db: Queryable,
  { tenantId, id }: RowKey,
  now: Date,
  since: Date,
): Promise<void> {
  await db.query(
    `update long_lived_token set last_used_at = $3
      where tenant_id = $1 and id = $2 and (last_used_at is null or last_used_at <= $4)`,
    [tenantId, id, now, since],
  );
}
