import type { VendorCall } from "../connectors/connector.js";
import { writeBack } from "../directory/write-back.js";
import { appendNotification } from "../notifications/append-notification.js";
import type { ClaimedDelivery } from "../outbox/delivery.js";
import { orderAgain } from "../outbox/intent.js";
import { endMutualWaits, waitsForAnother } from "../outbox/mutual-waits.js";
import { holdsLease, type Outcome, type SettleResult, settle } from "../outbox/settle.js";
import { deleteApproval } from "../persistence/approval-store.js";
import { insertAttempt } from "../persistence/attempt-store.js";
import { insertBeforeImage } from "../persistence/before-image-store.js";
import type { Database, Transaction } from "../persistence/database.js";
import { deleteLink, findLink, type LinkRow, markLink, upsertLink } from "../persistence/link-store.js";
import type { Clock } from "../platform/clock.js";
import { newId } from "../platform/ids.js";
import type { JsonObject, JsonValue } from "../scim/schema/attribute.js";
import { type ProposalEffects, settleProposals } from "./adoption/settle-proposals.js";
import type { ConnectionAtWork } from "./connections/connection-at-work.js";
import { completeRemovals } from "./protection/removal-store.js";
import { settleRun } from "./reconciliation/settle-run.js";
import { isRoleLink } from "./roles/role-link.js";
import { resumeCreates, stopCreates } from "./trouble/create-stop.js";
import { applyQuarantine, type Pause, type TellOfQuarantine } from "./trouble/quarantine.js";
import { type MetCode, noteUnknownCode } from "./trouble/unknown-codes.js";
import type { Action, LinkChange } from "./write/execution.js";

/** What a delivery came to. */
export interface Settlement {
  startedAt: Date;
  calls: VendorCall[];
  action: Action;
  link: LinkChange;
  /** Whether a call may have been applied without our knowing. */
  inDoubt: boolean;
  /** Whether a write went unanswered and may still arrive at the vendor. */
  onItsWay?: boolean;
  /** What was noted as about to be written, in this claim. */
  noted?: readonly JsonObject[];
  outcome: Outcome;
  code?: string;
  /** Whether deletion protection counted something that this delivery takes away. */
  counted?: boolean;
  /** Set when the whole connection has to rest. */
  pause?: Pause;
  /** Set where this keeps a quarantine of the same reason going, and begins none. */
  goesOn?: Pause;
  /** Whether the vendor has no room for more people, or has it again. */
  creates?: "stop" | "resume";
  /** Whether an administrator's approval was used. */
  approvalUsed?: boolean;
  /** A code that no source lists, as the vendor answered it. */
  unknownCode?: MetCode;
  /** What it means for proposals to link the resource. */
  proposals?: ProposalEffects;
  /** Whether the vendor answered, be it with a refusal of these values. */
  answered: boolean;
}

/**
 * Writes a delivery's end in one transaction: link, the remote id in the resource's dictionary attribute, the
 * attempt, the delivery's state, and who may go on now. A worker whose lease has passed on settles nothing; if it wrote
 * at the vendor, it has the delivery carried out once more, since the next holder may have looked before that.
 */
export async function settleDelivery(
  deps: { database: Database; clock: Clock; onQuarantine?: TellOfQuarantine },
  delivery: ClaimedDelivery,
  connection: ConnectionAtWork,
  settlement: Settlement,
): Promise<SettleResult> {
  const now = deps.clock.now();
  return deps.database.transaction(async (tx) => {
    if (!(await holdsLease(tx, delivery))) {
      const { noted = [] } = settlement;
      if (noted.length > 0) await orderAgain(tx, delivery, noted, now);
      return "lost";
    }
    const before = await linkBefore(tx, delivery, settlement);
    const notes = await applyLink(tx, delivery, connection, settlement.link, now);
    if (settlement.counted === true && settlement.outcome.kind === "synced") {
      await completeRemovals(tx, delivery, now);
    }
    await settleProposals(tx, delivery, settlement, now);
    if (settlement.approvalUsed === true || settlement.link.kind === "delete")
      await deleteApproval(tx, delivery);
    const quarantined = await applyQuarantine(tx, delivery, settlement, now, deps.onQuarantine);
    const paused =
      settlement.creates === "stop" && "reason" in quarantined
        ? await stopCreates(tx, delivery, quarantined.reason, now)
        : quarantined;
    if (settlement.creates === "resume") await resumeCreates(tx, delivery, now);
    const outcome = paused.kind === "synced" ? { ...paused, notes: [...paused.notes, ...notes] } : paused;
    const attemptId = newId();
    if (isAttempt(settlement)) await recordAttempt(tx, delivery, settlement, outcome, now, attemptId);
    await keepImage(tx, delivery, settlement, before, attemptId);
    if (settlement.unknownCode !== undefined)
      await noteUnknownCode(tx, delivery, settlement.unknownCode, now);
    await tellOfFailure(tx, delivery, outcome, now);
    const result = await settle(tx, delivery, outcome, {
      now,
      inDoubt: settlement.inDoubt,
      onItsWay: settlement.onItsWay === true,
    });
    if (result === "settled") {
      await settleRun(tx, delivery, "reason" in outcome ? outcome.reason : undefined, now);
      // Whoever waits for the name of this department may be who it waits for; see write/stand-in.ts.
      if (waitsForAnother(outcome))
        await endMutualWaits(tx, delivery, ["name-taken", "role-name-taken"], now);
    }
    return result;
  });
}

