import type { JsonObject } from "../scim/schema/attribute.js";
import type { Queryable } from "./queryable.js";

/** A connection that is compared by itself, and what is known about when. */
export interface ScheduledConnection {
  tenantId: string;
  id: string;
  schedule: JsonObject;
  /** The schedule that `nextAt` was worked out from, as text; null when it never was. */
  rule: string | null;
  nextAt: Date | null;
}

/** Enabled connections whose schedule names a kind. */
export async function listScheduled(db: Queryable): Promise<ScheduledConnection[]> {
  return db.query<ScheduledConnection & Record<string, unknown>>(
    `select c.tenant_id as "tenantId", c.id, c.schedule, s.rule, s.next_at as "nextAt"
       from connection c
       left join run_schedule s on s.tenant_id = c.tenant_id and s.connection_id = c.id
      where c.enabled and c.schedule ? 'kind'`,
  );
}

/** Notes when a connection is due next by a schedule that is new or was changed. */
export async function noteNextRun(
  db: Queryable,
  { tenantId, id }: Pick<ScheduledConnection, "tenantId" | "id">,
  next: { rule: string; at: Date },
): Promise<void> {
  await db.query(
    `insert into run_schedule (tenant_id, connection_id, rule, next_at) values ($1, $2, $3, $4)
     on conflict (tenant_id, connection_id) do update set rule = excluded.rule, next_at = excluded.next_at
      where run_schedule.rule <> excluded.rule`,
    [tenantId, id, next.rule, next.at],
  );
}

/** Takes the right to fire: answers true to exactly one of those that see the connection due at the same moment. */
export async function takeDueRun(
  db: Queryable,
  { tenantId, id, rule, nextAt }: ScheduledConnection,
  next: Date,
): Promise<boolean> {
  const rows = await db.query(
    `update run_schedule set next_at = $5
      where tenant_id = $1 and connection_id = $2 and rule = $3 and next_at = $4 returning 1`,
    [tenantId, id, rule, nextAt, next],
  );
  return rows.length === 1;
}

/** Forgets when connections were due that have no schedule any more. */
export async function forgetUnscheduled(db: Queryable): Promise<void> {
  await db.query(
    `delete from run_schedule s using connection c
      where c.tenant_id = s.tenant_id and c.id = s.connection_id
        and (not c.schedule ? 'kind' or c.schedule->>'kind' = 'none')`,
  );
}
