import type { VendorCall } from "../connectors/connector.js";
import type { ClaimedDelivery, DeliveryReason } from "../outbox/delivery.js";
import type { Outcome } from "../outbox/settle.js";
import type { JsonObject } from "../scim/schema/attribute.js";
import { proposalEffects } from "./adoption/settle-proposals.js";
import { marksAfter, marksOf } from "./deactivation/account-state.js";
import { isInDoubt } from "./decide/decide.js";
import type { Decision } from "./decide/decision.js";
import type { Subject } from "./decide/subject.js";
import { decideNow } from "./decide-now.js";
import type { DeliverDeps, Work } from "./delivery-work.js";
import { failedWith, observe } from "./failed-delivery.js";
import { forgetAccount } from "./forget-account.js";
import { orderAroundDepartment } from "./order-around-department.js";
import { orderLedDepartments } from "./order-led-departments.js";
import { guardRemoval } from "./protection/guard-removal.js";
import { type Settlement, settleDelivery } from "./settle-delivery.js";
import { createGate, waitToBeAdded } from "./trouble/create-stop.js";
import { useConnection } from "./use-connection.js";
import { execute, type VendorDecision } from "./write/execute.js";
import type { Execution } from "./write/execution.js";
import { mayHaveRemoved } from "./write/intents.js";

export type { DeliverDeps, DeliverySettled } from "./delivery-work.js";

/**
 * Brings one resource up to date at one connection: load what it is now, decide, have deletion protection judge what
 * would be taken away, call the vendor if need be, settle.
 * The vendor's failures end in the delivery's state; it rejects only for trouble of our own.
 */
export function createDeliver(
  deps: DeliverDeps,
): (delivery: ClaimedDelivery, signal: AbortSignal) => Promise<void> {
  return async (claimed, signal) => {
    const startedAt = deps.clock.now();
    const connection = await useConnection(deps, claimed, startedAt);
    if (connection === undefined) return;
    const decided = await decideNow(deps, claimed, connection, startedAt);
    const { delivery, subject, decision, formerRemoteId } = decided;
    deps.onDecided?.(delivery, subject, decision);
    const { policy } = connection;
    const guard = await guardRemoval(deps.database, {
      delivery,
      policy,
      subject,
      decision,
      now: startedAt,
      ...(delivery.runId === undefined ? {} : { runId: delivery.runId }),
    });
    if (subject.type === "Group") {
      await orderAroundDepartment(deps, delivery, subject, decision, startedAt);
    }
    const calls: VendorCall[] = [];
    const noted: JsonObject[] = [];
    const facts = { delivery, connection, subject, decision, formerRemoteId };
    const work: Work = { ...facts, signal, calls, noted, startedAt, proposalChanges: [] };
    const done =
      guard.kind === "held"
        ? holding(work, guard.reason)
        : { ...(await carryOut(deps, work)), counted: guard.kind === "counted", noted };
    const proposals = proposalEffects(subject, decision, work.proposalChanges);
    const settlement = proposals === undefined ? done : { ...done, proposals };
    const result = await settleDelivery(deps, delivery, connection, settlement);
    deps.onSettled({ delivery, connector: connection.descriptor.id, settlement, result });
  };
}

