import type { AuditContext } from "../../audit/append-audit.js";
import { hasAdministrator, lockAdministration } from "../../persistence/client-facts.js";
import { findClient, type OauthClient } from "../../persistence/client-store.js";
import type { Database, Transaction } from "../../persistence/database.js";
import type { RowKey } from "../../persistence/row-key.js";
import type { Clock } from "../../platform/clock.js";
import { ClientNotFoundError, LastAdministratorError } from "./client-errors.js";

/** What changing a client takes. */
export interface ClientChangeDeps {
  database: Database;
  clock: Clock;
  /** Voids what the processes have cached about the client, when the transaction commits. */
  clientChanged(tx: Transaction, clientRef: string): Promise<void>;
}

/** A client, and who changes it. */
export type ClientToChange = RowKey & AuditContext;

/**
 * Runs `work` on a client in a transaction of its own. What it changes holds in every process from the commit on, and
 * it is undone where it would take away the tenant's last administrator.
 * @throws ClientNotFoundError, LastAdministratorError, and what `work` throws
 */
export async function changeClient<T>(
  { database, clock, clientChanged }: ClientChangeDeps,
  key: ClientToChange,
  work: (tx: Transaction, client: OauthClient, now: Date) => Promise<T>,
): Promise<T> {
  return database.transaction(async (tx) => {
    await lockAdministration(tx, key.tenantId);
    const client = await findClient(tx, key);
    if (!client) throw new ClientNotFoundError();
    const now = clock.now();
    const hadAdministrator = await hasAdministrator(tx, key.tenantId, now);
    const result = await work(tx, client, now);
    if (hadAdministrator && !(await hasAdministrator(tx, key.tenantId, now))) {
      throw new LastAdministratorError();
    }
    await clientChanged(tx, client.id);
    return result;
  });
}
