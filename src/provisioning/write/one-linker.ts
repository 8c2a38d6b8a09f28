import type { ClaimedDelivery } from "../../outbox/delivery.js";
import type { Queryable } from "../../persistence/database.js";
import { reasonFor } from "../reasons.js";
import { NotYet } from "./execution.js";
import { linkingOf } from "./intents.js";

/** Two that met do not come back at the same moment, or they would meet for ever. */
const LOOK_AGAIN_MS = { smaller: 200, greater: 1_000 };

/**
 * To be asked by whoever is about to link a remote object that is there, after that was noted and before it is asked
 * whether the object is linked: two resources that are both like it would both write to it.
 * @throws NotYet while another delivery is at linking the same
 */
export async function standBackForLinker(
  database: Queryable,
  { tenantId, connectionId, resourceId, resourceType }: ClaimedDelivery,
  remoteId: string,
): Promise<void> {
  const [other] = await database.query<{ id: string }>(
    `select resource_id as id from delivery
      where tenant_id = $1 and connection_id = $2 and resource_id <> $3 and resource_type = $4
        and state = 'claimed' and intents <> '[]'::jsonb and intents @> $5::jsonb
      order by resource_id limit 1`,
    [tenantId, connectionId, resourceId, resourceType, JSON.stringify([linkingOf(remoteId)])],
  );
  if (other === undefined) return;
  throw new NotYet(
    reasonFor("linked-just-now", { remoteId }),
    resourceId < other.id ? LOOK_AGAIN_MS.smaller : LOOK_AGAIN_MS.greater,
  );
}
