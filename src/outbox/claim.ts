import type { Database, Queryable } from "../persistence/database.js";
import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";
import { type ClaimedDelivery, type DeliveryOverride, LANES, type Lane } from "./delivery.js";
import { DOUBT_MS } from "./intent.js";

/** How many deliveries to take, and for how long. */
export interface ClaimInput {
  now: Date;
  /** How long the claim lasts without a settle, in milliseconds; kept by the watch of leases (lease-watch.ts). */
  leaseMs: number;
  limit: number;
  /** Which lane goes first; single changes where it is left out. The other one gets what is left of the limit. */
  first?: Lane;
  /** Whose turn it is within a lane, where both wait; departments where it is left out. */
  firstType?: ResourceTypeId;
}

// `skip locked` lets workers of several processes claim side by side without waiting and without meeting. The
// oldest due row goes first, departments and people in turns: they are created by calls of different paths, each with a
// rate of its own, and a first load of 1,500 departments would otherwise leave the path of the people idle meanwhile.
// Who is claimed before their department waits for it (blocked), as ever.
// Each lane of each connection is asked for its oldest departments and people, in the order of index delivery_due: a claim
// reads at most four times as many rows as it takes, however long the queue is, and none of a paused connection.
// A connection in quarantine gives one delivery, its probe, when its pause is over. Taking it puts the end of the pause
// off by the lease, in the same statement, so that no other worker takes another one meanwhile. Whether it has anything
// due is asked by a look-up: as 'exists' it became a join that read all that is due of every connection with each claim.
// "fetch first" keeps the plan, which "limit" does not (persistence/statement-names.ts): it follows the index whatever the
// number is. With 20,000 due PostgreSQL still prefers to plan anew; on the embedded database a claim takes 0.7 ms, was 2.3.
const CLAIM = `
  with probing as (
    update connection c set paused_until = $3
     where c.enabled and c.pause_count > 0 and c.paused_until <= $1
       and (select true from delivery d
             where d.tenant_id = c.tenant_id and d.connection_id = c.id
               and d.state in ('pending', 'awaiting') and d.next_attempt_at <= $1 limit 1)
    returning c.tenant_id,
              (select d.id from delivery d
                where d.tenant_id = c.tenant_id and d.connection_id = c.id
                  and d.state in ('pending', 'awaiting') and d.next_attempt_at <= $1
                order by d.lane, d.resource_type, d.next_attempt_at, d.id limit 1) as id),
  due as (
    select tenant_id, id, true as probe from probing
     union all
    (select oldest.tenant_id, oldest.id, false
       from connection c
      cross join (values (0), (1)) as given (lane)
      cross join (values ('Group'), ('User')) as kind (resource_type)
      cross join lateral (
        select found.*, row_number() over (order by found.next_attempt_at, found.id) as turn
          from (
            select d.tenant_id, d.id, d.lane, d.next_attempt_at, d.resource_type
              from delivery d
             where d.tenant_id = c.tenant_id and d.connection_id = c.id and d.lane = given.lane
               and d.resource_type = kind.resource_type
               and d.state in ('pending', 'awaiting') and d.next_attempt_at <= $1
             order by d.next_attempt_at, d.id
             fetch first ($2::integer) rows only
               for update skip locked) found) oldest
      where c.enabled and (c.paused_until is null or c.pause_count = 0 and c.paused_until <= $1)
      order by oldest.lane <> $4, oldest.turn, oldest.resource_type <> $5, oldest.next_attempt_at, oldest.id
      fetch first ($2::integer) rows only))
  update delivery d
     set state = 'claimed', lease_id = gen_random_uuid(), lease_until = $3, claims = d.claims + 1
    from due
   where d.tenant_id = due.tenant_id and d.id = due.id and d.state in ('pending', 'awaiting')
  returning d.id, d.tenant_id, d.connection_id, d.resource_id, d.resource_type, d.generation, d.requested_at,
            d.correlation_id, d.tries, d.claims, d.intents, d.lease_id, d.next_attempt_at, d.lane, d.run_id, d.override,
            due.probe`;

interface ClaimRow {
  id: string;
  tenant_id: string;
  connection_id: string;
  resource_id: string;
  resource_type: ResourceTypeId;
  generation: string;
  requested_at: Date;
  correlation_id: string;
  tries: number;
  claims: number;
  intents: JsonObject[];
  lease_id: string;
  next_attempt_at: Date;
  run_id: string | null;
  override: DeliveryOverride | null;
  lane: number;
  probe: boolean;
}

/**
 * Takes up to `limit` due deliveries of enabled, unpaused connections, one lane first, in each departments and people in
 * turns, and of each the oldest first; and of each connection in quarantine whose pause is over one more, its probe.
 */
