import type { Transaction } from "../persistence/database.js";
import type { ResourceTypeId } from "../scim/schema/attribute.js";
import { DELIVERY_CHANNEL } from "./delivery.js";

/** A resource whose remote image may be out of date now. */
export interface ChangedResource {
  type: ResourceTypeId;
  id: string;
}

/** Who changed what, when. */
export interface AppendInput {
  tenantId: string;
  correlationId: string;
  now: Date;
  /** Duplicates are allowed and count once. */
  resources: readonly ChangedResource[];
}

// A change that is not committed yet when a connection is switched on would be seen neither by its own append (the
// connection is still off) nor by the backlog (the resource is not there yet). So appends share a lock of the tenant
// that a backlog takes alone: it waits for the appends before it and is seen by those after it. The lock is a
// statement of its own because a statement sees what was committed before it began.

/** See {@link appendDeliveries}. */
export type AppendDeliveries = (tx: Transaction, input: AppendInput) => Promise<void>;

// A delivery is a standing order, one row for a resource at a connection: a further change raises its generation
// and makes it due at once, whatever state it was in. A claimed row keeps its claim; the settle sees the raised
// generation and puts the row back. Rows are locked in one order (resource id) so that writers never deadlock.
const RAISE_WHAT_IS_THERE = `on conflict (tenant_id, connection_id, resource_id) do update
     set generation = delivery.generation + 1,
         requested_at = excluded.requested_at,
         correlation_id = excluded.correlation_id,
         tries = 0,
         state = case when delivery.state = 'claimed' then 'claimed' else 'pending' end,
         next_attempt_at = case when delivery.state = 'claimed' then delivery.next_attempt_at
                                else excluded.next_attempt_at end`;

const APPEND = `
  insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, generation, requested_at,
                        correlation_id, next_attempt_at, tries, claims)
  select c.tenant_id, gen_random_uuid(), c.id, changed.id, changed.type, 'pending', 1, $4, $5, $4, 0, 0
    from connection c
   cross join (select distinct id, type from unnest($2::uuid[], $3::text[]) as given (id, type)) changed
   where c.tenant_id = $1 and c.enabled
   order by changed.id, c.id
  ${RAISE_WHAT_IS_THERE}`;

/**
 * Orders a delivery of each changed resource to every enabled connection of the tenant, inside the caller's
 * transaction: with the change or not at all. Call it at most once in a transaction, as its last statement.
 */
export const appendDeliveries: AppendDeliveries = async (tx, input) => {
  if (input.resources.length === 0) return;
  await tx.query("select pg_advisory_xact_lock_shared(hashtextextended($1, 8))", [input.tenantId]);
  await tx.query(APPEND, [
    input.tenantId,
    input.resources.map((resource) => resource.id),
    input.resources.map((resource) => resource.type),
    input.now,
    input.correlationId,
  ]);
  await tx.notify(DELIVERY_CHANNEL, "");
};

const APPEND_BACKLOG = `
  insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, generation, requested_at,
                        correlation_id, next_attempt_at, tries, claims)
  select r.tenant_id, gen_random_uuid(), $2, r.id, r.type, 'pending', 1, $3, $4, $3, 0, 0
    from resource r
   where r.tenant_id = $1
     and (r.deleted_at is null
          or exists (select 1 from link l
                      where l.tenant_id = r.tenant_id and l.connection_id = $2 and l.resource_id = r.id))
   order by r.id
  ${RAISE_WHAT_IS_THERE}`;

/** One connection that has to catch up with everything. */
export interface BacklogInput {
  tenantId: string;
  connectionId: string;
  correlationId: string;
  now: Date;
}

/** See {@link appendBacklog}. */
export type AppendBacklog = (tx: Transaction, input: BacklogInput) => Promise<void>;

/**
 * Orders a delivery of every living resource, and of every removed one that is still linked, to one connection:
 * what a connection missed while it was off. One statement; the database walks the table, not this process.
 */
export const appendBacklog: AppendBacklog = async (tx, input) => {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 8))", [input.tenantId]);
  await tx.query(APPEND_BACKLOG, [input.tenantId, input.connectionId, input.now, input.correlationId]);
  await tx.notify(DELIVERY_CHANNEL, "");
};
