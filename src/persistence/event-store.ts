import type { ResourceTypeId } from "../scim/schema/attribute.js";
import type { Queryable } from "./queryable.js";

/** Which connection an event or a hint is of. */
export interface EventsOf {
  tenantId: string;
  connectionId: string;
}

/** An event as it is remembered. */
export interface EventReceipt extends EventsOf {
  eventId: string;
  eventType: string;
  receivedAt: Date;
}

/** Remembers an event. Answers false, with nothing written, when it was remembered before. */
export async function insertEventReceipt(db: Queryable, receipt: EventReceipt): Promise<boolean> {
  const rows = await db.query(
    `insert into event_receipt (tenant_id, connection_id, event_id, event_type, received_at)
     values ($1, $2, $3, $4, $5) on conflict do nothing returning 1`,
    [receipt.tenantId, receipt.connectionId, receipt.eventId, receipt.eventType, receipt.receivedAt],
  );
  return rows.length === 1;
}

/** The events of a connection in short. */
export interface EventSummary {
  /** When the newest came in that is remembered. */
  lastAt: Date | null;
  /** Records that are still to be looked at. */
  waiting: number;
}

/** The events of each of these connections in short, by connection. */
export async function summariseEvents(
  db: Queryable,
  tenantId: string,
  connectionIds: readonly string[],
): Promise<Map<string, EventSummary>> {
  const rows = await db.query<EventSummary & { id: string }>(
    `select wanted.id,
            (select max(received_at) from event_receipt
              where tenant_id = $1 and connection_id = wanted.id) as "lastAt",
            (select count(*)::integer from event_hint
              where tenant_id = $1 and connection_id = wanted.id) as waiting
       from unnest($2::uuid[]) as wanted (id)`,
    [tenantId, connectionIds],
  );
  return new Map(rows.map(({ id, lastAt, waiting }) => [id, { lastAt, waiting }]));
}

/** Forgets events that came in before a moment. */
export async function forgetEventReceipts(db: Queryable, before: Date): Promise<void> {
  await db.query("delete from event_receipt where received_at < $1", [before]);
}

/** A record that is to be looked at. */
export interface EventHint extends EventsOf {
  resourceType: ResourceTypeId;
  remoteId: string;
  /** The newest event about it. */
  eventType: string;
  correlationId: string;
  /** When that came in. */
  receivedAt: Date;
  /** Rises with each event about it. */
  generation: string;
  /** How often it was looked at, this time included. */
  looks: number;
}

/** What an event says about several records. */
export interface NewHints extends EventsOf {
  records: readonly { resourceType: ResourceTypeId; remoteId: string }[];
  eventType: string;
  correlationId: string;
  receivedAt: Date;
  dueAt: Date;
}

/** Asks for a look at each of the records; one that waits already is not put off. */
export async function insertEventHints(db: Queryable, hints: NewHints): Promise<void> {
  if (hints.records.length === 0) return;
  await db.query(
    `insert into event_hint (tenant_id, connection_id, resource_type, remote_id, event_type, correlation_id,
                             received_at, due_at)
     select distinct $1::uuid, $2::uuid, given.type, given.id, $5, $6, $7::timestamptz, $8::timestamptz
       from unnest($3::text[], $4::text[]) as given (type, id)
      order by 3, 4
         on conflict (tenant_id, connection_id, resource_type, remote_id) do update
        set event_type = excluded.event_type, correlation_id = excluded.correlation_id,
            received_at = excluded.received_at, due_at = least(event_hint.due_at, excluded.due_at),
            generation = event_hint.generation + 1, looks = 0`,
    [
      hints.tenantId,
      hints.connectionId,
      hints.records.map((record) => record.resourceType),
      hints.records.map((record) => record.remoteId),
      hints.eventType,
      hints.correlationId,
      hints.receivedAt,
      hints.dueAt,
    ],
  );
}

const HINT = `h.tenant_id as "tenantId", h.connection_id as "connectionId", h.resource_type as "resourceType",
  h.remote_id as "remoteId", h.event_type as "eventType", h.correlation_id as "correlationId",
  h.received_at as "receivedAt", h.generation::text as generation, h.looks`;

/** Takes hints that are due, oldest first, for `leaseMs`. Those of a connection that is off or paused rest. */
export async function claimEventHints(
  db: Queryable,
  given: { now: Date; leaseMs: number; limit: number },
): Promise<EventHint[]> {
  return db.query<EventHint & Record<string, unknown>>(
    `update event_hint h set lease_until = $2, looks = h.looks + 1
       from (select e.tenant_id, e.connection_id, e.resource_type, e.remote_id
               from event_hint e
               join connection c on c.tenant_id = e.tenant_id and c.id = e.connection_id
              where e.due_at <= $1 and (e.lease_until is null or e.lease_until < $1)
                and c.enabled and (c.paused_until is null or c.paused_until <= $1)
              order by e.due_at limit $3 for update of e skip locked) due
      where h.tenant_id = due.tenant_id and h.connection_id = due.connection_id
        and h.resource_type = due.resource_type and h.remote_id = due.remote_id
      returning ${HINT}`,
    [given.now, new Date(given.now.getTime() + given.leaseMs), given.limit],
  );
}

/** When the next hint is due that nobody has taken; those that rest do not count. */
export async function nextEventHintAt(db: Queryable): Promise<Date | undefined> {
  const rows = await db.query<{ at: Date | null }>(
    `select min(greatest(e.due_at, e.lease_until, c.paused_until)) as at
       from event_hint e
       join connection c on c.tenant_id = e.tenant_id and c.id = e.connection_id
      where c.enabled`,
  );
  return rows[0]?.at ?? undefined;
}

/** Ends a hint that was looked at; where more events came meanwhile it stays, and is due again. */
export async function endEventHint(db: Queryable, hint: EventHint): Promise<void> {
  await db.query(
    `with ended as (
       delete from event_hint
        where tenant_id = $1 and connection_id = $2 and resource_type = $3 and remote_id = $4 and generation = $5
        returning 1)
     update event_hint set lease_until = null
      where tenant_id = $1 and connection_id = $2 and resource_type = $3 and remote_id = $4 and generation <> $5
        and not exists (select from ended)`,
    keyOf(hint),
  );
}

/** Puts a hint back, to be looked at once more. */
export async function postponeEventHint(db: Queryable, hint: EventHint, dueAt: Date): Promise<void> {
  await db.query(
    `update event_hint set lease_until = null, due_at = case when generation = $5 then $6 else due_at end
      where tenant_id = $1 and connection_id = $2 and resource_type = $3 and remote_id = $4`,
    [...keyOf(hint), dueAt],
  );
}

/** Forgets what a connection was to look at. */
export async function forgetEventHints(db: Queryable, of: EventsOf): Promise<void> {
  await db.query("delete from event_hint where tenant_id = $1 and connection_id = $2", [
    of.tenantId,
    of.connectionId,
  ]);
}

function keyOf({ tenantId, connectionId, resourceType, remoteId, generation }: EventHint): string[] {
  return [tenantId, connectionId, resourceType, remoteId, generation];
}
