import type { JsonValue } from "../scim/schema/attribute.js";
import type { Queryable } from "./queryable.js";

/** What an attempt did to the remote object. */
export type AttemptAction = "create" | "update" | "move" | "remove" | "adopt" | "none";

/** One try of a delivery, about to be stored. */
export interface NewAttempt {
  tenantId: string;
  id: string;
  deliveryId: string;
  connectionId: string;
  resourceId: string;
  /** 1 for the delivery's first try since its last success. */
  number: number;
  /** Which generation of the delivery it worked on; a bigint as text. */
  generation: string;
  /** What set it off, e.g. "change" or "retry". */
  trigger: string;
  action: AttemptAction;
  outcome: string;
  startedAt: Date;
  durationMs: number;
  /** The vendor's code, message and the remedy, where it failed. */
  code: string | null;
  message: string | null;
  remedy: string | null;
  /** Message and remedy in Simplified Chinese. */
  zh?: { message: string; remedy?: string } | null;
  /** What the resource is at the vendor because of this try, where that changed. */
  remoteId?: string | null;
  /** The vendor calls, already redacted. */
  calls: readonly JsonValue[];
  correlationId: string | null;
}

/** A stored attempt. */
export interface Attempt extends Omit<NewAttempt, "calls"> {
  /** Counts up over all attempts; a bigint as text. */
  seq: string;
  calls: JsonValue[];
}

/** Stores an attempt. */
export async function insertAttempt(db: Queryable, attempt: NewAttempt): Promise<void> {
  await db.query(
    `insert into attempt (tenant_id, id, delivery_id, connection_id, resource_id, number, generation, trigger, action,
                          outcome, started_at, duration_ms, code, message, remedy, calls, correlation_id, zh,
                          remote_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16::jsonb, $17, $18::jsonb, $19)`,
    [
      attempt.tenantId,
      attempt.id,
      attempt.deliveryId,
      attempt.connectionId,
      attempt.resourceId,
      attempt.number,
      attempt.generation,
      attempt.trigger,
      attempt.action,
      attempt.outcome,
      attempt.startedAt,
      attempt.durationMs,
      attempt.code,
      attempt.message,
      attempt.remedy,
      JSON.stringify(attempt.calls),
      attempt.correlationId,
      attempt.zh == null ? null : JSON.stringify(attempt.zh),
      attempt.remoteId ?? null,
    ],
  );
}

/** Which attempts to list: those of one delivery. */
export interface AttemptsOf {
  tenantId: string;
  deliveryId: string;
}

/** How many of a delivery's latest attempts, one after the other, ended with this code. */
export async function countLatestWithCode(
  db: Queryable,
  { tenantId, deliveryId }: AttemptsOf,
  code: string,
): Promise<number> {
  const [row] = await db.query<{ count: string }>(
    `select count(*) as count from attempt
      where tenant_id = $1 and delivery_id = $2
        and seq > coalesce((select max(seq) from attempt
                             where tenant_id = $1 and delivery_id = $2 and code is distinct from $3), 0)`,
    [tenantId, deliveryId, code],
  );
  return Number(row?.count ?? 0);
}

/** A delivery's attempts, newest first, that are older than the one with `seq` `before`. */
export async function listAttempts(
  db: Queryable,
  { tenantId, deliveryId }: AttemptsOf,
  page: { before?: string | undefined; limit: number },
): Promise<Attempt[]> {
  return db.query<Attempt>(
    `select tenant_id as "tenantId", id, seq, delivery_id as "deliveryId", connection_id as "connectionId",
            resource_id as "resourceId", number, generation, trigger, action, outcome, started_at as "startedAt",
            duration_ms as "durationMs", code, message, remedy, zh, calls, correlation_id as "correlationId",
            remote_id as "remoteId"
       from attempt
      where tenant_id = $1 and delivery_id = $2 and ($3::bigint is null or seq < $3)
      order by seq desc
      limit $4`,
    [tenantId, deliveryId, page.before ?? null, page.limit],
  );
}
