import { type Connection, deleteConnection } from "../../persistence/connection-store.js";
import type { Transaction } from "../../persistence/database.js";

/**
 * Tables of what a connection did, each with a row for a connection and something of it. Its notifications stay: they
 * tell what happened, and age away by themselves.
 */
export const FORGOTTEN_TABLES = [
  "before_image",
  "adopted_value",
  "attempt",
  "delivery_wait",
  "delivery",
  "rate_slot",
  "role_group",
  "notification_quiet",
  "approval",
  "create_stop",
  "unknown_code",
  "removal",
  "protection_alarm",
  "run_row",
  "run",
  "run_schedule",
  "ignored_drift",
  "adoption_proposal",
  "adoption_pair",
  "adoption_entry",
  "adoption_report",
  "event_hint",
  "event_receipt",
];

/** Deletes a connection with all that it did. The caller has made sure that nothing is linked through it. */
export async function forgetConnection(tx: Transaction, connection: Connection): Promise<void> {
  const { tenantId, id } = connection;
  for (const table of FORGOTTEN_TABLES)
    await tx.query(`delete from ${table} where tenant_id = $1 and connection_id = $2`, [tenantId, id]);
  await deleteConnection(tx, connection);
}
