import { handBack } from "../outbox/claim.js";
import type { ClaimedDelivery } from "../outbox/delivery.js";
import type { Database } from "../persistence/database.js";
import type { ConnectionAtWork, OpenConnections } from "./connections/connection-at-work.js";
import { SecretUnreadableError } from "./connections/connection-errors.js";
import { reasonFor } from "./reasons.js";
import { pauseOnce, type TellOfQuarantine } from "./trouble/quarantine.js";

/**
 * The connection of a delivery, ready for calls. One whose stored secrets cannot be opened rests until an administrator
 * has seen to it: the delivery is handed back, and undefined answered.
 */
export async function useConnection(
  deps: { database: Database; connections: OpenConnections; onQuarantine?: TellOfQuarantine },
  delivery: ClaimedDelivery,
  now: Date,
): Promise<ConnectionAtWork | undefined> {
  const { tenantId, connectionId } = delivery;
  try {
    return await deps.connections.use(tenantId, connectionId);
  } catch (error) {
    if (!(error instanceof SecretUnreadableError)) throw error;
    await handBack(deps.database, delivery);
    const reason = reasonFor("secret-key", { detail: error.message });
    await deps.database.transaction((tx) => pauseOnce(tx, delivery, { reason }, now, deps.onQuarantine));
    return undefined;
  }
}
