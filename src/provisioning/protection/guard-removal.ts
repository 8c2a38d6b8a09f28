import { appendNotification } from "../../notifications/append-notification.js";
import type { ClaimedDelivery, DeliveryReason } from "../../outbox/delivery.js";
import type { Database, Queryable, Transaction } from "../../persistence/database.js";
import type { Policy } from "../connections/policy.js";
import type { Decision } from "../decide/decision.js";
import type { Subject } from "../decide/subject.js";
import { type Loss, lossesOf } from "./losses.js";
import { limitObjection, type Objection, protectedObjection } from "./objection.js";
import { allowedLosses, limitFor, type ProtectionRules, windowStart } from "./protection-rules.js";
import {
  countLinked,
  lockRemovals,
  type OpenRemoval,
  openRemovals,
  raiseAlarmOnce,
  storeRemoval,
  tallyRemovals,
} from "./removal-store.js";

/** Whether a decision may go to the vendor: it takes nothing away, it was counted, or it is held. */
export type Guard = { kind: "free" } | { kind: "counted" } | { kind: "held"; reason: DeliveryReason };

/** What a decision is judged by. */
export interface GuardInput {
  delivery: Pick<ClaimedDelivery, "tenantId" | "connectionId" | "resourceId" | "correlationId">;
  policy: Pick<Policy, "deletionProtection" | "deactivation">;
  subject: Subject;
  decision: Decision;
  now: Date;
  /** The run that ordered the removal: it counts against that run's limit as well. */
  runId?: string;
}

/**
 * Stands between a decision and the vendor. Counts what the decision would take away before the call is made, so that
 * neither a second worker nor a crash can take away more than the limits allow; a removal that was counted and is
 * tried again is not counted again (docs/adr/0019). What is held once stays held until an administrator releases or
 * discards it, or the resource changes.
 */
export async function guardRemoval(database: Database, input: GuardInput): Promise<Guard> {
  const { delivery, subject, decision, policy } = input;
  const inactiveStay = policy.deactivation.action === "keep" || policy.deactivation.action === "disable";
  const losses = await lossesOf(database, delivery, subject, decision, inactiveStay);
  if (losses.length === 0) return { kind: "free" };
  const rules = input.policy.deletionProtection;
  const listed = protectedBy(rules, input.subject, input.decision);
  if (listed === undefined && !rules.enabled) return { kind: "free" };
  return database.transaction(async (tx) => {
    await lockRemovals(tx, input.delivery.connectionId);
    const state = await stateOf(tx, input);
    const open = await openRemovals(tx, input.delivery);
    const standing = (loss: Loss) => open.find((one) => one.kind === loss.kind && one.unitId === loss.unitId);
    const objection = await firstObjection(tx, input, losses, standing, state, listed);
    if (objection !== undefined) {
      // All of it, so that a release lets all of it go.
      const judgement = {
        state: "held" as const,
        version: state.version,
        at: input.now,
        runId: input.runId,
        reason: objection.reason,
      };
      for (const loss of losses) {
        if (!isAllowed(standing(loss), input, state)) await storeRemoval(tx, input.delivery, loss, judgement);
      }
      await tellOnce(tx, input, objection);
      return { kind: "held", reason: objection.reason };
    }
    for (const loss of losses) {
      if (isAllowed(standing(loss), input, state)) continue;
      const { now: at, runId } = input;
      await storeRemoval(tx, input.delivery, loss, { state: "counted", version: state.version, at, runId });
    }
    return { kind: "counted" };
  });
}

