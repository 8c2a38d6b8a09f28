import type { OauthClientSecret } from "../../auth/clients/client-secrets.js";
import type { OauthClient } from "../../auth/clients/clients.js";
import type { LongLivedToken } from "../../auth/clients/long-lived-tokens.js";

/** A client as the admin API shows it. */
export function presentClient(client: OauthClient) {
  return {
    id: client.id,
    clientId: client.clientId,
    name: client.name,
    scopes: client.scopes,
    authMethods: client.authMethods,
    profile: client.profile,
    accessTokenLifetime: client.accessTokenLifetimeS,
    jwks: client.jwks === null ? null : JSON.parse(client.jwks),
    ipAllowList: client.ipAllowList,
    rateLimit: presentRateLimit(client),
    userId: client.userId,
    enabled: client.enabled,
    createdAt: client.createdAt.toISOString(),
    modifiedAt: client.modifiedAt.toISOString(),
    lastUsedAt: client.lastUsedAt?.toISOString() ?? null,
  };
}

function presentRateLimit({ requestsPerSecond, requestBurst }: OauthClient) {
  return requestsPerSecond === null || requestBurst === null
    ? null
    : { requestsPerSecond, burst: requestBurst };
}

/** A secret as the admin API shows it: never the secret itself. */
export function presentSecret(secret: OauthClientSecret) {
  return {
    id: secret.id,
    hint: secret.hint,
    createdAt: secret.createdAt.toISOString(),
    expiresAt: secret.expiresAt?.toISOString() ?? null,
  };
}

/** A long-lived token as the admin API shows it: never the token itself. */
export function presentToken(token: LongLivedToken) {
  return {
    id: token.id,
    name: token.name,
    scopes: token.scopes,
    hint: token.hint,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt.toISOString(),
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
  };
}
