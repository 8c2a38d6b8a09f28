import type { Transaction } from "../persistence/database.js";
import type { ChangedResource } from "./append.js";
import { DELIVERY_CHANNEL } from "./delivery.js";

/** Deliveries that a reconciliation orders at its own connection. */
export interface OrderInput {
  tenantId: string;
  connectionId: string;
  runId: string;
  correlationId: string;
  now: Date;
  resources: readonly ChangedResource[];
  /** When they are due; at once by default. */
  dueAt?: Date;
}

// As append_deliveries does, at one connection. What deletion protection holds stays held: a run releases nothing.
const ORDER = `
  insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, generation, requested_at,
                        correlation_id, next_attempt_at, tries, claims, run_id, lane)
  select $1, gen_random_uuid(), $2, given.id, given.type, 'pending', 1, $3, $4, $5, 0, 0, $6,
         case when cardinality($7::uuid[]) > 20 then 1 else 0 end
    from unnest($7::uuid[], $8::text[]) as given (id, type)
   order by given.id
      on conflict (tenant_id, connection_id, resource_id) do update
     set generation = delivery.generation + 1,
         requested_at = excluded.requested_at,
         correlation_id = excluded.correlation_id,
         tries = 0,
         run_id = excluded.run_id,
         lane = case when delivery.lane = 0 and delivery.state = 'pending' then 0 else excluded.lane end,
         state = case when delivery.state = 'claimed' then 'claimed' else 'pending' end,
         next_attempt_at = case when delivery.state = 'claimed' then delivery.next_attempt_at
                                else excluded.next_attempt_at end
   where delivery.state <> 'held'`;

/**
 * Orders deliveries for a run in the caller's transaction, each resource at most once in a call. They carry the run's id
 * until they are settled.
 */
export async function orderForRun(tx: Transaction, input: OrderInput): Promise<void> {
  if (input.resources.length === 0) return;
  await tx.query(ORDER, [
    input.tenantId,
    input.connectionId,
    input.now,
    input.correlationId,
    input.dueAt ?? input.now,
    input.runId,
    input.resources.map((resource) => resource.id),
    input.resources.map((resource) => resource.type),
  ]);
  tx.hint(DELIVERY_CHANNEL);
}

/**
 * Keeps the settles of a connection out until the transaction ends, so that links and deliveries read in it are as they
 * are written. The first statement of its transaction, which has to be short.
 */
export async function holdSettles(tx: Transaction, connectionId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 7))", [connectionId]);
}
