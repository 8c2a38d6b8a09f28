import type { Transaction } from "../persistence/database.js";
import { type ClaimedDelivery, DELIVERY_CHANNEL, type DeliveryReason } from "./delivery.js";
import { DOUBT_MS } from "./intent.js";

/**
 * Another resource whose delivery this one looked at and found unfinished. `settles` is how often that delivery
 * had been settled when it was looked at (null: it had none), so that a settle in between is not missed.
 */
export interface Awaited {
  resourceId: string;
  settles: bigint | null;
}

/** How a claimed delivery ended. Times are absolute. */
export type Outcome =
  /** Up to date. `awaited` are references left out for now, e.g. a manager who does not exist there yet. */
  | { kind: "synced"; notes: string[]; awaited: Awaited[] }
  | { kind: "skipped"; reason: DeliveryReason; awaited: Awaited[] }
  | { kind: "parked"; reason: DeliveryReason }
  | { kind: "failed"; reason: DeliveryReason }
  /** Stopped by deletion protection until an administrator decides or the resource changes. */
  | { kind: "held"; reason: DeliveryReason }
  /** Waits until one of `awaited` is settled. */
  | { kind: "blocked"; reason: DeliveryReason; awaited: Awaited[] }
  | { kind: "awaiting"; reason: DeliveryReason; at: Date }
  /** Tried again at `at`; `charged` counts it as a failed try. */
  | { kind: "retry"; reason: DeliveryReason; at: Date; charged: boolean };

/** What a settle did: `lost` means that the lease had passed to another worker and nothing was written. */
export type SettleResult = "settled" | "lost";

/**
 * Takes the connection's settle lock and checks the lease: the first statement of a settling transaction.
 * Settles of one connection happen one after the other (about 2 ms each, far above any vendor's rate), which makes
 * "I wait for you" and "I am done" of two workers impossible to miss and impossible to deadlock.
 */
export async function holdsLease(tx: Transaction, delivery: ClaimedDelivery): Promise<boolean> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 7))", [delivery.connectionId]);
  const rows = await tx.query(
    "select 1 from delivery where tenant_id = $1 and id = $2 and lease_id = $3 and state = 'claimed'",
    [delivery.tenantId, delivery.id, delivery.leaseId],
  );
  return rows.length === 1;
}

/**
 * Records the outcome, puts the delivery back when its resource changed meanwhile, and wakes those that waited for
 * it. Call it after {@link holdsLease} and after the link and the write-back, in the same transaction.
 */
export async function settle(
  tx: Transaction,
  delivery: ClaimedDelivery,
  outcome: Outcome,
  settings: {
    now: Date;
    /** Whether a vendor call of this claim, or of one before it, may have been applied without our knowing. */
    inDoubt: boolean;
    /** Whether a write of this claim went unanswered, so that it may still arrive at the vendor for a while. */
    onItsWay?: boolean;
  },
): Promise<SettleResult> {
  const { tenantId, connectionId, resourceId } = delivery;
  // Lock this row and those that wait for it in one order, the one in which append locks rows.
  const locked = await tx.query<{ resource_id: string; generation: string; lease_id: string | null }>(
    `select resource_id, generation, lease_id from delivery
      where tenant_id = $1 and connection_id = $2
        and (resource_id = $3
             or resource_id in (select w.resource_id from delivery_wait w
                                 where w.tenant_id = $1 and w.connection_id = $2 and w.awaited_id = $3))
      order by resource_id for update`,
    [tenantId, connectionId, resourceId],
  );
  const own = locked.find((row) => row.resource_id === resourceId);
  if (own === undefined || own.lease_id !== delivery.leaseId) return "lost";

  const awaited = "awaited" in outcome ? outcome.awaited : [];
  const changedMeanwhile = BigInt(own.generation) !== delivery.generation;
  const again = changedMeanwhile || (await anySettledSince(tx, delivery, awaited));
  await replaceWaits(tx, delivery, again ? [] : awaited);

  const row = settledRow(outcome, settings.now, again);
  const final = isFinal(outcome);
  await tx.query(
    `update delivery
        set state = $3, next_attempt_at = $4, tries = case when $5 then tries + 1 when $6 then 0 else tries end,
            claims = case when $7 then claims else 0 end,
            intents = case when $7 or doubt_until is not null then intents else '[]'::jsonb end,
            doubt_until = case when $14 and intents <> '[]' then $13 else doubt_until end,
            reason = $8::jsonb, notes = $9::jsonb,
            settled_at = case when $10 then $11 else settled_at end,
            synced_at = case when $12 then $11 else synced_at end,
            override = case when $12 then null else override end,
            settles = settles + case when $10 then 1 else 0 end, lease_id = null, lease_until = null
      where tenant_id = $1 and id = $2`,
    [
      tenantId,
      delivery.id,
      row.state,
      row.nextAttemptAt,
      outcome.kind === "retry" && outcome.charged && !changedMeanwhile,
      outcome.kind !== "retry",
      settings.inDoubt,
      "reason" in outcome ? JSON.stringify(outcome.reason) : null,
      JSON.stringify(outcome.kind === "synced" ? outcome.notes : []),
      final,
      settings.now,
      outcome.kind === "synced",
      new Date(settings.now.getTime() + DOUBT_MS),
      settings.onItsWay === true,
    ],
  );
  if (outcome.kind === "blocked" && delivery.lane === "single") await takeAlong(tx, delivery, awaited);
  if (final) await wakeWaiting(tx, delivery, settings.now);
  if (final || again) tx.hint(DELIVERY_CHANNEL);
  return "settled";
}

