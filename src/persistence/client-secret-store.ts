import { MoreThan } from "typeorm";
import { type OauthClientSecret, OauthClientSecretEntity } from "./entities/oauth-client-entity.js";
import type { Queryable } from "./queryable.js";
import type { Page, RowKey } from "./row-key.js";
import { repositoryOf } from "./sessions.js";
import { translatingErrors } from "./translate-error.js";

export type { OauthClientSecret } from "./entities/oauth-client-entity.js";

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

/** Every secret of the client that calls itself `clientId`, of any tenant; none where there is no such client. */
export async function listSecretsOf(db: Queryable, clientId: string): Promise<OauthClientSecret[]> {
  return db.query<OauthClientSecret & Record<string, unknown>>(
    `select s.tenant_id as "tenantId", s.id, s.client_ref as "clientRef", s.secret_hash as "secretHash", s.hint,
            s.created_at as "createdAt", s.expires_at as "expiresAt"
       from oauth_client c
       join oauth_client_secret s on s.tenant_id = c.tenant_id and s.client_ref = c.id
      where c.client_id = $1
      order by s.created_at, s.id`,
    [clientId],
  );
}

/** A page of a client's secrets in the order of their ids. */
export async function listClientSecretPage(
  db: Queryable,
  client: RowKey,
  page: Page,
): Promise<OauthClientSecret[]> {
  const where = { tenantId: client.tenantId, clientRef: client.id };
  return translatingErrors(
    repositoryOf(db, OauthClientSecretEntity).find({
      where: page.after === undefined ? where : { ...where, id: MoreThan(page.after) },
      order: { id: "ASC" },
      take: page.limit,
    }),
  );
}

/** Takes a secret from the client it belongs to. Returns false when the client has (no longer) such a secret. */
export async function deleteClientSecret(db: Queryable, client: RowKey, secretId: string): Promise<boolean> {
  const { affected } = await translatingErrors(
    repositoryOf(db, OauthClientSecretEntity).delete({
      tenantId: client.tenantId,
      clientRef: client.id,
      id: secretId,
    }),
  );
  return affected === 1;
}
