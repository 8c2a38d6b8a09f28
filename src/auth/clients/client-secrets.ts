import {
  deleteClientSecret,
  listClientSecretPage,
  listClientSecrets,
  type OauthClientSecret,
} from "../../persistence/client-secret-store.js";
import { findClient } from "../../persistence/client-store.js";
import type { Page, RowKey } from "../../persistence/row-key.js";
import { addSecret } from "../oauth/client-registration.js";
import { type ClientChangeDeps, changeClient } from "./change-client.js";
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
  add(client: RowKey, expiresAt: Date | null): Promise<CreatedSecret>;
  /** @throws ClientNotFoundError, SecretNotFoundError, LastAdministratorError */
  remove(client: RowKey, secretId: string): Promise<void>;
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
        return addSecret(tx, client, now, { expiresAt });
      }),

    remove: (key, secretId) =>
      changeClient(deps, key, async (tx, client) => {
        if (!(await deleteClientSecret(tx, client, secretId))) throw new SecretNotFoundError();
      }),
  };
}
