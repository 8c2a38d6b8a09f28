import type { DeliveryReason } from "../../outbox/delivery.js";
import type { Queryable, Transaction } from "../../persistence/database.js";
import { newId } from "../../platform/ids.js";
import type { Loss } from "./losses.js";
import type { LossKind } from "./protection-rules.js";

/** Whose removals. */
export interface RemovalKey {
  tenantId: string;
  connectionId: string;
  resourceId: string;
}

/** A loss that was judged and is not over: allowed and counted, held, or released by an administrator. */
export interface OpenRemoval {
  kind: LossKind;
  unitId: string;
  state: "counted" | "held" | "released";
  /** The resource's version when it was judged. */
  version: bigint;
  reason: DeliveryReason | null;
  at: Date;
  /** The run that it was judged for. */
  runId: string | null;
}

/** What counts against the limits, apart from one unit. */
export interface Tally {
  /** Units lost since the start of the window. */
  inWindow: number;
  /** Of those, the ones that are gone already. */
  gone: number;
  /** Units lost in the run. */
  inRun: number;
}

/** Rows longer over than this are of no use to any window or run, in milliseconds. */
const KEEP_MS = 60 * 24 * 3_600_000;

/**
 * Lets one judgement of a connection happen after the other, in whatever process: what one counts, the next sees.
 * Held until the transaction ends.
 */
export async function lockRemovals(tx: Transaction, connectionId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 9))", [connectionId]);
}

/** The open removals of one delivery. */
export async function openRemovals(queryable: Queryable, key: RemovalKey): Promise<OpenRemoval[]> {
  const rows = await queryable.query<Omit<OpenRemoval, "version"> & { version: string }>(
    `select kind, unit_id as "unitId", state, version, reason, at, run_id as "runId" from removal
      where tenant_id = $1 and connection_id = $2 and resource_id = $3 and done_at is null`,
    [key.tenantId, key.connectionId, key.resourceId],
  );
  return rows.map((row) => ({ ...row, version: BigInt(row.version) }));
}

/** How many units of a kind were lost; each counts once, and `loss` itself does not count. */
export async function tallyRemovals(
  queryable: Queryable,
  key: RemovalKey,
  loss: Pick<Loss, "kind" | "unitId">,
  since: { start: Date; runId: string | undefined },
): Promise<Tally> {
  const rows = await queryable.query<Tally>(
    `select count(distinct unit_id) filter (where at > $5)::int as "inWindow",
            count(distinct unit_id) filter (where at > $5 and done_at is not null)::int as gone,
            count(distinct unit_id) filter (where run_id = $6)::int as "inRun"
       from removal
      where tenant_id = $1 and connection_id = $2 and kind = $3 and state = 'counted' and unit_id <> $4
        and (at > $5 or run_id = $6)`,
    [key.tenantId, key.connectionId, loss.kind, loss.unitId, since.start, since.runId ?? null],
  );
  return rows[0] ?? { inWindow: 0, gone: 0, inRun: 0 };
}

/** People or departments that are linked at a connection. */
export async function countLinked(
  queryable: Queryable,
  { tenantId, connectionId }: RemovalKey,
  kind: LossKind,
): Promise<number> {
  const rows = await queryable.query<{ count: number }>(
    `select count(*)::int as count from link
      where tenant_id = $1 and connection_id = $2 and resource_type = $3`,
    [tenantId, connectionId, kind === "user" ? "User" : "Group"],
  );
  return rows[0]?.count ?? 0;
}

/** Stores a judgement in place of the open one of the same loss; forgets what is long over. */
export async function storeRemoval(
  tx: Transaction,
  key: RemovalKey,
  loss: Pick<Loss, "kind" | "unitId">,
  judgement: {
    state: OpenRemoval["state"];
    version: bigint;
    at: Date;
    runId?: string | undefined;
    reason?: DeliveryReason;
    actor?: string;
  },
): Promise<void> {
  await tx.query(
    `insert into removal (tenant_id, id, connection_id, kind, unit_id, resource_id, state, version, run_id, reason,
                          actor, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12)
     on conflict (tenant_id, connection_id, resource_id, kind, unit_id) where done_at is null do update
        set state = excluded.state, version = excluded.version, run_id = excluded.run_id, reason = excluded.reason,
            actor = excluded.actor, at = excluded.at`,
    [
      key.tenantId,
      newId(),
      key.connectionId,
      loss.kind,
      loss.unitId,
      key.resourceId,
      judgement.state,
      judgement.version,
      judgement.runId ?? null,
      judgement.reason === undefined ? null : JSON.stringify(judgement.reason),
      judgement.actor ?? null,
      judgement.at,
    ],
  );
  await tx.query(
    `delete from removal
      where tenant_id = $1 and connection_id = $2 and kind = $3 and state = 'counted' and at < $4
        and done_at is not null`,
    [key.tenantId, key.connectionId, loss.kind, new Date(judgement.at.getTime() - KEEP_MS)],
  );
}

/** Ends the open removals of a delivery that was carried out: the next one is judged anew. */
export async function completeRemovals(tx: Transaction, key: RemovalKey, now: Date): Promise<void> {
  await tx.query(
    `update removal set done_at = $4
      where tenant_id = $1 and connection_id = $2 and resource_id = $3 and done_at is null`,
    [key.tenantId, key.connectionId, key.resourceId, now],
  );
}

/**
 * Notes that an administrator is told of held removals at this moment, unless that happened since `start`. Answers
 * whether they are to be told. Call it under {@link lockRemovals}.
 */
export async function raiseAlarmOnce(
  tx: Transaction,
  { tenantId, connectionId }: Omit<RemovalKey, "resourceId">,
  now: Date,
  start: Date,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into protection_alarm as alarm (tenant_id, connection_id, raised_at) values ($1, $2, $3)
     on conflict (tenant_id, connection_id) do update set raised_at = excluded.raised_at where alarm.raised_at <= $4
     returning 1`,
    [tenantId, connectionId, now, start],
  );
  return rows.length > 0;
}
