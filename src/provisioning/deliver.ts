import type { VendorCall } from "../connectors/connector.js";
import { ConnectorError } from "../connectors/errors.js";
import { isRoleId } from "../connectors/role-id.js";
import type { ClaimedDelivery, DeliveryReason } from "../outbox/delivery.js";
import type { Outcome } from "../outbox/settle.js";
import { countLatestWithCode } from "../persistence/attempt-store.js";
import type { Database } from "../persistence/database.js";
import type { Clock } from "../platform/clock.js";
import type { JsonObject } from "../scim/schema/attribute.js";
import type { ProposalChange } from "./adoption/proposal-changes.js";
import { proposalEffects } from "./adoption/settle-proposals.js";
import type { CallRecorder } from "./call-recorder.js";
import type { ConnectionAtWork, OpenConnections } from "./connections/connection-at-work.js";
import { marksAfter, marksOf } from "./deactivation/account-state.js";
import { isInDoubt } from "./decide/decide.js";
import type { Decision } from "./decide/decision.js";
import type { Subject } from "./decide/subject.js";
import { decideNow } from "./decide-now.js";
import { forgetAccount } from "./forget-account.js";
import { orderAroundDepartment } from "./order-around-department.js";
import { orderLedDepartments } from "./order-led-departments.js";
import { guardRemoval } from "./protection/guard-removal.js";
import { reasonFor } from "./reasons.js";
import { forgetRole } from "./roles/replaced-role.js";
import { type Settlement, settleDelivery } from "./settle-delivery.js";
import { createGate, waitToBeAdded } from "./trouble/create-stop.js";
import { type Failure, failureOutcome } from "./trouble/failure-outcome.js";
import type { Pause } from "./trouble/quarantine.js";
import { scopeTrouble } from "./trouble/scope-trouble.js";
import type { TroubleWatch } from "./trouble/trouble-watch.js";
import { useConnection } from "./use-connection.js";
import { waitForHolder } from "./wait-for-holder.js";
import { execute, type VendorDecision } from "./write/execute.js";
import { AdoptionRefused, type Execution, RemoteVanished } from "./write/execution.js";
import { explainDepartments } from "./write/explain-departments.js";
import { mayHaveRemoved } from "./write/intents.js";

/** What the delivery of one resource needs. */
export interface DeliverDeps {
  database: Database;
  clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  random: () => number;
  connections: OpenConnections;
  recorder: CallRecorder;
  /** Sees when single failures add up; without it they never do. */
  trouble?: TroubleWatch;
  /** Told what was found and what is to be done, before anything is. */
  onDecided?(delivery: ClaimedDelivery, subject: Subject, decision: Decision): void;
  /** Told of each settled delivery, for log and metrics. */
  onSettled(event: DeliverySettled): void;
}

/** One delivery that was carried out and settled. */
export interface DeliverySettled {
  delivery: ClaimedDelivery;
  connector: string;
  settlement: Settlement;
  result: "settled" | "lost";
}

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

