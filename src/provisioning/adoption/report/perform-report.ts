import { ConnectorError } from "../../../connectors/errors.js";
import type { AdoptionReport, ReportEnd } from "../../../persistence/adoption-report-store.js";
import type { Database } from "../../../persistence/database.js";
import type { Clock } from "../../../platform/clock.js";
import type { OpenConnections } from "../../connections/connection-at-work.js";
import { InvalidConnectionError } from "../../connections/connection-errors.js";
import { createVendorReader } from "../../reconciliation/vendor-reader.js";
import { conclude } from "./conclude.js";
import { readDirectory } from "./read-directory.js";
import { readVendor } from "./read-vendor.js";
import { reportReason } from "./report-reasons.js";
import { ReportImpossible, ReportLost } from "./report-work.js";

/** What reports are made with. */
export interface PerformReportDeps {
  database: Database;
  clock: Clock;
  connections: OpenConnections;
}

/** How a report came out. `written`: its end is in the database already. */
export type ReportResult = { end: ReportEnd; written: boolean };

/**
 * Makes a claimed report: reads the company by the vendor's lists and the unlinked part of the directory, and proposes
 * links. Nothing is written at the vendor, and the connection may be off.
 * @throws ReportLost when the lease passed on or `signal` tells to stop; whatever else is trouble of our own
 */
export async function performReport(
  deps: PerformReportDeps,
  report: AdoptionReport,
  signal: AbortSignal,
): Promise<ReportResult> {
  const failed = (reason: ReportEnd["reason"]): ReportResult => ({
    end: { status: "failed", summary: null, reason },
    written: false,
  });
  try {
    return { end: await make(deps, report, signal), written: true };
  } catch (error) {
    if (signal.aborted) throw new ReportLost("The process is stopping, or the report's lease ended.");
    if (error instanceof ReportImpossible) return failed(error.reason);
    if (error instanceof InvalidConnectionError) {
      return failed(reportReason("settings", { detail: error.message }));
    }
    if (error instanceof ConnectorError) {
      const { code, message, remedy, zh } = error.facts;
      return failed({ code, message, ...(remedy !== undefined && { remedy }), ...(zh && { zh }) });
    }
    throw error;
  }
}

async function make(
  { database, clock, connections }: PerformReportDeps,
  report: AdoptionReport,
  signal: AbortSignal,
): Promise<ReportEnd> {
  const { tenantId, connectionId, id: reportId } = report;
  const connection = await connections.use(tenantId, connectionId);
  const context = { correlationId: report.correlationId, signal };
  const reader = createVendorReader(connection.session, { clock, context });
  const scope = await reader.scope();
  const key = { tenantId, connectionId, reportId };
  const work = { database, report, key, connection, reader, scope, signal, unread: new Map() };
  await readVendor(work);
  await readDirectory(work);
  return conclude(work, clock.now());
}
