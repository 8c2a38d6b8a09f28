import type { ClaimedDelivery } from "../../outbox/delivery.js";
import type { Queryable } from "../../persistence/database.js";
import { reasonFor } from "../reasons.js";
import { NotYet } from "./execution.js";
import { removalOf } from "./intents.js";

// A department may be decided to go while another delivery, which decided before, puts a child into it. DingTalk's pages
// leave open whether a department with an empty child is refused or taken away together with it. So each of the two notes
// what it is about to do, and then looks for the note of the other: whoever is later sees it and stands back.

const LOOK_AGAIN_MS = 1_000;

/**
 * To be asked by whoever removes a department, after that was noted.
 * @throws NotYet while another delivery is at putting a department into it
 */
export async function standBackForChild(
  database: Queryable,
  { tenantId, connectionId, resourceId }: ClaimedDelivery,
  departmentRemoteId: string,
): Promise<void> {
  const [child] = await database.query(
    `select 1 from delivery
      where tenant_id = $1 and connection_id = $2 and resource_id <> $3 and resource_type = 'Group'
        and state = 'claimed' and intents <> '[]'::jsonb and intents @> $4::jsonb limit 1`,
    [tenantId, connectionId, resourceId, JSON.stringify([{ parentRemoteId: departmentRemoteId }])],
  );
  if (child !== undefined) throw new NotYet(reasonFor("child-in-work"), LOOK_AGAIN_MS);
}

/**
 * To be asked by whoever puts a department below a parent, after that was noted.
 * @throws NotYet while another delivery is at removing the parent
 */
export async function standBackForRemoval(
  database: Queryable,
  { tenantId, connectionId }: ClaimedDelivery,
  parentRemoteId: string,
): Promise<void> {
  const [parent] = await database.query(
    `select 1 from link l
       join delivery d on d.tenant_id = l.tenant_id and d.connection_id = l.connection_id and d.resource_id = l.resource_id
      where l.tenant_id = $1 and l.connection_id = $2 and l.resource_type = 'Group' and l.remote_id = $3
        and d.state = 'claimed' and d.intents @> $4::jsonb limit 1`,
    [tenantId, connectionId, parentRemoteId, JSON.stringify([removalOf({})])],
  );
  if (parent !== undefined) throw new NotYet(reasonFor("parent-in-removal"), LOOK_AGAIN_MS);
}
