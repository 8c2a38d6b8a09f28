import type { CountedRun, RunRow } from "../../provisioning/reconciliation/runs.js";
import type { JsonObject } from "../../scim/schema/attribute.js";

/** A run as the admin API shows it. */
export function presentRun({ run, summary }: CountedRun): JsonObject {
  const { departmentsFound, departmentsRead, peopleRead } = run.progress;
  return {
    id: run.id,
    connectionId: run.connectionId,
    trigger: run.trigger,
    dryRun: run.dryRun,
    depth: run.depth,
    status: run.status,
    phase: run.phase,
    actor: run.actor,
    correlationId: run.correlationId,
    requestedAt: run.requestedAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    endedAt: run.endedAt?.toISOString() ?? null,
    restarts: run.restarts,
    reason: run.reason === null ? null : { ...run.reason },
    progress: { departmentsFound, departmentsRead, peopleRead },
    summary: presentSummary({ run, summary }),
  };
}

function presentSummary({ run, summary }: CountedRun): JsonObject {
  return {
    same: summary.same,
    ignored: summary.ignored,
    found: { ...summary.found },
    succeeded: summary.results.done,
    failed: summary.results.failed,
    held: summary.results.held,
    skipped: summary.results.skipped,
    open: summary.results.ordered,
    notComparable: { ...run.progress.notComparable },
  };
}

/** A record that is not as it should be, as the admin API shows it. Phone numbers were masked before it was stored. */
export function presentRunRow(row: RunRow): JsonObject {
  return {
    id: row.id,
    resourceType: row.resourceType,
    resourceId: row.resourceId,
    remoteId: row.remoteId,
    name: row.name,
    kind: row.kind,
    drifts: row.drifts.map((drift) => ({ ...drift })),
    action: row.action,
    result: row.result,
    reason: row.reason === null ? null : { ...row.reason },
    settledAt: row.settledAt?.toISOString() ?? null,
  };
}

/** After this time a last run is called stale: changes made by hand at the vendor may have gone unnoticed. */
const STALE_AFTER_MS = 7 * 24 * 3_600_000;

/** The last run as a connection shows it; null where there was none. */
export function presentLastRun(last: CountedRun | undefined, now: Date): JsonObject | null {
  if (last === undefined) return null;
  const { run } = last;
  const at = run.endedAt ?? run.startedAt ?? run.requestedAt;
  return {
    runId: run.id,
    at: at.toISOString(),
    status: run.status,
    trigger: run.trigger,
    dryRun: run.dryRun,
    reason: run.reason === null ? null : { ...run.reason },
    summary: presentSummary(last),
    stale: now.getTime() - at.getTime() > STALE_AFTER_MS,
  };
}