export async function claimDeliveries(database: Queryable, input: ClaimInput): Promise<ClaimedDelivery[]> {
  const leaseUntil = new Date(input.now.getTime() + input.leaseMs);
  const rows = await database.query<ClaimRow>(CLAIM, [
    input.now,
    input.limit,
    leaseUntil,
    LANES.indexOf(input.first ?? "single"),
    input.firstType ?? "Group",
  ]);
  // `update ... returning` keeps no order.
  rows.sort(asClaimed);
  return rows.map(toClaimed);
}

/** The order within one claim. */
function asClaimed(a: ClaimRow, b: ClaimRow): number {
  return a.next_attempt_at.getTime() - b.next_attempt_at.getTime() || (a.id < b.id ? -1 : 1);
}

function toClaimed(row: ClaimRow): ClaimedDelivery {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    connectionId: row.connection_id,
    resourceId: row.resource_id,
    resourceType: row.resource_type,
    generation: BigInt(row.generation),
    requestedAt: row.requested_at,
    correlationId: row.correlation_id,
    tries: row.tries,
    claims: row.claims,
    intents: row.intents,
    leaseId: row.lease_id,
    ...(row.run_id === null ? {} : { runId: row.run_id }),
    ...(row.override === null ? {} : { override: row.override }),
    lane: row.lane === LANES.indexOf("load") ? "load" : "single",
    probe: row.probe,
  };
}

/** Which deliveries of one connection to take. */
export interface ClaimOfInput extends ClaimInput {
  tenantId: string;
  connectionId: string;
  resourceIds: readonly string[];
}

/**
 * Takes up to `limit` due deliveries of these resources, in the order in which {@link claimDeliveries} takes them,
 * whether or not the connection is on: for a rehearsal, which nobody else sees.
 */
export async function claimDeliveriesOf(
  database: Queryable,
  input: ClaimOfInput,
): Promise<ClaimedDelivery[]> {
  const rows = await database.query<ClaimRow>(
    `update delivery d
        set state = 'claimed', lease_id = gen_random_uuid(), lease_until = $6, claims = d.claims + 1
      where d.tenant_id = $1 and d.connection_id = $2 and d.id = any(array(
              select due.id from delivery due
               where due.tenant_id = $1 and due.connection_id = $2 and due.resource_id = any($3::uuid[])
                 and due.state = 'pending' and due.next_attempt_at <= $4
               order by due.lane, due.next_attempt_at, due.resource_type, due.id
               fetch first ($5::integer) rows only))
     returning d.id, d.tenant_id, d.connection_id, d.resource_id, d.resource_type, d.generation, d.requested_at,
               d.correlation_id, d.tries, d.claims, d.intents, d.lease_id, d.next_attempt_at, d.lane, d.run_id,
               d.override, false as probe`,
    [
      input.tenantId,
      input.connectionId,
      input.resourceIds,
      input.now,
      input.limit,
      new Date(input.now.getTime() + input.leaseMs),
    ],
  );
  rows.sort(asClaimed);
  return rows.map(toClaimed);
}

/**
 * Puts every claimed delivery back at once. Only for the start of a process that is the database's only one: the
 * claims it finds belong to a process that is dead.
 */
export async function releaseAllLeases(database: Database, now: Date): Promise<number> {
  if (database.kind !== "embedded") return 0;
  const rows = await database.query(
    `update delivery set state = 'pending', next_attempt_at = $1, lease_id = null, lease_until = null,
            doubt_until = case when intents = '[]' then doubt_until else $2 end
      where state = 'claimed' returning id`,
    [now, new Date(now.getTime() + DOUBT_MS)],
  );
  return rows.length;
}

/** Hands back one delivery that was claimed and not worked on; the claim does not count. */
export async function handBack(database: Queryable, delivery: ClaimedDelivery): Promise<void> {
  await database.query(
    `update delivery set state = 'pending', claims = greatest(claims - 1, 0), lease_id = null, lease_until = null
      where tenant_id = $1 and id = $2 and lease_id = $3 and state = 'claimed'`,
    [delivery.tenantId, delivery.id, delivery.leaseId],
  );
}

/** When the next pending delivery is due, if there is one: how long an idle worker may sleep at most. */
export async function nextDueAt(database: Queryable): Promise<Date | undefined> {
  const rows = await database.query<{ next_attempt_at: Date }>(
    `select oldest.next_attempt_at
       from connection c
      cross join (values (0), (1)) as given (lane)
      cross join (values ('Group'), ('User')) as kind (resource_type)
      cross join lateral (
        select d.next_attempt_at from delivery d
         where d.tenant_id = c.tenant_id and d.connection_id = c.id and d.lane = given.lane
           and d.resource_type = kind.resource_type
           and d.state in ('pending', 'awaiting')
         order by d.next_attempt_at limit 1) oldest
      where c.enabled and c.paused_until is null
      order by oldest.next_attempt_at limit 1`,
  );
  return rows[0]?.next_attempt_at;
}
