import { MoreThan } from "typeorm";
import { UniqueViolation } from "./database-errors.js";
import { type OauthClient, OauthClientEntity } from "./entities/oauth-client-entity.js";
import type { Queryable } from "./queryable.js";
import type { Page, RowKey } from "./row-key.js";
import { repositoryOf } from "./sessions.js";
import { translatingErrors } from "./translate-error.js";

export type { ClientAuthMethod, OauthClient } from "./entities/oauth-client-entity.js";

/** What an administrator may change about a client; absent keys stay as they are. */
export type ClientChange = Partial<
  Pick<
    OauthClient,
    | "name"
    | "scopes"
    | "authMethods"
    | "accessTokenLifetimeS"
    | "profile"
    | "jwks"
    | "ipAllowList"
    | "userId"
    | "requestsPerSecond"
    | "requestBurst"
    | "enabled"
  >
>;

/** Adds a client. @throws UniqueViolation when its `clientId` is taken, in whichever tenant */
export async function insertClient(db: Queryable, client: OauthClient): Promise<void> {
  await translatingErrors(repositoryOf(db, OauthClientEntity).insert({ ...client }));
}

/**
 * Adds a client, or gives the tenant's client with the same `clientId` these settings. It keeps its `id`,
 * `createdAt`, `lastUsedAt` and what limits it (addresses, requests), and its keys; the row as it is then is returned.
 * @throws UniqueViolation when the `clientId` belongs to another tenant
 */
export async function upsertClient(db: Queryable, client: OauthClient): Promise<OauthClient> {
  const rows = await db.query<{ id: string }>(UPSERT, [
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
  const stored = rows[0] && (await findClient(db, { tenantId: client.tenantId, id: rows[0].id }));
  if (!stored) throw new UniqueViolation("oauth_client_client_id");
  return stored;
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
  returning id`;

/** The client that calls itself `clientId`, of any tenant: the client decides the tenant. */
export async function findClientByClientId(
  db: Queryable,
  clientId: string,
): Promise<OauthClient | undefined> {
  return (await translatingErrors(repositoryOf(db, OauthClientEntity).findOneBy({ clientId }))) ?? undefined;
}

/** One client of a tenant, or undefined. */
export async function findClient(db: Queryable, { tenantId, id }: RowKey): Promise<OauthClient | undefined> {
  const found = await translatingErrors(repositoryOf(db, OauthClientEntity).findOneBy({ tenantId, id }));
  return found ?? undefined;
}

/** The tenant's clients in the order of their ids. */
export async function listClients(db: Queryable, tenantId: string, page: Page): Promise<OauthClient[]> {
  return translatingErrors(
    repositoryOf(db, OauthClientEntity).find({
      where: page.after === undefined ? { tenantId } : { tenantId, id: MoreThan(page.after) },
      order: { id: "ASC" },
      take: page.limit,
    }),
  );
}

/** Changes a client. Returns the row as it is then, or undefined when there is none. */
export async function updateClient(
  db: Queryable,
  { tenantId, id }: RowKey,
  change: ClientChange,
  now: Date,
): Promise<OauthClient | undefined> {
  const { affected } = await translatingErrors(
    repositoryOf(db, OauthClientEntity).update({ tenantId, id }, { ...change, modifiedAt: now }),
  );
  return affected === 1 ? findClient(db, { tenantId, id }) : undefined;
}

/** Removes a client with its secrets and tokens. Returns false when it had gone before. */
export async function deleteClient(db: Queryable, { tenantId, id }: RowKey): Promise<boolean> {
  const { affected } = await translatingErrors(repositoryOf(db, OauthClientEntity).delete({ tenantId, id }));
  return affected === 1;
}

/** Whether the tenant has any client; it has none before the first start. */
export async function hasClients(db: Queryable, tenantId: string): Promise<boolean> {
  return translatingErrors(repositoryOf(db, OauthClientEntity).existsBy({ tenantId }));
}

/** Notes that a client was seen at `now`, unless that was noted after `since` already. */
export async function noteClientUse(
  db: Queryable,
  { tenantId, id }: RowKey,
  now: Date,
  since: Date,
): Promise<void> {
  await db.query(
    `update oauth_client set last_used_at = $3
      where tenant_id = $1 and id = $2 and (last_used_at is null or last_used_at <= $4)`,
    [tenantId, id, now, since],
  );
}