interface Work {
  delivery: ClaimedDelivery;
  connection: ConnectionAtWork;
  subject: Subject;
  decision: Decision;
  signal: AbortSignal;
  calls: VendorCall[];
  /** What was noted as about to be written at the vendor. */
  noted: JsonObject[];
  startedAt: Date;
  formerRemoteId: string | undefined;
  /** What is found out about proposals to link the resource. */
  proposalChanges: ProposalChange[];
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
    const done: Execution = await deps.recorder.record(
      () => execute({ ...work, database: deps.database, decision, now: startedAt }),
      calls,
    );
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

/** A failed execution, of which nothing is kept but what the failure says. */
async function failedWith(deps: DeliverDeps, work: Work, error: unknown): Promise<Settlement> {
  const { delivery, decision, subject, calls, startedAt } = work;
  if (error instanceof RemoteVanished && isRoleId(error.remoteId)) {
    await forgetRole(deps.database, delivery, error.remoteId, deps.clock.now());
  } else if (error instanceof RemoteVanished && subject.type === "User") {
    await forgetAccount(deps.database, delivery, error.remoteId, deps.clock.now());
  }
  const failure = await failureOf(deps, work, error);
  const { id: connectionId } = work.connection;
  const scope = calls.length === 0 ? {} : scopeTrouble(deps.trouble, { connectionId, startedAt }, failure);
  const pause = failure.pause ?? pauseForTrouble(deps, work, failure) ?? scope.pause;
  return {
    startedAt,
    calls,
    action: decision.kind === "remove" ? "remove" : subject.link === undefined ? "create" : "update",
    link: failure.dropLink === true ? { kind: "delete" } : { kind: "keep" },
    inDoubt: failure.inDoubt || isInDoubt(delivery),
    onItsWay: failure.onItsWay === true,
    outcome: scope.outcome ?? failure.outcome,
    code: failure.code,
    ...(scope.goesOn === undefined ? {} : { goesOn: scope.goesOn }),
    ...(failure.concerns === "head-count" && subject.type === "User" ? { creates: "stop" as const } : {}),
    answered: failure.sign === "answered" && calls.length > 0,
    ...(pause === undefined ? {} : { pause }),
    ...(failure.unlisted === undefined
      ? {}
      : { unknownCode: { ...failure.unlisted, code: failure.code, path: calls.at(-1)?.path ?? "" } }),
  };
}

function outcomeOf(done: Execution, decision: VendorDecision): Outcome {
  if (done.parked !== undefined) return { kind: "parked", reason: done.parked };
  const later = "lookAgain" in decision ? decision.lookAgain : undefined;
  if (later !== undefined) return { kind: "retry", ...later, charged: false };
  return { kind: "synced", notes: done.notes, awaited: done.awaited };
}

/** A refused list of departments with its cause, where that can be found out; every other error as it is. */
async function explained(deps: DeliverDeps, work: Work, error: unknown): Promise<unknown> {
  const { subject, connection, delivery, signal, calls } = work;
  if (!(error instanceof ConnectorError) || error.kind !== "rejected" || subject.type !== "User")
    return error;
  if (error.facts.field !== "departmentRemoteIds" || subject.departments.length === 0) return error;
  const { session, rootDepartmentId, descriptor } = connection;
  const look = () =>
    explainDepartments(deps.database, {
      ...{ session, rootDepartmentId, tenantId: delivery.tenantId, idField: descriptor.idField.group },
      departments: subject.departments,
      context: { correlationId: delivery.correlationId, signal },
    });
  const cause = await deps.recorder.record(look, calls);
  if (cause === undefined) return error;
  return new ConnectorError(
    error.kind,
    { ...error.facts, ...cause, code: error.facts.code },
    { cause: error },
  );
}

/** Single failures that add up to a connection that does not work, or the one that shows that it still does not. */
function pauseForTrouble(deps: DeliverDeps, work: Work, failure: Failure): Pause | undefined {
  if (work.calls.length === 0 || failure.sign === "none") return undefined;
  const addsUp = observe(deps, work, failure.sign === "trouble");
  if (failure.sign !== "trouble" || !(addsUp || work.delivery.probe)) return undefined;
  if (!("reason" in failure.outcome)) return undefined;
  const { message, zh } = failure.outcome.reason;
  return { reason: reasonFor("vendor-unreachable", { detail: { en: message, zh: zh?.message ?? message } }) };
}

function observe({ trouble, clock }: DeliverDeps, { connection, startedAt }: Work, failed: boolean): boolean {
  return trouble?.observe(connection.id, { startedAt, endedAt: clock.now(), trouble: failed }) ?? false;
}

/** After an outage of twenty tries, the first conflict is the first one. */
async function triesOfThis(database: Database, delivery: ClaimedDelivery, error: unknown): Promise<number> {
  const { tenantId, id: deliveryId, tries } = delivery;
  if (tries === 0 || !(error instanceof ConnectorError)) return tries;
  return Math.min(tries, await countLatestWithCode(database, { tenantId, deliveryId }, error.facts.code));
}

async function failureOf(deps: DeliverDeps, work: Work, error: unknown): Promise<Failure> {
  if (error instanceof AdoptionRefused) {
    const outcome = await waitForHolder(deps.database, work.delivery, error, {
      now: deps.clock.now(),
      startedAt: work.startedAt,
    });
    if (outcome !== undefined) return { outcome, inDoubt: false, code: error.reason.code, sign: "answered" };
  }
  const failed = await explained(deps, work, error);
  return failureOutcome(failed, {
    now: deps.clock.now(),
    tries: work.delivery.tries,
    triesOfThis: await triesOfThis(deps.database, work.delivery, failed),
    schedule: work.connection.policy.retry,
    random: deps.random,
  });
}
