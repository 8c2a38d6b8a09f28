import { type BulkOutcome, runBulk } from "../../directory/bulk.js";
import { createDirectory, type PasswordPolicy } from "../../directory/directory.js";
import type { RequestContext } from "../../directory/request-context.js";
import type { Database } from "../../persistence/database.js";
import type { Clock } from "../../platform/clock.js";
import { idOfName } from "../../platform/ids.js";
import type { BulkRequest } from "../../scim/bulk/bulk-request.js";

/** What a SCIM change is carried out with. */
export interface ScimChangeDeps {
  /** A database within a transaction. */
  database: Database;
  clock: Clock;
  passwords: PasswordPolicy;
  onFailure(error: unknown): void;
}

/**
 * Carries out a SCIM change with a directory of its own on the given database. New resources get ids made from `seed`: the
 * same change with the same seed makes the same ones.
 */
export function carryOutChange(
  { database, clock, passwords, onFailure }: ScimChangeDeps,
  context: RequestContext,
  request: BulkRequest,
  seed: string,
): Promise<BulkOutcome[]> {
  const directory = createDirectory({ database, clock, passwords });
  let made = 0;
  const makeId = () => {
    made += 1;
    return idOfName(`${seed} ${made}`);
  };
  return runBulk(directory, context, request, onFailure, makeId);
}

/** Resources whose deliveries were ordered to a connection under a correlation id. */
export async function orderedBy(
  database: Database,
  key: { tenantId: string; connectionId: string; correlationId: string },
): Promise<string[]> {
  const rows = await database.query<{ resource_id: string }>(
    `select resource_id from delivery
      where tenant_id = $1 and connection_id = $2 and state in ('pending', 'claimed') and correlation_id = $3
      order by resource_id`,
    [key.tenantId, key.connectionId, key.correlationId],
  );
  return rows.map((row) => row.resource_id);
}
