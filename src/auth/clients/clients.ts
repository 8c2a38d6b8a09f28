import { type AuditContext, appendAudit } from "../../audit/append-audit.js";
import {
  type ClientChange,
  deleteClient,
  findClient,
  listClients,
  type OauthClient,
  updateClient,
} from "../../persistence/client-store.js";
import { UniqueViolation } from "../../persistence/database.js";
import type { Page, RowKey } from "../../persistence/row-key.js";
import { auditedClient } from "../oauth/audited-client.js";
import { type CreatedClient, createClient, type NewClient } from "../oauth/client-registration.js";
import { type ClientChangeDeps, type ClientToChange, changeClient } from "./change-client.js";
import { ClientExistsError, ClientNotFoundError } from "./client-errors.js";
import { type ClientSecrets, createClientSecrets } from "./client-secrets.js";
import { createLongLivedTokens, type LongLivedTokens } from "./long-lived-tokens.js";

export type { ClientAuthMethod, ClientChange, OauthClient } from "../../persistence/client-store.js";
export type { CreatedClient, NewClient } from "../oauth/client-registration.js";

/** Administration of the clients of every tenant. Each change holds in every process at once. */
export interface Clients {
  /** In the order of their ids, beginning after `after`. */
  list(tenantId: string, page: Page): Promise<OauthClient[]>;
  /** @throws ClientNotFoundError */
  get(key: RowKey): Promise<OauthClient>;
  /** Makes a client with one secret, which is told this once. @throws ClientExistsError */
  create(input: NewClient, by: AuditContext): Promise<CreatedClient>;
  /** @throws ClientNotFoundError, LastAdministratorError */
  change(key: ClientToChange, change: ClientChange): Promise<OauthClient>;
  /** Removes a client with its secrets and tokens. @throws ClientNotFoundError, LastAdministratorError */
  remove(key: ClientToChange): Promise<void>;
  secrets: ClientSecrets;
  tokens: LongLivedTokens;
}

/** Opens the administration of clients. */
export function createClients(deps: ClientChangeDeps): Clients {
  const { database } = deps;
  return {
    list: (tenantId, page) => listClients(database, tenantId, page),

    async get(key) {
      const client = await findClient(database, key);
      if (!client) throw new ClientNotFoundError();
      return client;
    },

    async create(input, by) {
      try {
        return await createClient(deps, input, by);
      } catch (error) {
        if (error instanceof UniqueViolation) throw new ClientExistsError(input.clientId ?? "");
        throw error;
      }
    },

    change: (key, change) =>
      changeClient(deps, key, async (tx, client, now) => {
        const changed = await updateClient(tx, key, change, now);
        if (!changed) throw new ClientNotFoundError();
        await appendAudit(
          tx,
          { ...key, now },
          {
            object: { type: "client", id: client.id, name: client.name },
            verb: "changed",
            before: auditedClient(client),
            after: auditedClient(changed),
          },
        );
        return changed;
      }),

    remove: (key) =>
      changeClient(deps, key, async (tx, client, now) => {
        await deleteClient(tx, key);
        await appendAudit(
          tx,
          { ...key, now },
          {
            object: { type: "client", id: client.id, name: client.name },
            verb: "removed",
            before: auditedClient(client),
          },
        );
      }),

    secrets: createClientSecrets(deps),
    tokens: createLongLivedTokens(deps),
  };
}
