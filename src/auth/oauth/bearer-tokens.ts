import type { Queryable } from "../../persistence/database.js";
import type { GrantingClient } from "../../persistence/granting-client.js";
import { findLongLivedToken, type LongLivedToken } from "../../persistence/long-lived-token-store.js";
import { findToken } from "../../persistence/token-store.js";
import type { AccessGrant } from "../access-grant.js";
import { isLongLivedToken } from "../long-lived-token-text.js";
import { hashSecret } from "./secret-hash.js";

/** A bearer token as stored, of either kind, with its client as it is now. */
export interface StoredBearer {
  tokenHash: string;
  client: GrantingClient;
  scopes: readonly string[];
  issuedAt: Date;
  expiresAt: Date;
  revoked: boolean;
  /** Where an administrator made it. */
  longLived?: Pick<LongLivedToken, "tenantId" | "id" | "lastUsedAt">;
}

/** The token behind what a request carries, whatever its state, or undefined where nobody made it. */
export async function findBearer(db: Queryable, text: string): Promise<StoredBearer | undefined> {
  const tokenHash = hashSecret(text);
  if (isLongLivedToken(text)) {
    const found = await findLongLivedToken(db, tokenHash);
    if (!found) return undefined;
    const { token, client } = found;
    const { scopes, createdAt: issuedAt, expiresAt } = token;
    return { tokenHash, client, scopes, issuedAt, expiresAt, revoked: false, longLived: token };
  }
  const found = await findToken(db, tokenHash);
  if (!found) return undefined;
  const { scopes, issuedAt, expiresAt, revokedAt } = found.token;
  return { tokenHash, client: found.client, scopes, issuedAt, expiresAt, revoked: revokedAt !== null };
}

/** What the token is good for now; a scope that was taken from the client is taken from its tokens too. */
export function usableGrant(bearer: StoredBearer, now: Date): AccessGrant | undefined {
  const { client, scopes, expiresAt, revoked, longLived } = bearer;
  if (revoked || expiresAt <= now || !client.enabled) return undefined;
  if (longLived && !client.authMethods.includes("long_lived_token")) return undefined;
  const allowed = scopes.filter((scope) => client.scopes.includes(scope));
  return grantTo(client, allowed, longLived ? "long_lived_token" : "access_token", expiresAt);
}

/** The grant of a client that has proved itself. */
export function grantTo(
  client: GrantingClient,
  scopes: readonly string[],
  authMethod: AccessGrant["authMethod"],
  expiresAt: Date | null,
): AccessGrant {
  const { tenantId, id: clientRef, clientId, userId, profile, ipAllowList } = client;
  const { requestsPerSecond, requestBurst } = client;
  const rateLimit =
    requestsPerSecond === null || requestBurst === null ? null : { requestsPerSecond, burst: requestBurst };
  const grant = {
    tenantId,
    clientRef,
    clientId,
    scopes,
    profile,
    authMethod,
    ipAllowList,
    rateLimit,
    expiresAt,
  };
  return userId === null ? grant : { ...grant, userId };
}
