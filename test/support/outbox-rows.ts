import type { ClaimedDelivery } from "../../src/outbox/delivery.js";
import { createLeaseWatch } from "../../src/outbox/lease-watch.js";
import type { Database } from "../../src/persistence/database.js";
import { newId } from "../../src/platform/ids.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { defaultTenantId } from "./database.js";
import { createFakeClock } from "./fake-clock.js";

/** The moment at which these tests begin. */
export const start = new Date("2026-03-01T08:00:00Z");

/** `start` and some milliseconds. */
export function later(ms: number): Date {
  return new Date(start.getTime() + ms);
}

/** A connection row, switched on; answers its id. */
export async function insertConnectionRow(database: Database, enabled = true): Promise<string> {
  const id = newId();
  await database.query(
    `insert into connection (tenant_id, id, connector, name, corp_key, config, secrets, scope, mapping, policy, schedule,
                             enabled, version, created_at, modified_at)
     values ($1, $2, 'memory', $3, $3, '{}', '{}', '{}', '{}', '{}', '{}', $4, 1, $5, $5)`,
    [defaultTenantId, id, id, enabled, start],
  );
  return id;
}

/** A living group row; answers its id. */
export async function insertGroupRow(database: Database): Promise<string> {
  const id = newId();
  await database.query(
    `insert into resource (tenant_id, id, type, kind, doc, version, created_at, modified_at)
     values ($1, $2, 'Group', 'department', '{"displayName":"部门"}', 1, $3, $3)`,
    [defaultTenantId, id, start],
  );
  return id;
}

/** What the tests look at in a delivery row. */
export interface DeliveryRow {
  state: string;
  generation: string;
  tries: number;
  claims: number;
  next_attempt_at: Date;
  intents: JsonObject[];
  doubt_until: Date | null;
  reason: { code: string } | null;
  settles: string;
}

/** The delivery of a resource at a connection. */
export async function readDelivery(database: Database, resourceId: string): Promise<DeliveryRow> {
  const [row] = await database.query<DeliveryRow>("select * from delivery where resource_id = $1", [
    resourceId,
  ]);
  if (row === undefined) throw new Error(`no delivery of ${resourceId}`);
  return row;
}

/** The one claimed delivery of a list, by its resource. */
export function claimOf(claimed: ClaimedDelivery[], resourceId: string): ClaimedDelivery {
  const found = claimed.find((delivery) => delivery.resourceId === resourceId);
  if (found === undefined) throw new Error(`${resourceId} was not claimed`);
  return found;
}

/** Has all claims that there are watched for a whole lease by somebody for whom it is `now` in the end. */
export async function endLeases(database: Database, now: Date): Promise<number> {
  const leaseMs = 30_000;
  const clock = createFakeClock(new Date(now.getTime() - leaseMs));
  const watch = createLeaseWatch({ database, clock, leaseMs });
  await watch.look();
  await clock.advance(leaseMs);
  return watch.look();
}
