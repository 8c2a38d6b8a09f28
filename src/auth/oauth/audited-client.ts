import type { AuditNote } from "../../audit/append-audit.js";
import type { OauthClientSecret } from "../../persistence/client-secret-store.js";
import type { OauthClient } from "../../persistence/client-store.js";
import type { LongLivedToken } from "../../persistence/long-lived-token-store.js";

type AuditedState = NonNullable<AuditNote["after"]>;

/** What the audit tells of a client: its settings under the names of the admin API. */
export function auditedClient(client: OauthClient): AuditedState {
  return {
    clientId: client.clientId,
    name: client.name,
    scopes: [...client.scopes],
    authMethods: [...client.authMethods],
    profile: client.profile,
    accessTokenLifetime: client.accessTokenLifetimeS,
    jwks: client.jwks,
    ipAllowList: [...client.ipAllowList],
    requestsPerSecond: client.requestsPerSecond,
    requestBurst: client.requestBurst,
    userId: client.userId,
    enabled: client.enabled,
  };
}

/** What the audit tells of a secret: its last characters, by which people recognise it, never its hash. */
export function auditedSecret(secret: Pick<OauthClientSecret, "hint" | "expiresAt">): AuditedState {
  return { hint: secret.hint, expiresAt: secret.expiresAt?.toISOString() ?? null };
}

/** What the audit tells of a long-lived token. */
export function auditedToken(token: LongLivedToken): AuditedState {
  return {
    name: token.name,
    hint: token.hint,
    scopes: [...token.scopes],
    expiresAt: token.expiresAt.toISOString(),
  };
}
