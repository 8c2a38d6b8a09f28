import { appendNotification } from "../../notifications/append-notification.js";
import type { ClaimedDelivery, DeliveryReason } from "../../outbox/delivery.js";
import type { Outcome } from "../../outbox/settle.js";
import { pauseConnection, resumeConnection } from "../../persistence/connection-store.js";
import type { Transaction } from "../../persistence/database.js";
import { reasonFor } from "../reasons.js";
import { connectionPause } from "./pause-schedule.js";

/** Why a whole connection is to rest. */
export interface Pause {
  reason: DeliveryReason;
  /** How long, in milliseconds, where the vendor says so; else as long as the number of pauses in a row asks for. */
  ms?: number;
}

/** What a settled delivery tells about its connection. */
export interface ConnectionSigns {
  outcome: Outcome;
  /** Set when the whole connection has to rest. */
  pause?: Pause;
  /** Set where this keeps a quarantine of the same reason going, and begins none. */
  goesOn?: Pause;
  /** Whether the vendor answered, be it with a refusal of these values: the connection works. */
  answered: boolean;
}

/** A quarantine that began, went on after a probe that failed, or ended. */
export interface QuarantineNote {
  connectionId: string;
  correlationId: string;
  kind: "began" | "went-on" | "ended";
  /** Why the connection rests; for an end, that it works again. */
  reason: DeliveryReason;
  /** When the next delivery is tried; not set for an end. */
  until?: Date;
}

/** Told of each {@link QuarantineNote} when it is committed. */
export type TellOfQuarantine = (note: QuarantineNote) => void;

/**
 * Moves a connection into quarantine, on to its next probe, or out again, as a delivery shows; in the transaction that
 * settles it. Answers the outcome, put off to the end of the pause where there is one.
 */
export async function applyQuarantine(
  tx: Transaction,
  delivery: ClaimedDelivery,
  signs: ConnectionSigns,
  now: Date,
  tell?: TellOfQuarantine,
): Promise<Outcome> {
  const { outcome, pause, goesOn } = signs;
  if (pause !== undefined) {
    const until = await pauseOnce(tx, delivery, pause, now, tell);
    return outcome.kind === "retry" ? { ...outcome, at: until } : outcome;
  }
  if (!delivery.probe) return outcome;
  const key = { tenantId: delivery.tenantId, id: delivery.connectionId };
  if (goesOn !== undefined && (await reasonOfPause(tx, key)) === goesOn.reason.code) {
    const at = await pauseOnce(tx, delivery, goesOn, now, tell);
    return { kind: "retry", reason: goesOn.reason, at, charged: false };
  }
  if (!signs.answered) {
    // Nothing was learned, mostly because nothing had to be called: another one is tried.
    await probeAgainAt(tx, key, outcome.kind === "retry" ? outcome.at : now);
    return outcome;
  }
  if (await resumeConnection(tx, key)) await tellOfRecovery(tx, delivery, now, tell);
  return outcome;
}

interface PauseRow {
  paused_until: Date | null;
  pause_count: number;
}

/**
 * Deliveries that fail side by side are one failure of the connection: it is paused and counted once. A probe that
 * fails begins the next, longer pause.
 */
export async function pauseOnce(
  tx: Transaction,
  delivery: ClaimedDelivery,
  { reason, ms }: Pause,
  now: Date,
  tell?: TellOfQuarantine,
): Promise<Date> {
  const { tenantId, connectionId, correlationId } = delivery;
  const rows = await tx.query<PauseRow>(
    "select paused_until, pause_count from connection where tenant_id = $1 and id = $2 for update",
    [tenantId, connectionId],
  );
  const { paused_until: present = null, pause_count: count = 0 } = rows[0] ?? {};
  if (!delivery.probe && present !== null && present > now) return present;
  const until = new Date(now.getTime() + (ms ?? connectionPause(count + 1)));
  await pauseConnection(tx, { tenantId, id: connectionId }, { until, reason: { ...reason }, now });
  await appendNotification(tx, { tenantId, connectionId, kind: "quarantine", reason, correlationId, now });
  const kind = count === 0 ? "began" : "went-on";
  tx.afterCommit(() => tell?.({ connectionId, correlationId, kind, reason, until }));
  return until;
}

async function reasonOfPause(
  tx: Transaction,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<string | undefined> {
  const rows = await tx.query<{ code: string | null }>(
    "select pause_reason->>'code' as code from connection where tenant_id = $1 and id = $2",
    [tenantId, id],
  );
  return rows[0]?.code ?? undefined;
}

async function probeAgainAt(
  tx: Transaction,
  { tenantId, id }: { tenantId: string; id: string },
  at: Date,
): Promise<void> {
  await tx.query(
    "update connection set paused_until = $3 where tenant_id = $1 and id = $2 and pause_count > 0",
    [tenantId, id, at],
  );
}

async function tellOfRecovery(
  tx: Transaction,
  delivery: ClaimedDelivery,
  now: Date,
  tell?: TellOfQuarantine,
): Promise<void> {
  const { tenantId, connectionId, correlationId } = delivery;
  const reason = reasonFor("recovered");
  await appendNotification(tx, { tenantId, connectionId, kind: "recovered", reason, correlationId, now });
  tx.afterCommit(() => tell?.({ connectionId, correlationId, kind: "ended", reason }));
}
