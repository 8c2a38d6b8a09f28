import { describe, expect, it } from "vitest";
import { fireDueRuns } from "../../../src/provisioning/reconciliation/scheduler.js";
import { shareReconciliation } from "./share-reconciliation.js";

const { engine, query, database } = shareReconciliation();
const HOUR = 3_600_000;

const schedule = (given: Record<string, string | number>) =>
  engine.connections.update(engine.context, engine.connectionId, { schedule: given });
const look = () => fireDueRuns({ database: database(), clock: engine.clock });
const fired = async () =>
  (await query("select trigger, actor, requested_at from run order by requested_at, id")).map((run) => ({
    ...run,
    requested_at: (run["requested_at"] as Date).toISOString(),
  }));
/** The present run, as if it were over. */
const end = () => query("update run set status = 'succeeded', ended_at = requested_at");

describe("scheduled runs", () => {
  it("are queued when they are due, and none where there is no schedule [002-13]", async () => {
    await look();
    await schedule({ kind: "daily", hour: 18, timeZone: "Asia/Shanghai" });
    await look();
    await engine.clock.advance(2 * HOUR - 1);
    await look();
    expect(await fired()).toEqual([]);
    await engine.clock.advance(1);
    await look();
    const first = { trigger: "schedule", actor: "schedule", requested_at: "2026-01-05T10:00:00.000Z" };
    expect(await fired()).toEqual([first]);
    await end();
    await engine.clock.advance(24 * HOUR);
    await look();
    expect(await fired()).toEqual([first, { ...first, requested_at: "2026-01-06T10:00:00.000Z" }]);
  });

  it("look as closely as the schedule says, at everything by default", async () => {
    const depths = async () => (await query("select depth from run order by id")).map((run) => run["depth"]);
    await schedule({ kind: "daily", hour: 18, timeZone: "Asia/Shanghai" });
    await look();
    await engine.clock.advance(2 * HOUR);
    await look();
    await end();
    await schedule({ kind: "daily", hour: 18, timeZone: "Asia/Shanghai", depth: "listed" });
    await look();
    await engine.clock.advance(24 * HOUR);
    await look();
    expect(await depths()).toEqual(["full", "listed"]);
  });

  it("are queued by exactly one of several workers that look at the same moment", async () => {
    await schedule({ kind: "interval", everyMinutes: 60, anchor: "2026-01-05T00:00:00Z" });
    await look();
    await engine.clock.advance(HOUR);
    await Promise.all([look(), look(), look()]);
    expect(await fired()).toHaveLength(1);
    await end();
    await Promise.all([look(), look()]);
    expect(await fired()).toHaveLength(1);
  });

  it("that were missed while nobody looked are made up for by one", async () => {
    await schedule({ kind: "interval", everyMinutes: 60, anchor: "2026-01-05T00:00:00Z" });
    await look();
    await engine.clock.advance(50 * HOUR);
    await look();
    await end();
    await look();
    expect(await fired()).toHaveLength(1);
    await engine.clock.advance(HOUR);
    await look();
    expect(await fired()).toHaveLength(2);
  });

  it("do not come beside a run that is active", async () => {
    await schedule({ kind: "interval", everyMinutes: 60, anchor: "2026-01-05T00:00:00Z" });
    await look();
    for (let times = 0; times < 3; times++) {
      await engine.clock.advance(HOUR);
      await look();
    }
    expect(await fired()).toHaveLength(1);
  });

  it("follow a changed schedule at once, and rest while the connection is off", async () => {
    await schedule({ kind: "daily", hour: 18, timeZone: "Asia/Shanghai" });
    await look();
    await schedule({ kind: "daily", hour: 17, timeZone: "Asia/Shanghai" });
    await look();
    await engine.connections.disable(engine.context, engine.connectionId);
    await engine.clock.advance(HOUR);
    await look();
    expect(await fired()).toEqual([]);
    await engine.connections.enable(engine.context, engine.connectionId);
    await look();
    expect(await fired()).toHaveLength(1);
    await schedule({ kind: "none" });
    await look();
    expect(await query("select 1 from run_schedule")).toEqual([]);
  });
});
