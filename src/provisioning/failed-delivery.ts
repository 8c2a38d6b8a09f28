import { ConnectorError } from "../connectors/errors.js";
import { isRoleId } from "../connectors/role-id.js";
import type { ClaimedDelivery } from "../outbox/delivery.js";
import { countLatestWithCode } from "../persistence/attempt-store.js";
import type { Database } from "../persistence/database.js";
import { isInDoubt } from "./decide/decide.js";
import type { DeliverDeps, Work } from "./delivery-work.js";
import { forgetAccount } from "./forget-account.js";
import { reasonFor } from "./reasons.js";
import { forgetRole } from "./roles/replaced-role.js";
import type { Settlement } from "./settle-delivery.js";
import { type Failure, failureOutcome } from "./trouble/failure-outcome.js";
import type { Pause } from "./trouble/quarantine.js";
import { scopeTrouble } from "./trouble/scope-trouble.js";
import { waitForHolder } from "./wait-for-holder.js";
import { callContext } from "./write/call-context.js";
import { AdoptionRefused, RemoteVanished } from "./write/execution.js";
import { explainDepartments } from "./write/explain-departments.js";

/**
 * What a failed execution comes to, of which nothing is kept but what the failure says.
 * @throws whatever is no failure of the vendor
 */
export async function failedWith(deps: DeliverDeps, work: Work, error: unknown): Promise<Settlement> {
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

/** A refused list of departments with its cause, where that can be found out; every other error as it is. */
async function explained(deps: DeliverDeps, work: Work, error: unknown): Promise<unknown> {
  const { subject, connection, delivery } = work;
  if (!(error instanceof ConnectorError) || error.kind !== "rejected" || subject.type !== "User")
    return error;
  if (error.facts.field !== "departmentRemoteIds" || subject.departments.length === 0) return error;
  const { session, rootDepartmentId, descriptor } = connection;
  const cause = await explainDepartments(deps.database, {
    ...{ session, rootDepartmentId, tenantId: delivery.tenantId, idField: descriptor.idField.group },
    departments: subject.departments,
    context: callContext(work),
  });
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

/** Notes how a delivery ended for those who watch whether failures add up; answers whether they do. */
export function observe(
  { trouble, clock }: DeliverDeps,
  { connection, startedAt }: Work,
  failed: boolean,
): boolean {
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
