import { type AuditContext, appendAudit } from "../audit/append-audit.js";
import { DELIVERY_CHANNEL, type DeliveryReason, type DeliveryState } from "../outbox/delivery.js";
import { type Attempt, listAttempts } from "../persistence/attempt-store.js";
import type { Database } from "../persistence/database.js";
import type { Clock } from "../platform/clock.js";
import type { ResourceTypeId } from "../scim/schema/attribute.js";
import { approveDelivery } from "./mobile-change/approve-delivery.js";
import { CREATES_STOPPED, resumeCreates } from "./trouble/create-stop.js";

export type { DeliveryState } from "../outbox/delivery.js";
export type { Attempt } from "../persistence/attempt-store.js";

/** A delivery as an administrator sees it. */
export interface LoggedDelivery {
  id: string;
  connectionId: string;
  resourceId: string;
  resourceType: ResourceTypeId;
  /** What people call the resource; null once it is removed. */
  resourceName: string | null;
  /** What the resource is at the connection; null while it is not linked. */
  remoteId: string | null;
  state: DeliveryState;
  requestedAt: Date;
  /** Of the request that changed the resource last. */
  correlationId: string | null;
  /** Failed attempts in a row. */
  tries: number;
  /** When it is due; null where it is not waiting for a time. */
  nextAttemptAt: Date | null;
  settledAt: Date | null;
  reason: DeliveryReason | null;
  /** Things to know although it went well, e.g. a field that the vendor ignores. */
  warnings: string[];
}

/** Which deliveries to list, in the order of their ids. */
export interface DeliveryQuery {
  connectionId?: string;
  resourceId?: string;
  states?: readonly DeliveryState[];
  /** Begin after this delivery. */
  after?: string;
  limit: number;
}

/** A delivery with everything that is known about it. */
export interface DeliveryDetail {
  delivery: LoggedDelivery;
  /** Newest first, at most 100. */
  attempts: Attempt[];
  /** Ids of the resources that it waits for. */
  waitsFor: string[];
}

/** Deliveries in the administrator's terms. */
export interface DeliveryLog {
  list(tenantId: string, query: DeliveryQuery): Promise<LoggedDelivery[]>;
  /** @throws DeliveryNotFoundError */
  get(tenantId: string, deliveryId: string): Promise<DeliveryDetail>;
  /**
   * Makes a delivery due now, whatever it waited for.
   * @throws DeliveryNotFoundError
   * @throws DeliveryNotRetriableError where a worker has it or deletion protection holds it
   */
  retry(context: AuditContext, deliveryId: string): Promise<LoggedDelivery>;
  /**
   * Approves what a parked delivery proposes, such as creating a person anew with another mobile number, and makes it
   * due now.
   * @throws DeliveryNotFoundError, NothingToApproveError
   */
  approve(context: AuditContext, deliveryId: string): Promise<LoggedDelivery>;
  /** Makes every delivery in these states due now, of one connection or of all. Answers how many there were. */
  retryFailed(
    context: AuditContext,
    selection: { connectionId?: string; states: readonly ("failed" | "parked")[] },
  ): Promise<number>;
}

/** There is no such delivery in the tenant. */
export class DeliveryNotFoundError extends Error {
  override readonly name = "DeliveryNotFoundError";

  constructor(readonly deliveryId: string) {
    super("There is no delivery with this id.");
  }
}

/** The delivery is in a state in which an administrator's retry means nothing. */
export class DeliveryNotRetriableError extends Error {
  override readonly name = "DeliveryNotRetriableError";

  constructor(readonly state: "claimed" | "held") {
    super(
      state === "claimed"
        ? "The delivery is being attempted at this moment; look again in a few seconds."
        : "Deletion protection holds this delivery; release or discard it instead.",
    );
  }
}

/** Only a delivery that deletion protection holds can be released or discarded. */
export class DeliveryNotHeldError extends Error {
  override readonly name = "DeliveryNotHeldError";

  constructor(readonly state: DeliveryState) {
    super(`Deletion protection does not hold this delivery; it is ${state}.`);
  }
}

/** Attempts shown with a delivery. */
const SHOWN_ATTEMPTS = 100;

