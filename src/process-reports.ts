import type { VendorCall } from "./connectors/connector.js";
import type { DictionaryChanged } from "./dictionary/dictionary-fields.js";
import type { Logger } from "./observability/logger.js";
import type { Metrics } from "./observability/metrics.js";
import { countDeliveries } from "./outbox/count.js";
import type { ClaimedDelivery } from "./outbox/delivery.js";
import type { AdoptionReport, ReportEnd } from "./persistence/adoption-report-store.js";
import type { Database } from "./persistence/database.js";
import type { Run, RunEnd } from "./persistence/run-store.js";
import type { Clock } from "./platform/clock.js";
import type { DeliverySettled } from "./provisioning/deliver.js";
import { isAttempt } from "./provisioning/settle-delivery.js";

/** The queue is counted when somebody looks, not on a timer. */
export function withQueueDepth(metrics: Metrics, database: Database): Metrics {
  return {
    ...metrics,
    async expose() {
      metrics.setQueueDepths(await countDeliveries(database));
      return metrics.expose();
    },
  };
}

/** One call to a vendor: counted and timed, and a line for debugging. */
export function observeCall(metrics: Metrics, logger: Logger, call: VendorCall, connector: string): void {
  const { method, path, outcome, durationMs } = call;
  metrics.observeVendorCall({ connector, path, outcome, durationMs });
  logger.debug({ connector, method, path, outcome, durationMs }, "vendor call");
}

/** Who changed which field, from what to what. Definitions hold no personal data. */
export function logDictionaryChange(logger: Logger, { context, before, after }: DictionaryChanged): void {
  const { tenantId, actor, correlationId } = context;
  logger.info({ tenantId, actor, correlationId, before, after }, "dictionary changed");
}

/** Trouble of our own: with a delivery, which comes back when its lease ends, or with finding work at all. */
export function logTrouble(logger: Logger, error: unknown, delivery?: ClaimedDelivery): void {
  if (delivery === undefined) {
    logger.error({ err: error }, "the worker could not look for deliveries; it goes on trying");
    return;
  }
  const { correlationId, connectionId, resourceType, resourceId } = delivery;
  logger.error(
    { err: error, correlationId, connectionId, resourceType, resourceId },
    "a delivery could not be settled; it comes back when its lease ends",
  );
}

/** How a run ended. */
export function logRun(logger: Logger, run: Run, { status, reason }: RunEnd): void {
  const { id: runId, connectionId, trigger, dryRun, correlationId } = run;
  logger.info({ correlationId, connectionId, runId, trigger, dryRun, status, reason }, "run ended");
}

/** A report of what exists at a vendor that ended in this process gets a line. */
export function logReport(logger: Logger, report: AdoptionReport, { status, reason }: ReportEnd): void {
  const { id: reportId, connectionId, correlationId } = report;
  logger.info({ correlationId, connectionId, reportId, status, reason }, "adoption report ended");
}

/** Trouble of our own with a run, or with finding one. */
export function logRunTrouble(logger: Logger, error: unknown, run?: Run): void {
  if (run === undefined) {
    logger.error({ err: error }, "the reconciler could not look for runs; it goes on trying");
    return;
  }
  const { correlationId, connectionId, id: runId } = run;
  logger.error({ err: error, correlationId, connectionId, runId }, "a run could not be carried out");
}

/** One settled delivery: its attempt and its delay are measured, and it gets a line. */
export function observeSettled(metrics: Metrics, logger: Logger, clock: Clock, event: DeliverySettled): void {
  const { delivery, connector, settlement, result } = event;
  const { resourceType, correlationId, connectionId, resourceId } = delivery;
  const outcome = result === "lost" ? "lost" : settlement.outcome.kind;
  const durationMs = clock.now().getTime() - settlement.startedAt.getTime();
  if (isAttempt(settlement)) {
    metrics.observeAttempt({ connector, resourceType, action: settlement.action, outcome, durationMs });
  }
  if (outcome === "synced" && settlement.calls.length > 0) {
    const delayMs = clock.now().getTime() - delivery.requestedAt.getTime();
    metrics.observeDeliveryDelay({ connector, resourceType, delayMs });
  }
  const reason = "reason" in settlement.outcome ? settlement.outcome.reason.code : undefined;
  logger.info(
    {
      correlationId,
      connectionId,
      resourceType,
      resourceId,
      action: settlement.action,
      outcome,
      reason,
      durationMs,
    },
    "delivery settled",
  );
}
