import type { OauthClientSecret } from "../../auth/clients/client-secrets.js";
import type { OauthClient } from "../../auth/clients/clients.js";

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
    enabled: client.enabled,
    createdAt: client.createdAt.toISOString(),
    modifiedAt: client.modifiedAt.toISOString(),
    lastUsedAt: client.lastUsedAt?.toISOString() ?? null,
  };
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
