import { beforeEach, describe, expect, it } from "vitest";
import { claimReport, interruptReports } from "../../../src/persistence/adoption-report-store.js";
import { createAdoption } from "../../../src/provisioning/adoption/adoption.js";
import { performReport } from "../../../src/provisioning/adoption/report/perform-report.js";
import { ReportLost } from "../../../src/provisioning/adoption/report/report-work.js";
import { startReporter } from "../../../src/provisioning/adoption/report/reporter.js";
import { shareEngine } from "../share-engine.js";

const { engine, database, query, addUser, fail } = shareEngine();

const phone = { phoneNumbers: [{ type: "mobile", value: "13900000001" }] };
const adoption = () => createAdoption({ database: database(), clock: engine.clock });
const start = () => adoption().reports.start(engine.context, engine.connectionId);
const newest = async () =>
  (await adoption().reports.overview(engine.context.tenantId, engine.connectionId)).report;
const proposed = () => query("select 1 from adoption_proposal");

/** A worker's part that makes reports, and the end of the next one. */
async function reporting() {
  const errors: unknown[] = [];
  let tell = (_status: string) => {};
  const ended = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const reporter = await startReporter({
    database: database(),
    clock: engine.clock,
    connections: engine.openConnections,
    onReportEnded: (_report, { status }) => tell(status),
    onError: (error) => void errors.push(error),
  });
  return { reporter, ended, errors };
}

beforeEach(async () => {
  await query("truncate adoption_report, adoption_entry, adoption_pair");
  engine.vendor.users.set("x1", {
    remoteId: "x1",
    name: "王一",
    mobile: "13900000001",
    departmentRemoteIds: ["1"],
  });
  await addUser("王一", phone);
});

describe("a worker", () => {
  it("makes the reports that are asked for, and forgets what was read for older ones", async () => {
    const { reporter, ended, errors } = await reporting();
    const first = await start();
    expect(await ended).toBe("succeeded");
    await reporter.stop();
    await engine.clock.advance(1_000);
    const again = await reporting();
    const second = await start();
    expect(await again.ended).toBe("succeeded");
    await again.reporter.stop();
    expect(errors).toEqual([]);
    expect(await query("select distinct report_id from adoption_entry")).toEqual([{ report_id: second.id }]);
    expect(await query("select 1 from adoption_pair where report_id = $1", [first.id])).toEqual([]);
    expect(await proposed()).toHaveLength(1);
  });

  it("ends a report that it is stopped in as interrupted, and nothing is proposed", async () => {
    await start();
    // Waits for the vendor, which is throttled.
    fail("departments.listChildren", "throttled", {}, { retryAfterMs: 3_600_000 });
    const { reporter } = await reporting();
    while (engine.clock.sleeping() === 0 || (await newest())?.status !== "running") {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await reporter.stop();
    expect(await newest()).toMatchObject({ status: "interrupted", reason: { code: "interrupted" } });
    expect(await proposed()).toEqual([]);
  });

  it("says of a report whose process died that it was interrupted, and another one can be asked for", async () => {
    await start();
    await claimReport(database(), engine.clock.now(), 60_000);
    await engine.clock.advance(60_001);
    const { reporter } = await reporting();
    while ((await newest())?.status === "running") await new Promise((resolve) => setImmediate(resolve));
    await reporter.stop();
    expect(await newest()).toMatchObject({ status: "interrupted" });
    expect(await start()).toMatchObject({ status: "queued" });
  });

  it("that comes back after its lease passed on proposes nothing", async () => {
    await start();
    const report = await claimReport(database(), engine.clock.now(), 60_000);
    if (report === undefined) throw new Error("the report was not queued");
    const reason = { code: "interrupted", message: "" };
    await interruptReports(database(), engine.clock.now(), reason, "all");
    const deps = { database: database(), clock: engine.clock, connections: engine.openConnections };
    await expect(performReport(deps, report, new AbortController().signal)).rejects.toThrow(ReportLost);
    expect(await proposed()).toEqual([]);
  });
});
