import { type AuditContext, appendAudit } from "../../../audit/append-audit.js";
import {
  type EntrySide,
  listUnmatched,
  type UnmatchedEntry,
} from "../../../persistence/adoption-entry-store.js";
import { countProposals, type ProposalCount } from "../../../persistence/adoption-proposal-store.js";
import {
  type AdoptionReport,
  findNewestReport,
  insertReport,
} from "../../../persistence/adoption-report-store.js";
import { type Connection, findConnection } from "../../../persistence/connection-store.js";
import type { Database } from "../../../persistence/database.js";
import type { Clock } from "../../../platform/clock.js";
import { newTimedId } from "../../../platform/ids.js";
import type { ResourceTypeId } from "../../../scim/schema/attribute.js";
import { ConnectionNotFoundError } from "../../connections/connection-errors.js";

export type { UnmatchedEntry } from "../../../persistence/adoption-entry-store.js";
export type { ProposalCount } from "../../../persistence/adoption-proposal-store.js";
export type { AdoptionReport } from "../../../persistence/adoption-report-store.js";

/** Tells workers that a report was queued. Only a hint: they poll as well. */
export const REPORT_CHANNEL = "adoption_report_due";

/** The connection has an active report. */
export class ReportActiveError extends Error {
  override readonly name = "ReportActiveError";

  constructor(readonly reportId: string) {
    super("A report of this connection is being made; wait for its end.");
  }
}

/** No report of the connection has read everything yet, so nobody can be said to be without a counterpart. */
export class NoCompleteReportError extends Error {
  override readonly name = "NoCompleteReportError";

  constructor() {
    super(
      "No report of this connection has read everything yet: start one, or see why the last one is incomplete.",
    );
  }
}

/** Where linking what exists stands at a connection. */
export interface AdoptionOverview {
  /** The newest report; undefined where there was none. */
  report: AdoptionReport | undefined;
  /** All proposals of the connection, counted. */
  proposals: ProposalCount[];
}

/** Reports of what exists at a vendor and who it may be: asked for here, made by a worker. */
export interface AdoptionReports {
  /** Queues a report; the connection may be off. @throws ConnectionNotFoundError, ReportActiveError */
  start(context: AuditContext & { correlationId: string }, connectionId: string): Promise<AdoptionReport>;
  /** @throws ConnectionNotFoundError */
  overview(tenantId: string, connectionId: string): Promise<AdoptionOverview>;
  /**
   * Who has no counterpart by the newest complete report: of SCIM, who will be created; of the vendor, who is left alone.
   * @throws ConnectionNotFoundError, NoCompleteReportError
   */
  unmatched(
    tenantId: string,
    connectionId: string,
    query: { side: EntrySide; resourceType: ResourceTypeId; after: string | undefined; limit: number },
  ): Promise<{ report: AdoptionReport; entries: UnmatchedEntry[] }>;
}

/** Makes the service. */
export function createAdoptionReports({
  database,
  clock,
}: {
  database: Database;
  clock: Clock;
}): AdoptionReports {
  async function requireConnection(tenantId: string, connectionId: string): Promise<Connection> {
    const connection = await findConnection(database, { tenantId, id: connectionId });
    if (connection === undefined) throw new ConnectionNotFoundError(connectionId);
    return connection;
  }

  return {
    async start(context, connectionId) {
      const { tenantId, actor, correlationId } = context;
      const { name } = await requireConnection(tenantId, connectionId);
      const now = clock.now();
      const id = newTimedId(now);
      const given = { tenantId, id, connectionId, actor, correlationId, requestedAt: now };
      const inserted = await database.transaction(async (tx) => {
        if (!(await insertReport(tx, given))) return false;
        const object = { type: "adoption-report", id, name } as const;
        await appendAudit(tx, { ...context, now }, { object, verb: "started", after: { connectionId } });
        return true;
      });
      const active = await findNewestReport(database, { tenantId, connectionId }, "any");
      if (!inserted || active === undefined) throw new ReportActiveError(active?.id ?? "");
      database.hint(REPORT_CHANNEL);
      return active;
    },

    async overview(tenantId, connectionId) {
      await requireConnection(tenantId, connectionId);
      const key = { tenantId, connectionId };
      return {
        report: await findNewestReport(database, key, "any"),
        proposals: await countProposals(database, key),
      };
    },

    async unmatched(tenantId, connectionId, query) {
      await requireConnection(tenantId, connectionId);
      const report = await findNewestReport(database, { tenantId, connectionId }, "succeeded");
      if (report === undefined) throw new NoCompleteReportError();
      return { report, entries: await listUnmatched(database, { tenantId, reportId: report.id }, query) };
    },
  };
}
