import type { AuthorisedScope } from "../../../connectors/connector.js";
import type { ReportKey } from "../../../persistence/adoption-entry-store.js";
import type { AdoptionReport } from "../../../persistence/adoption-report-store.js";
import type { Database } from "../../../persistence/database.js";
import type { RunReason } from "../../../persistence/run-store.js";
import type { ConnectionAtWork } from "../../connections/connection-at-work.js";
import type { VendorReader } from "../../reconciliation/vendor-reader.js";

/** Everything that a report works with while it is made. */
export interface ReportWork {
  database: Database;
  report: AdoptionReport;
  key: ReportKey;
  connection: ConnectionAtWork;
  reader: VendorReader;
  scope: AuthorisedScope;
  signal: AbortSignal;
  /** The departments that could not be read, or not all of whose members, with the reason. */
  unread: Map<string, RunReason>;
}

/** The report is not this process's any more: its lease ended, or the process is told to stop. */
export class ReportLost extends Error {
  override readonly name = "ReportLost";
}

/** The report cannot be made as things are. */
export class ReportImpossible extends Error {
  override readonly name = "ReportImpossible";

  constructor(readonly reason: RunReason) {
    super(reason.message);
  }
}