/** The link that an attempt changes, as it was; undefined where there was none, or nothing is changed. */
async function linkBefore(
  tx: Transaction,
  delivery: ClaimedDelivery,
  { action, link }: Settlement,
): Promise<LinkRow | undefined> {
  return action === "none" || !changesImage(link) ? undefined : findLink(tx, delivery);
}

/** Whether something else is held at the vendor after it. */
function changesImage(link: LinkChange): link is Extract<LinkChange, { kind: "set" | "delete" }> {
  return link.kind === "set" || link.kind === "delete";
}

/** Keeps what it takes to undo the attempt. */
async function keepImage(
  tx: Transaction,
  delivery: ClaimedDelivery,
  { action, link, outcome }: Settlement,
  before: LinkRow | undefined,
  attemptId: string,
): Promise<void> {
  if (action === "none" || !changesImage(link) || outcome.kind !== "synced") return;
  if (before === undefined && link.kind === "delete") return;
  const { tenantId, connectionId, resourceId, resourceType } = delivery;
  await insertBeforeImage(tx, {
    tenantId,
    deliveryId: delivery.id,
    attemptId,
    connectionId,
    resourceId,
    resourceType,
    action,
    runId: delivery.runId,
    before: before === undefined ? null : { remoteId: before.remoteId, profile: before.lastSent },
    after: link.kind === "set" ? { remoteId: link.remoteId, profile: link.lastSent } : null,
  });
}

async function applyLink(
  tx: Transaction,
  delivery: ClaimedDelivery,
  connection: ConnectionAtWork,
  link: LinkChange,
  now: Date,
): Promise<string[]> {
  const { tenantId, connectionId, resourceId, resourceType } = delivery;
  if (link.kind === "keep") return [];
  if (link.kind === "mark") {
    await markLink(tx, delivery, link.marks, now);
    return [];
  }
  // The attribute of a group names a department (docs/adr/0032): the id of a role is not written there.
  const role = link.kind === "set" ? link : await findLink(tx, { tenantId, connectionId, resourceId });
  const isRole = isRoleLink(role);
  const { idField } = connection.descriptor;
  const attribute = resourceType === "User" ? idField.user : idField.group;
  const { correlationId } = delivery;
  const target = { tenantId, resourceType, resourceId, attribute, now, correlationId };
  if (link.kind === "delete") {
    await deleteLink(tx, { tenantId, connectionId, resourceId });
    if (!isRole) await writeBack(tx, { ...target, value: null });
    return [];
  }
  // The resource's row first, then the delivery rows: the order in which the directory locks them.
  const written = isRole ? "unchanged" : await writeBack(tx, { ...target, value: link.remoteId });
  await upsertLink(tx, {
    tenantId,
    connectionId,
    resourceId,
    resourceType,
    remoteId: link.remoteId,
    lastSent: link.lastSent,
    createdAt: now,
    modifiedAt: now,
  });
  if (link.marks !== undefined) await markLink(tx, delivery, link.marks, now);
  if (written !== "conflict") return [];
  return [`${attribute} could not be written: another resource holds the value "${link.remoteId}".`];
}

/** A delivery that ends without success needs somebody, who may not be looking. */
async function tellOfFailure(
  tx: Transaction,
  delivery: ClaimedDelivery,
  outcome: Outcome,
  now: Date,
): Promise<void> {
  if (outcome.kind !== "parked" && outcome.kind !== "failed") return;
  const { tenantId, connectionId, correlationId } = delivery;
  await appendNotification(tx, {
    tenantId,
    connectionId,
    kind: "delivery-failed",
    subject: { type: "Delivery", id: delivery.id },
    reason: outcome.reason,
    correlationId,
    now,
  });
}

/**
 * Whether a settlement was an attempt: waiting and finding nothing to do are none, and the delivery's own row says
 * what it waits for.
 */
export function isAttempt(settlement: Settlement): boolean {
  const { kind } = settlement.outcome;
  return settlement.calls.length > 0 || kind === "parked" || kind === "held" || settlement.code !== undefined;
}

async function recordAttempt(
  tx: Transaction,
  delivery: ClaimedDelivery,
  settlement: Settlement,
  outcome: Outcome,
  now: Date,
  id: string,
): Promise<void> {
  const reason = "reason" in outcome ? outcome.reason : undefined;
  await insertAttempt(tx, {
    tenantId: delivery.tenantId,
    id,
    deliveryId: delivery.id,
    connectionId: delivery.connectionId,
    resourceId: delivery.resourceId,
    number: delivery.tries + 1,
    generation: delivery.generation.toString(),
    trigger: delivery.tries > 0 || delivery.claims > 1 ? "retry" : "change",
    action: settlement.action,
    outcome: outcome.kind,
    startedAt: settlement.startedAt,
    durationMs: now.getTime() - settlement.startedAt.getTime(),
    code: settlement.code ?? reason?.code ?? null,
    message: reason?.message ?? null,
    remedy: reason?.remedy ?? null,
    zh: reason?.zh ?? null,
    remoteId: settlement.link.kind === "set" ? settlement.link.remoteId : null,
    calls: settlement.calls as unknown as JsonValue[],
    correlationId: delivery.correlationId,
  });
}
