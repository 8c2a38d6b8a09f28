import { UniqueViolation } from "./database-errors.js";
import {
  type OauthClient,
  OauthClientEntity,
  type OauthClientSecret,
  OauthClientSecretEntity,
} from "./entities/oauth-client-entity.js";
import type { Queryable } from "./queryable.js";
import type { RowKey } from "./row-key.js";
import { repositoryOf } from "./sessions.js";
import { translatingErrors } from "./translate-error.js";

export type { ClientAuthMethod, OauthClient, OauthClientSecret } from "./entities/oauth-client-entity.js";

/** Adds a client. @throws UniqueViolation when its `clientId` is taken, in whichever tenant */
export async function insertClient(db: Queryable, client: OauthClient): Promise<void> {
  await translatingErrors(repositoryOf(db, OauthClientEntity).insert({ ...client }));
}

/**
 * Adds a client, or gives the tenant's client with the same `clientId` these settings. It keeps its `id` and
 * `createdAt`; the row as it is then is returned.
 * @throws UniqueViolation when the `clientId` belongs to another tenant
 */
export async function upsertClient(db: Queryable, client: OauthClient): Promise<OauthClient> {
  const rows = await db.query<OauthClient>(UPSERT, [
    client.tenantId,
    client.id,
    client.clientId,
    client.name,
    client.scopes,
    client.grantTypes,
    client.authMethods,
    client.accessTokenLifetimeS,
    client.profile,
    client.enabled,
    client.createdAt,
    client.modifiedAt,
  ]);
  if (!rows[0]) throw new UniqueViolation("oauth_client_client_id");
  return rows[0];
}

const UPSERT = `
  insert into oauth_client (tenant_id, id, client_id, name, scopes, grant_types, auth_methods,
                            access_token_lifetime_s, profile, enabled, created_at, modified_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  on conflict (client_id) do update
     set name = excluded.name,
         scopes = excluded.scopes,
         grant_types = excluded.grant_types,
         auth_methods = excluded.auth_methods,
         access_token_lifetime_s = excluded.access_token_lifetime_s,
         profile = excluded.profile,
         enabled = excluded.enabled,
         modified_at = excluded.modified_at
   where oauth_client.tenant_id = excluded.tenant_id
  returning tenant_id as "tenantId", id, client_id as "clientId", name, scopes, grant_types as "grantTypes",
            auth_methods as "authMethods", access_token_lifetime_s as "accessTokenLifetimeS", profile, enabled,
            created_at as "createdAt", modified_at as "modifiedAt"`;

/** The client that calls itself `clientId`, of any tenant: the client decides the tenant. */
export async function findClientByClientId(
  db: Queryable,
  clientId: string,
): Promise<OauthClient | undefined> {
  return (await translatingErrors(repositoryOf(db, OauthClientEntity).findOneBy({ clientId }))) ?? undefined;
}

/** Whether the tenant has any client; it has none before the first start. */
export async function hasClients(db: Queryable, tenantId: string): Promise<boolean> {
  return translatingErrors(repositoryOf(db, OauthClientEntity).existsBy({ tenantId }));
}

/** Adds a secret to a client. */
export async function insertClientSecret(db: Queryable, secret: OauthClientSecret): Promise<void> {
  await translatingErrors(repositoryOf(db, OauthClientSecretEntity).insert({ ...secret }));
}

/** Every secret of a client, expired ones too, oldest first. */
export async function listClientSecrets(db: Queryable, client: RowKey): Promise<OauthClientSecret[]> {
  return translatingErrors(
    repositoryOf(db, OauthClientSecretEntity).find({
      where: { tenantId: client.tenantId, clientRef: client.id },
      order: { createdAt: "ASC", id: "ASC" },
    }),
  );
}

/** Takes a secret from a client. Returns false when it had gone before. */
export async function deleteClientSecret(db: Queryable, { tenantId, id }: RowKey): Promise<boolean> {
  const { affected } = await translatingErrors(
    repositoryOf(db, OauthClientSecretEntity).delete({ tenantId, id }),
  );
  return affected === 1;
}
