import { appendAudit } from "../../audit/append-audit.js";
import {
  deleteClientSecret,
  listClientSecretPage,
  listClientSecrets,
  type OauthClientSecret,
} from "../../persistence/client-secret-store.js";
import { findClient } from "../../persistence/client-store.js";
import type { Page, RowKey } from "../../persistence/row-key.js";
import { auditedSecret } from "../oauth/audited-client.js";
import { addSecret } from "../oauth/client-registration.js";
import { type ClientChangeDeps, type ClientToChange, changeClient } from "./change-client.js";
import { ClientNotFoundError, SecretNotFoundError, TooManySecretsError } from "./client-errors.js";

export type { OauthClientSecret } from "../../persistence/client-secret-store.js";

/** Enough to rotate in several places at once; every one of them is compared at each authentication. */
const MAX_SECRETS = 10;

/** A secret and, this once, its text. */
export interface CreatedSecret {
  secret: OauthClientSecret;
  clientSecret: string;
}

/** The secrets of a client: several at a time, so that one can be changed without a pause. */
export interface ClientSecrets {
  /** In the order of their ids, expired ones too. @throws ClientNotFoundError */
  list(client: RowKey, page: Page): Promise<OauthClientSecret[]>;
  /** Adds a secret, valid until `expiresAt` or until removed. @throws ClientNotFoundError, TooManySecretsError */
  add(client: ClientToChange, expiresAt: Date | null): Promise<CreatedSecret>;
  /** @throws ClientNotFoundError, SecretNotFoundError, LastAdministratorError */
  remove(client: ClientToChange, secretId: string): Promise<void>;
}

/** Opens the administration of secrets. */
export function createClientSecrets(deps: ClientChangeDeps): ClientSecrets {
  return {
    async list(client, page) {
      if (!(await findClient(deps.database, client))) throw new ClientNotFoundError();
      return listClientSecretPage(deps.database, client, page);
    },

    add: (key, expiresAt) =>
      changeClient(deps, key, async (tx, client, now) => {
        if ((await listClientSecrets(tx, client)).length >= MAX_SECRETS) {
          throw new TooManySecretsError(MAX_SECRETS);
        }
        const made = await addSecret(tx, client, now, { expiresAt });
        const object = { type: "client-secret", id: made.secret.id, name: client.name } as const;
        await appendAudit(
          tx,
          { ...key, now },
          { object, verb: "created", after: auditedSecret(made.secret) },
        );
        return made;
      }),

    remove: (key, secretId) =>
      changeClient(deps, key, async (tx, client, now) => {
        const secret = (await listClientSecrets(tx, client)).find(({ id }) => id === secretId);
        if (secret === undefined || !(await deleteClientSecret(tx, client, secretId))) {
          throw new SecretNotFoundError();
        }
        const object = { type: "client-secret", id: secretId, name: client.name } as const;
        await appendAudit(tx, { ...key, now }, { object, verb: "removed", before: auditedSecret(secret) });
      }),
  };
}