async function firstObjection(
  tx: Transaction,
  input: GuardInput,
  losses: readonly Loss[],
  standing: (loss: Loss) => OpenRemoval | undefined,
  state: ResourceState,
  listed: string | undefined,
): Promise<Objection | undefined> {
  for (const loss of losses) {
    if (listed !== undefined) return protectedObjection(loss, listed);
    const objection = await objectionTo(tx, input, loss, standing(loss), state);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

/** Why a loss may not happen now, if it may not. */
async function objectionTo(
  tx: Transaction,
  input: GuardInput,
  loss: Loss,
  standing: OpenRemoval | undefined,
  state: ResourceState,
): Promise<Objection | undefined> {
  if (isAllowed(standing, input, state)) return undefined;
  const { delivery, now, runId } = input;
  if (standing !== undefined && isStillHeld(standing, state, runId) && standing.reason !== null) {
    return { reason: standing.reason };
  }
  const rules = input.policy.deletionProtection;
  const limit = limitFor(rules, loss.kind);
  const tally = await tallyRemovals(tx, delivery, loss, { start: windowStart(rules, now), runId });
  if (Math.max(tally.inWindow, tally.inRun) < limit.number) return undefined;
  const present = (await countLinked(tx, delivery, loss.kind)) + (loss.kind === "emptied" ? 0 : tally.gone);
  const allowed = allowedLosses(limit, present);
  if (tally.inWindow >= allowed) {
    const within = { hours: rules.windowHours };
    return limitObjection({ loss, counted: tally.inWindow, allowed, present, within });
  }
  if (runId === undefined || tally.inRun < allowed) return undefined;
  return limitObjection({ loss, counted: tally.inRun, allowed, present, within: { runId } });
}

/** Whether a loss was allowed before: released as the resource is now, or counted within the window. */
function isAllowed(standing: OpenRemoval | undefined, input: GuardInput, state: ResourceState): boolean {
  if (standing === undefined) return false;
  if (standing.state === "released") return standing.version === state.version;
  return (
    standing.state === "counted" && standing.at > windowStart(input.policy.deletionProtection, input.now)
  );
}

/**
 * Whether a limit that was reached then still holds the loss: neither the resource nor its link changed since, or the
 * whole run was judged, which may itself have noted the link.
 */
function isStillHeld(standing: OpenRemoval, state: ResourceState, runId: string | undefined): boolean {
  if (standing.state !== "held" || standing.reason?.code === "protected") return false;
  if (standing.version !== state.version) return false;
  const sameRun = runId !== undefined && standing.runId === runId;
  return sameRun || state.linkedAt === null || standing.at >= state.linkedAt;
}

/** The entry of the list of protected resources that the removed one is named by. */
function protectedBy(rules: ProtectionRules, subject: Subject, decision: Decision): string | undefined {
  if (decision.kind !== "remove") return undefined;
  const names: unknown[] = [subject.id, subject.link?.remoteId, subject.attributes["externalId"]];
  const listed = subject.type === "User" ? rules.protectedUsers : rules.protectedDepartments;
  return listed.find((entry) => names.includes(entry));
}

/** Where, and on whose behalf, something is held. */
type Told = Pick<GuardInput, "runId" | "now"> & {
  delivery: Pick<GuardInput["delivery"], "tenantId" | "connectionId" | "correlationId"> & {
    resourceId?: string;
  };
  policy: Pick<Policy, "deletionProtection">;
};

/** Administrators are told of the first removal that is held at a connection, and again in another window. */
export async function tellOnce(
  tx: Transaction,
  { delivery, policy, runId, now }: Told,
  { reason, numbers }: Objection,
): Promise<void> {
  if (!(await raiseAlarmOnce(tx, delivery, now, windowStart(policy.deletionProtection, now)))) return;
  const { tenantId, connectionId, correlationId } = delivery;
  await appendNotification(tx, {
    tenantId,
    connectionId,
    kind: "removals-held",
    ...(runId === undefined ? {} : { subject: { type: "Run", id: runId } }),
    reason,
    ...(numbers === undefined ? {} : { numbers }),
    correlationId,
    now,
  });
}

/** What tells whether something changed since a judgement: the resource (also a tombstone) or what was last sent. */
interface ResourceState {
  version: bigint;
  linkedAt: Date | null;
}

async function stateOf(queryable: Queryable, { delivery }: GuardInput): Promise<ResourceState> {
  const rows = await queryable.query<{ version: string; linkedAt: Date | null }>(
    `select r.version, l.modified_at as "linkedAt"
       from resource r
       left join link l on l.tenant_id = r.tenant_id and l.connection_id = $2 and l.resource_id = r.id
      where r.tenant_id = $1 and r.id = $3`,
    [delivery.tenantId, delivery.connectionId, delivery.resourceId],
  );
  return { version: BigInt(rows[0]?.version ?? 0), linkedAt: rows[0]?.linkedAt ?? null };
}