async function carryOut(deps: DeliverDeps, work: Work): Promise<Settlement> {
  const { decision, delivery, startedAt, calls } = work;
  // Only knowing what the vendor holds ends a doubt; deciding not to call does not.
  const inDoubt = decision.kind !== "nothing" && isInDoubt(delivery);
  const base = {
    startedAt,
    calls,
    action: "none" as const,
    link: { kind: "keep" as const },
    inDoubt,
    answered: false,
  };
  switch (decision.kind) {
    case "nothing":
      return { ...base, outcome: { kind: "synced", notes: decision.notes, awaited: [] } };
    case "skip":
      return {
        ...base,
        link: markOf(decision, work.subject),
        outcome: { kind: "skipped", reason: decision.reason, awaited: decision.awaited },
      };
    case "park":
      return { ...base, outcome: { kind: "parked", reason: decision.reason } };
    case "block":
      return {
        ...base,
        link: markOf(decision, work.subject),
        outcome: { kind: "blocked", reason: decision.reason, awaited: decision.awaited },
      };
    case "wait":
      return {
        ...base,
        link: markOf(decision, work.subject),
        outcome: { kind: "retry", reason: decision.reason, at: decision.at, charged: false },
      };
    case "release": {
      const { reason } = decision;
      const outcome: Outcome = { kind: "retry", reason, at: startedAt, charged: false };
      return { ...base, link: { kind: "delete" }, outcome };
    }
    case "write-department":
    case "write-role":
    case "remove":
      return callVendor(deps, work, decision);
    case "write-user": {
      const isNew = work.subject.link === undefined && !isInDoubt(delivery);
      const gate = isNew ? await createGate(deps.database, delivery, startedAt) : undefined;
      if (gate?.kind === "stopped") return { ...base, outcome: waitToBeAdded(gate.until) };
      const done = await callVendor(deps, work, decision);
      return gate?.kind === "trial" && done.action === "create" && done.code === undefined
        ? { ...done, creates: "resume" }
        : done;
    }
  }
}

function markOf(
  { unwantedSince }: Extract<Decision, { kind: "skip" | "block" | "wait" }>,
  { link }: Subject,
): Settlement["link"] {
  if (unwantedSince === undefined || link === undefined) return { kind: "keep" };
  return { kind: "mark", marks: { ...marksOf(link), unwantedSince } };
}

function holding({ delivery, decision, calls, startedAt }: Work, reason: DeliveryReason): Settlement {
  const action = decision.kind === "remove" ? "remove" : "update";
  const link = { kind: "keep" as const };
  const inDoubt = isInDoubt(delivery);
  return { startedAt, calls, action, link, inDoubt, outcome: { kind: "held", reason }, answered: false };
}

async function callVendor(deps: DeliverDeps, work: Work, decision: VendorDecision): Promise<Settlement> {
  const { delivery, subject, calls, startedAt } = work;
  try {
    const done = await execute({ ...work, database: deps.database, decision, now: startedAt });
    if (subject.link !== undefined && wasGone(work, done)) {
      await forgetAccount(deps.database, delivery, subject.link.remoteId, deps.clock.now());
    }
    if (subject.type === "User" && decision.kind === "write-user") {
      await orderLedDepartments(deps, delivery, subject, deps.clock.now());
    }
    const outcome = outcomeOf(done, decision);
    const { action, approvalUsed = false } = done;
    const marks = marksAfter(decision, subject.link, done);
    const link = done.link.kind === "set" ? { ...done.link, marks } : done.link;
    if (done.failed !== undefined) return { ...(await failedWith(deps, work, done.failed)), action, link };
    const answered = calls.length > 0;
    if (answered) observe(deps, work, false);
    if (answered) deps.trouble?.observeScope(work.connection.id, false);
    return { startedAt, calls, action, link, inDoubt: false, outcome, answered, approvalUsed };
  } catch (error) {
    return failedWith(deps, work, error);
  }
}

/** Whether the account that a person was linked to is gone, or was gone for a while and is there anew. */
function wasGone({ delivery, subject, noted }: Work, { link }: Execution): boolean {
  if (subject.type !== "User") return false;
  return link.kind === "delete" || mayHaveRemoved([...delivery.intents, ...noted]);
}

function outcomeOf(done: Execution, decision: VendorDecision): Outcome {
  if (done.parked !== undefined) return { kind: "parked", reason: done.parked };
  if (done.skipped !== undefined) return { kind: "skipped", reason: done.skipped, awaited: done.awaited };
  const later = "lookAgain" in decision ? decision.lookAgain : undefined;
  if (later !== undefined) return { kind: "retry", ...later, charged: false };
  return { kind: "synced", notes: done.notes, awaited: done.awaited };
}