function isFinal(outcome: Outcome): boolean {
  switch (outcome.kind) {
    case "synced":
    case "skipped":
    case "parked":
    case "failed":
    case "held":
      return true;
    case "blocked":
    case "awaiting":
    case "retry":
      return false;
  }
}

function settledRow(outcome: Outcome, now: Date, again: boolean): { state: string; nextAttemptAt: Date } {
  if (outcome.kind === "retry") return { state: "pending", nextAttemptAt: outcome.at };
  if (again) return { state: "pending", nextAttemptAt: now };
  if (outcome.kind === "awaiting") return { state: "awaiting", nextAttemptAt: outcome.at };
  return { state: outcome.kind, nextAttemptAt: now };
}

async function anySettledSince(
  tx: Transaction,
  delivery: ClaimedDelivery,
  awaited: Awaited[],
): Promise<boolean> {
  if (awaited.length === 0) return false;
  const rows = await tx.query<{ resource_id: string; settles: string }>(
    `select resource_id, settles from delivery
      where tenant_id = $1 and connection_id = $2 and resource_id = any($3::uuid[])`,
    [delivery.tenantId, delivery.connectionId, awaited.map((one) => one.resourceId)],
  );
  const present = new Map(rows.map((row) => [row.resource_id, BigInt(row.settles)]));
  return awaited.some((one) => (present.get(one.resourceId) ?? 0n) !== (one.settles ?? 0n));
}

async function replaceWaits(tx: Transaction, delivery: ClaimedDelivery, awaited: Awaited[]): Promise<void> {
  const keys = [delivery.tenantId, delivery.connectionId, delivery.resourceId];
  await tx.query(
    "delete from delivery_wait where tenant_id = $1 and connection_id = $2 and resource_id = $3",
    keys,
  );
  if (awaited.length === 0) return;
  await tx.query(
    `insert into delivery_wait (tenant_id, connection_id, resource_id, awaited_id)
     select $1, $2, $3, awaited from unnest($4::uuid[]) as awaited
     on conflict do nothing`,
    [...keys, awaited.map((one) => one.resourceId)],
  );
}

/**
 * What a single change waits for, and what that waits for, must not wait within a load. Rows that somebody has locked
 * are passed over: whoever has them is about to move them anyway.
 */
async function takeAlong(tx: Transaction, delivery: ClaimedDelivery, awaited: Awaited[]): Promise<void> {
  await tx.query(
    `with recursive needed (id) as (
       select unnest($3::uuid[])
        union
       select w.awaited_id from needed
         join delivery_wait w on w.tenant_id = $1 and w.connection_id = $2 and w.resource_id = needed.id),
     behind as (
       select d.id from delivery d
        where d.tenant_id = $1 and d.connection_id = $2 and d.resource_id in (select id from needed) and d.lane = 1
          and d.state in ('pending', 'blocked')
          for update skip locked)
     update delivery d set lane = 0 from behind where d.tenant_id = $1 and d.id = behind.id`,
    [delivery.tenantId, delivery.connectionId, awaited.map((one) => one.resourceId)],
  );
}

async function wakeWaiting(tx: Transaction, delivery: ClaimedDelivery, now: Date): Promise<void> {
  await tx.query(
    `with waiting as (
       delete from delivery_wait
        where tenant_id = $1 and connection_id = $2 and awaited_id = $3
       returning resource_id)
     update delivery d set state = 'pending', next_attempt_at = $4
       from waiting
      where d.tenant_id = $1 and d.connection_id = $2 and d.resource_id = waiting.resource_id
        and d.state in ('blocked', 'synced', 'skipped')`,
    [delivery.tenantId, delivery.connectionId, delivery.resourceId, now],
  );
}
