import type { VendorCall } from "./connectors/connector.js";
import type { DictionaryChanged } from "./dictionary/dictionary-fields.js";
import type { Logger } from "./observability/logger.js";
import type { Metrics } from "./observability/metrics.js";
import type { ClaimedDelivery } from "./outbox/delivery.js";
import type { AdoptionReport, ReportEnd } from "./persistence/adoption-report-store.js";
import type { RunEnd } from "./persistence/run-lease.js";
import type { Run } from "./persistence/run-store.js";
import type { Clock } from "./platform/clock.js";
import type { DeliverySettled } from "./provisioning/deliver.js";
import type { PushNote } from "./provisioning/events/event-intake.js";
import type { LookNote } from "./provisioning/events/look-at-hints.js";
import type { ProvisionerReports } from "./provisioning/provisioner.js";
import { isAttempt } from "./provisioning/settle-delivery.js";
import type { QuarantineNote } from "./provisioning/trouble/quarantine.js";

/** What the outbound half tells while it works, as log lines and measurements. */
export function provisionerReports(metrics: Metrics, logger: Logger, clock: Clock): ProvisionerReports {
  return {
    onCall: (call, connector) => observeCall(metrics, logger, call, connector),
    onSettled: (event) => observeSettled(metrics, logger, clock, event),
    onQuarantine: (note) => logQuarantine(logger, note),
    onError: (error, delivery) => logTrouble(logger, error, delivery),
    onRunEnded: (run, end) => logRun(logger, run, end),
    onReportEnded: (report, end) => logReport(logger, report, end),
    onRunError: (error, run) => logRunTrouble(logger, error, run),
    onLook: (note) => observeLook(metrics, logger, note),
    onEventError: (error) =>
      logger.error({ err: error }, "records that events named could not be looked at; tried again"),
  };
}

/** One call to a vendor: counted and timed, and a line for debugging. */
export function observeCall(metrics: Metrics, logger: Logger, call: VendorCall, connector: string): void {
  const { method, path, outcome, durationMs } = call;
  metrics.observeVendorCall({ connector, path, outcome, durationMs });
  logger.debug({ connector, method, path, outcome, durationMs }, "vendor call");
}

/** Outcomes of a push that say that somebody or something is not as it should be. */
const REFUSED: ReadonlySet<PushNote["outcome"]> = new Set([
  "malformed",
  "signature",
  "stale",
  "undecipherable",
  "unreadable",
  "foreign",
]);

/** One push of a vendor: counted, and a line, louder where it was refused. */
export function observePush(metrics: Metrics, logger: Logger, note: PushNote): void {
  metrics.observePush(note);
  if (REFUSED.has(note.outcome)) logger.warn(note, "an event push was refused");
  else logger.debug(note, "event push");
}

/** One look at a record that an event named. */
function observeLook(metrics: Metrics, logger: Logger, note: LookNote): void {
  metrics.observeLook(note);
  logger.debug(note, "record looked at after an event");
}

/** Who changed which field, from what to what. Definitions hold no personal data. */
export function logDictionaryChange(logger: Logger, { context, before, after }: DictionaryChanged): void {
  const { tenantId, actor, correlationId } = context;
  logger.info({ tenantId, actor, correlationId, before, after }, "dictionary changed");
}

const QUARANTINE_LINES = {
  began: "the connection is quarantined: nothing is delivered until it works again",
  "went-on": "the connection stays quarantined: it was tried and does not work yet",
  ended: "the connection works again",
} as const;

/** A connection that rests is seen by whoever watches the log, too; `until` is when it is tried next. */
function logQuarantine(logger: Logger, note: QuarantineNote): void {
  const { connectionId, correlationId, kind, reason, until } = note;
  if (kind === "ended") {
    logger.info({ correlationId, connectionId }, QUARANTINE_LINES.ended);
    return;
  }
  const { code, message, remedy } = reason;
  logger.warn(
    { correlationId, connectionId, reason: code, message, remedy, until: until?.toISOString() },
    QUARANTINE_LINES[kind],
  );
}

/** Trouble of our own: with a delivery, which comes back when its lease ends, or with finding work at all. */
function logTrouble(logger: Logger, error: unknown, delivery?: ClaimedDelivery): void {
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
function logRun(logger: Logger, run: Run, { status, reason }: RunEnd): void {
  const { id: runId, connectionId, trigger, dryRun, correlationId } = run;
  logger.info({ correlationId, connectionId, runId, trigger, dryRun, status, reason }, "run ended");
}

/** A report of what exists at a vendor that ended in this process gets a line. */
function logReport(logger: Logger, report: AdoptionReport, { status, reason }: ReportEnd): void {
  const { id: reportId, connectionId, correlationId } = report;
  logger.info({ correlationId, connectionId, reportId, status, reason }, "adoption report ended");
}

/** Trouble of our own with a run, or with finding one. */
function logRunTrouble(logger: Logger, error: unknown, run?: Run): void {
  if (run === undefined) {
    logger.error({ err: error }, "the reconciler could not look for runs; it goes on trying");
    return;
  }
  const { correlationId, connectionId, id: runId } = run;
  logger.error({ err: error, correlationId, connectionId, runId }, "a run could not be carried out");
}

/** One settled delivery: its attempt and its delay are measured, and it gets a line. */
function observeSettled(metrics: Metrics, logger: Logger, clock: Clock, event: DeliverySettled): void {
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
