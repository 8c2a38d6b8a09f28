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
