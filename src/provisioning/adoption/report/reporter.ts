import {
  type AdoptionReport,
  claimReport,
  endReport,
  forgetReports,
  interruptReports,
  type ReportEnd,
  renewReport,
} from "../../../persistence/adoption-report-store.js";
import { createHints } from "../../../platform/hints.js";
import { whileHeld } from "../../../platform/while-held.js";
import { type PerformReportDeps, performReport, type ReportResult } from "./perform-report.js";
import { reportReason } from "./report-reasons.js";
import { ReportLost } from "./report-work.js";
import { REPORT_CHANNEL } from "./reports.js";

/** What makes reports. Times in milliseconds. */
export interface ReporterDeps extends PerformReportDeps {
  /** Told of each report that ended here, for the log. */
  onReportEnded(report: AdoptionReport, end: ReportEnd): void;
  /** Trouble of our own. */
  onError(error: unknown): void;
  /** How long a report is held without a sign of life. */
  leaseMs?: number;
  /** Longest time without a look at the table: hints may be lost. */
  pollMs?: number;
}

/** The part of a worker that makes reports, one after the other. */
export interface Reporter {
  /** Ends the present report as interrupted, and waits for it. */
  stop(): Promise<void>;
}

const LEASE_MS = 60_000;
const POLL_MS = 5_000;
/** Reports that a connection keeps. */
const KEPT_REPORTS = 20;

/** Starts to look for queued reports, until stopped. */
export async function startReporter(deps: ReporterDeps): Promise<Reporter> {
  const { database, clock, leaseMs = LEASE_MS, pollMs = POLL_MS } = deps;
  const abort = new AbortController();
  const hints = createHints(clock);

  async function carryOut(report: AdoptionReport): Promise<void> {
    const lost = new AbortController();
    const lease = {
      clock,
      everyMs: leaseMs / 6,
      renew: () => renewReport(database, report, new Date(clock.now().getTime() + leaseMs)),
      onLost: () => lost.abort(new ReportLost("The report's lease ended.")),
      onError: deps.onError,
    };
    const signal = AbortSignal.any([abort.signal, lost.signal]);
    const result = await whileHeld(lease, () => resultOf(report, signal));
    if (result === undefined) return;
    const { end, written } = result;
    if (!written && !(await endReport(database, report, end, clock.now()))) return;
    deps.onReportEnded(report, end);
    await forgetReports(database, report, KEPT_REPORTS);
  }

  async function resultOf(report: AdoptionReport, signal: AbortSignal): Promise<ReportResult | undefined> {
    const ended = (status: "failed" | "interrupted", code: "internal" | "interrupted"): ReportResult => ({
      end: { status, summary: null, reason: reportReason(code) },
      written: false,
    });
    try {
      return await performReport(deps, report, signal);
    } catch (error) {
      if (error instanceof ReportLost) {
        return abort.signal.aborted ? ended("interrupted", "interrupted") : undefined;
      }
      deps.onError(error);
      return ended("failed", "internal");
    }
  }

  async function loop(): Promise<void> {
    while (!abort.signal.aborted) {
      const known = hints.given();
      try {
        await interruptReports(database, clock.now(), reportReason("interrupted"), "expired");
        const report = await claimReport(database, clock.now(), leaseMs);
        if (report !== undefined) await carryOut(report);
        else await hints.rest(pollMs, known);
      } catch (error) {
        deps.onError(error);
        await clock.sleep(pollMs, abort.signal).catch(() => undefined);
      }
    }
  }

  if (database.kind === "embedded") {
    await interruptReports(database, clock.now(), reportReason("interrupted"), "all");
  }
  const unlisten = await database.listen(REPORT_CHANNEL, hints.give);
  const looping = loop();
  return {
    async stop() {
      abort.abort(new Error("The process is stopping."));
      hints.give();
      await unlisten();
      await looping;
    },
  };
}
