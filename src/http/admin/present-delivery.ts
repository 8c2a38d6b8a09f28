import type { Attempt, LoggedDelivery } from "../../provisioning/delivery-log.js";

/** A delivery as the admin API shows it. */
export function presentDelivery(delivery: LoggedDelivery) {
  return {
    id: delivery.id,
    connectionId: delivery.connectionId,
    resourceId: delivery.resourceId,
    resourceType: delivery.resourceType,
    resourceName: delivery.resourceName,
    remoteId: delivery.remoteId,
    state: delivery.state,
    requestedAt: delivery.requestedAt.toISOString(),
    correlationId: delivery.correlationId,
    tries: delivery.tries,
    nextAttemptAt: delivery.nextAttemptAt?.toISOString() ?? null,
    settledAt: delivery.settledAt?.toISOString() ?? null,
    reason: delivery.reason,
    warnings: delivery.warnings,
  };
}

/** An attempt as the admin API shows it; its calls were redacted before they were stored. */
export function presentAttempt(attempt: Attempt) {
  return {
    id: attempt.id,
    number: attempt.number,
    trigger: attempt.trigger,
    action: attempt.action,
    outcome: attempt.outcome,
    startedAt: attempt.startedAt.toISOString(),
    durationMs: attempt.durationMs,
    code: attempt.code,
    message: attempt.message,
    remedy: attempt.remedy,
    zh: attempt.zh ?? null,
    remoteId: attempt.remoteId ?? null,
    calls: attempt.calls,
    correlationId: attempt.correlationId,
  };
}
