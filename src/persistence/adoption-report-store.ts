import type { JsonObject } from "../scim/schema/attribute.js";
import type { Queryable } from "./queryable.js";
import type { RunReason } from "./run-store.js";

/**
 * Where a report stands.
 *
 * - `queued`, `running`: active; a connection has at most one of these
 * - `succeeded`: everything that the vendor shows was read
 * - `incomplete`: part of it could not be read, so that nothing was concluded from what was not seen
 * - `failed`: it could not be made, e.g. because the vendor refuses the connection
 * - `interrupted`: its process stopped or died, and nothing was proposed
 */
export type ReportStatus = "queued" | "running" | "succeeded" | "incomplete" | "failed" | "interrupted";

/** How far a report is: what was read. */
export interface ReportProgress {
  departmentsRead: number;
  peopleRead: number;
}

/** A report of what exists at a vendor. */
export interface AdoptionReport {
  tenantId: string;
  id: string;
  connectionId: string;
  status: ReportStatus;
  actor: string;
  correlationId: string;
  requestedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  leaseId: string | null;
  progress: ReportProgress;
  /** Counts, once it is over. */
  summary: JsonObject | null;
  reason: RunReason | null;
}

const COLUMNS = `tenant_id as "tenantId", id, connection_id as "connectionId", status, actor,
  correlation_id as "correlationId", requested_at as "requestedAt", started_at as "startedAt",
  ended_at as "endedAt", lease_id as "leaseId", progress, summary, reason`;

type ReportColumns = AdoptionReport & Record<string, unknown>;

/** A report to be queued. */
export type NewReport = Pick<
  AdoptionReport,
  "tenantId" | "id" | "connectionId" | "actor" | "correlationId" | "requestedAt"
>;

/** Queues a report. Answers false, with nothing written, when the connection has an active one. */
export async function insertReport(db: Queryable, report: NewReport): Promise<boolean> {
  const progress: ReportProgress = { departmentsRead: 0, peopleRead: 0 };
  const rows = await db.query(
    `insert into adoption_report (tenant_id, id, connection_id, status, actor, correlation_id, requested_at, progress)
     values ($1, $2, $3, 'queued', $4, $5, $6, $7::jsonb)
     on conflict (tenant_id, connection_id) where status in ('queued', 'running') do nothing
     returning 1`,
    [
      report.tenantId,
      report.id,
      report.connectionId,
      report.actor,
      report.correlationId,
      report.requestedAt,
      JSON.stringify(progress),
    ],
  );
  return rows.length === 1;
}

/** The newest report of a connection, or the newest that read everything. */
export async function findNewestReport(
  db: Queryable,
  { tenantId, connectionId }: { tenantId: string; connectionId: string },
  which: "any" | "active" | "succeeded",
): Promise<AdoptionReport | undefined> {
  const rows = await db.query<ReportColumns>(
    `select ${COLUMNS} from adoption_report
      where tenant_id = $1 and connection_id = $2
        and ($3 = 'any' or status = $3 or ($3 = 'active' and status in ('queued', 'running')))
      order by id desc limit 1`,
    [tenantId, connectionId, which],
  );
  return rows[0];
}

/** Takes the oldest queued report, for `leaseMs`. */
export async function claimReport(
  db: Queryable,
  now: Date,
  leaseMs: number,
): Promise<AdoptionReport | undefined> {
  const rows = await db.query<ReportColumns>(
    `update adoption_report
        set status = 'running', started_at = $1, lease_id = gen_random_uuid(), lease_until = $2
      where (tenant_id, id) = (select tenant_id, id from adoption_report where status = 'queued'
                                order by requested_at, id limit 1 for update skip locked)
      returning ${COLUMNS}`,
    [now, new Date(now.getTime() + leaseMs)],
  );
  return rows[0];
}

/** Renews a report's lease and notes how far it is. Answers false when the report is not the caller's any more. */
export async function renewReport(db: Queryable, report: AdoptionReport, leaseUntil: Date): Promise<boolean> {
  const rows = await db.query(
    `update adoption_report set progress = $4::jsonb, lease_until = $5
      where tenant_id = $1 and id = $2 and lease_id = $3 and status = 'running' returning 1`,
    [report.tenantId, report.id, report.leaseId, JSON.stringify(report.progress), leaseUntil],
  );
  return rows.length === 1;
}

/** How a report ended. */
export interface ReportEnd {
  status: Exclude<ReportStatus, "queued" | "running">;
  summary: JsonObject | null;
  reason: RunReason | null;
}

/** Ends a report that is still the caller's. Answers whether it was. */
export async function endReport(
  db: Queryable,
  report: AdoptionReport,
  end: ReportEnd,
  now: Date,
): Promise<boolean> {
  const rows = await db.query(
    `update adoption_report
        set status = $4, summary = $5::jsonb, reason = $6::jsonb, progress = $7::jsonb, ended_at = $8, lease_id = null,
            lease_until = null
      where tenant_id = $1 and id = $2 and lease_id = $3 and status = 'running' returning 1`,
    [
      report.tenantId,
      report.id,
      report.leaseId,
      end.status,
      end.summary === null ? null : JSON.stringify(end.summary),
      end.reason === null ? null : JSON.stringify({ ...end.reason }),
      JSON.stringify(report.progress),
      now,
    ],
  );
  return rows.length === 1;
}

/**
 * Ends the reports whose process did not renew its lease: it died. `all` ends every running one, for the start of a
 * process that is the database's only one.
 */
export async function interruptReports(
  db: Queryable,
  now: Date,
  reason: RunReason,
  which: "expired" | "all",
): Promise<void> {
  await db.query(
    `update adoption_report set status = 'interrupted', reason = $2::jsonb, ended_at = $1, lease_id = null,
            lease_until = null
      where status = 'running' and ($3 or lease_until < $1)`,
    [now, JSON.stringify({ ...reason }), which === "all"],
  );
}

/** Forgets what was read for all but this report and the newest complete one, and all but the newest `keep` reports. */
export async function forgetReports(
  db: Queryable,
  { tenantId, connectionId }: { tenantId: string; connectionId: string },
  keep: number,
): Promise<void> {
  const complete = await findNewestReport(db, { tenantId, connectionId }, "succeeded");
  const active = await findNewestReport(db, { tenantId, connectionId }, "active");
  const kept = [complete?.id, active?.id].filter((id) => id !== undefined);
  for (const table of ["adoption_pair", "adoption_entry"]) {
    await db.query(
      `delete from ${table} where tenant_id = $1 and connection_id = $2 and not (report_id = any($3::uuid[]))`,
      [tenantId, connectionId, kept],
    );
  }
  await db.query(
    `delete from adoption_report
      where tenant_id = $1 and connection_id = $2 and status not in ('queued', 'running') and not (id = any($4::uuid[]))
        and id < (select id from adoption_report where tenant_id = $1 and connection_id = $2
                   order by id desc offset $3 limit 1)`,
    [tenantId, connectionId, keep - 1, kept],
  );
}