/** Creates the log over the outbox's tables. */
export function createDeliveryLog({ database, clock }: { database: Database; clock: Clock }): DeliveryLog {
  async function find(tenantId: string, deliveryId: string): Promise<LoggedDelivery> {
    const rows = await database.query<DeliveryRow>(`${SELECT} where d.tenant_id = $1 and d.id = $2`, [
      tenantId,
      deliveryId,
    ]);
    if (rows[0] === undefined) throw new DeliveryNotFoundError(deliveryId);
    return toDelivery(rows[0]);
  }

  return {
    async list(tenantId, query) {
      const { sql, parameters } = listStatement(tenantId, query);
      return (await database.query<DeliveryRow>(sql, parameters)).map(toDelivery);
    },

    async get(tenantId, deliveryId) {
      const delivery = await find(tenantId, deliveryId);
      const attempts = await listAttempts(database, { tenantId, deliveryId }, { limit: SHOWN_ATTEMPTS });
      const waits = await database.query<{ awaited_id: string }>(WAITS, [
        tenantId,
        delivery.connectionId,
        delivery.resourceId,
      ]);
      return {
        delivery,
        attempts,
        waitsFor: waits.map((wait) => wait.awaited_id),
      };
    },

    async retry(context, deliveryId) {
      const { tenantId } = context;
      await database.transaction(async (tx) => {
        const rows = await tx.query<{ state: DeliveryState; connection_id: string; code: string | null }>(
          "select state, connection_id, reason->>'code' as code from delivery where tenant_id = $1 and id = $2 for update",
          [tenantId, deliveryId],
        );
        const state = rows[0]?.state;
        if (state === undefined) throw new DeliveryNotFoundError(deliveryId);
        if (state === "claimed" || state === "held") throw new DeliveryNotRetriableError(state);
        const now = clock.now();
        await tx.query(RETRY_ONE, [tenantId, deliveryId, now]);
        if (rows[0]?.code === CREATES_STOPPED)
          await resumeCreates(tx, { tenantId, connectionId: rows[0].connection_id }, now);
        await appendAudit(
          tx,
          { ...context, now },
          {
            object: { type: "delivery", id: deliveryId },
            verb: "retried",
            before: { state },
            after: { state: "pending" },
          },
        );
        tx.hint(DELIVERY_CHANNEL);
      });
      return find(tenantId, deliveryId);
    },

    async approve(context, deliveryId) {
      const now = clock.now();
      const isKnown = await database.transaction((tx) =>
        approveDelivery(tx, { ...context, now }, deliveryId),
      );
      if (!isKnown) throw new DeliveryNotFoundError(deliveryId);
      return find(context.tenantId, deliveryId);
    },

    async retryFailed(context, { connectionId, states }) {
      const { tenantId } = context;
      const now = clock.now();
      return database.transaction(async (tx) => {
        const rows = await tx.query<{ count: number }>(RETRY_FAILED, [
          tenantId,
          connectionId ?? null,
          states,
          now,
        ]);
        const retried = rows[0]?.count ?? 0;
        if (retried === 0) return 0;
        const object = { type: "connection", id: connectionId } as const;
        await appendAudit(
          tx,
          { ...context, now },
          { object, verb: "deliveries-retried", after: { states: [...states], retried } },
        );
        tx.hint(DELIVERY_CHANNEL);
        return retried;
      });
    },
  };
}

interface DeliveryRow {
  id: string;
  connection_id: string;
  resource_id: string;
  resource_type: ResourceTypeId;
  resource_name: string | null;
  remote_id: string | null;
  state: DeliveryState;
  requested_at: Date;
  correlation_id: string | null;
  tries: number;
  next_attempt_at: Date;
  settled_at: Date | null;
  reason: DeliveryReason | null;
  notes: string[] | null;
}

const SELECT = `
  select d.id, d.connection_id, d.resource_id, d.resource_type, d.state, d.requested_at, d.correlation_id, d.tries,
         d.next_attempt_at, d.settled_at, d.reason, d.notes, l.remote_id,
         coalesce(r.doc->>'displayName', r.doc->>'userName') as resource_name
    from delivery d
    left join resource r on r.tenant_id = d.tenant_id and r.id = d.resource_id and r.deleted_at is null
    left join link l on l.tenant_id = d.tenant_id and l.connection_id = d.connection_id
                    and l.resource_id = d.resource_id`;

// Only the conditions that were asked for stand in the statement, so that each combination is planned on its index.
function listStatement(tenantId: string, query: DeliveryQuery): { sql: string; parameters: unknown[] } {
  const parameters: unknown[] = [tenantId];
  const conditions = ["d.tenant_id = $1"];
  const require = (condition: (parameter: string) => string, value: unknown) => {
    if (value === undefined) return;
    parameters.push(value);
    conditions.push(condition(`$${parameters.length}`));
  };
  require((parameter) => `d.connection_id = ${parameter}`, query.connectionId);
  require((parameter) => `d.resource_id = ${parameter}`, query.resourceId);
  require((parameter) => `d.state = any(${parameter}::text[])`, query.states);
  require((parameter) => `d.id > ${parameter}`, query.after);
  parameters.push(query.limit);
  const sql = `${SELECT} where ${conditions.join(" and ")} order by d.id limit $${parameters.length}`;
  return { sql, parameters };
}

function toDelivery(row: DeliveryRow): LoggedDelivery {
  const timed = row.state === "pending" || row.state === "awaiting";
  return {
    id: row.id,
    connectionId: row.connection_id,
    resourceId: row.resource_id,
    resourceType: row.resource_type,
    resourceName: row.resource_name,
    remoteId: row.remote_id,
    state: row.state,
    requestedAt: row.requested_at,
    correlationId: row.correlation_id,
    tries: row.tries,
    nextAttemptAt: timed ? row.next_attempt_at : null,
    settledAt: row.settled_at,
    reason: row.reason,
    warnings: row.notes ?? [],
  };
}

const WAITS = `
  select awaited_id from delivery_wait
   where tenant_id = $1 and connection_id = $2 and resource_id = $3
   order by awaited_id`;

// What it waited for stays recorded: if that settles first, the delivery is woken once more, which is harmless.
const RETRY_ONE = `
  update delivery set state = 'pending', next_attempt_at = $3, tries = 0, lane = 0
   where tenant_id = $1 and id = $2`;

// Rows are locked in the order of their resources, the one in which the outbox locks them.
const RETRY_FAILED = `
  with due as (
    select tenant_id, id from delivery
     where tenant_id = $1 and ($2::uuid is null or connection_id = $2) and state = any($3::text[])
     order by resource_id, connection_id
       for update),
  retried as (
    update delivery d set state = 'pending', next_attempt_at = $4, tries = 0, lane = 1
      from due
     where d.tenant_id = due.tenant_id and d.id = due.id
    returning 1)
  select count(*)::int as count from retried`;
