import {
  type AdoptionReport,
  claimReport,
  endReport,
  forgetReports,
  interruptReports,
  type ReportEnd,
  renewReport,
} from "../../../persistence/adoption-report-store.js";
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
  let wake = () => {};
  let hinted = false;

  async function carryOut(report: AdoptionReport): Promise<void> {
    const lost = new AbortController();
    const over = new AbortController();
    const holding = hold(report, lost, over.signal);
    const result = await resultOf(report, AbortSignal.any([abort.signal, lost.signal]));
    over.abort();
    await holding;
    if (result === undefined) return;
    const { end, written } = result;
    if (!written && !(await endReport(database, report, end, clock.now()))) return;
    deps.onReportEnded(report, end);
    await forgetReports(database, report, KEPT_REPORTS);
  }

  /** Renews the lease until the report is over: a vendor may make it wait for longer than that. */
  async function hold(report: AdoptionReport, lost: AbortController, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await clock.sleep(leaseMs / 6, over).catch(() => undefined);
      if (over.aborted) return;
      try {
        const isOurs = await renewReport(database, report, new Date(clock.now().getTime() + leaseMs));
        if (!isOurs) return lost.abort(new ReportLost("The report's lease ended."));
      } catch (error) {
        deps.onError(error);
      }
    }
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

  async function rest(): Promise<void> {
    if (hinted || abort.signal.aborted) return;
    const cancel = new AbortController();
    const hint = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await Promise.race([hint, clock.sleep(pollMs, cancel.signal).catch(() => undefined)]);
    cancel.abort();
    wake = () => {};
  }

  async function loop(): Promise<void> {
    while (!abort.signal.aborted) {
      hinted = false;
      try {
        await interruptReports(database, clock.now(), reportReason("interrupted"), "expired");
        const report = await claimReport(database, clock.now(), leaseMs);
        if (report !== undefined) await carryOut(report);
        else await rest();
      } catch (error) {
        deps.onError(error);
        await clock.sleep(pollMs, abort.signal).catch(() => undefined);
      }
    }
  }

  if (database.kind === "embedded") {
    await interruptReports(database, clock.now(), reportReason("interrupted"), "all");
  }
  const unlisten = await database.listen(REPORT_CHANNEL, () => {
    hinted = true;
    wake();
  });
  const looping = loop();
  return {
    async stop() {
      abort.abort(new Error("The process is stopping."));
      wake();
      await unlisten();
      await looping;
    },
  };
}
