import { describe, expect, it } from "vitest";
import { type Decision, RowNotDecidableError } from "../../../src/provisioning/reconciliation/decide-row.js";
import { RunNotFoundError } from "../../../src/provisioning/reconciliation/runs.js";
import { nothing } from "../share-engine.js";
import { type Seen, shareReconciliation } from "./share-reconciliation.js";

const { engine, query, addGroup, addUser, join, settle, reconcile, writes, person, decisions, runs } =
  shareReconciliation();

/** A dry run that found two fields of one person changed by hand. */
async function drifted() {
  const group = await addGroup("研发");
  const dev = await addUser("李二", { title: "工程师" });
  await join(group, dev);
  await settle();
  Object.assign(person(dev), { title: "经理", name: "李贰" });
  return { dev, seen: await reconcile({ dryRun: true }) };
}

function decide({ run, rows }: Seen, decision: Decision, index = 0) {
  const rowId = rows[index]?.id ?? "";
  const at = { connectionId: engine.connectionId, runId: run.id, rowId };
  return decisions().decide(engine.context, at, decision);
}
const rowsNow = async ({ run }: Seen) =>
  runs().rows(engine.context.tenantId, engine.connectionId, { runId: run.id, limit: 10 });

describe("a row of a run that is over", () => {
  it("is pushed by a decision, and tells what came of it", async () => {
    const { dev, seen } = await drifted();
    expect(await decide(seen, { choice: "push" })).toMatchObject({ action: "push", result: "ordered" });
    await engine.drain();
    expect(person(dev)).toMatchObject({ title: "工程师", name: "李二" });
    expect(await rowsNow(seen)).toMatchObject([{ result: "done" }]);
    expect((await reconcile()).rows).toEqual([]);
  });

  it("is decided field by field: one adopted, one left alone until the vendor holds something else", async () => {
    const { dev, seen } = await drifted();
    await decide(seen, { choice: "adopt", field: "title" });
    await engine.drain();
    const read = await engine.directory.read(engine.context, "User", dev, nothing);
    expect(read.attributes).toMatchObject({ title: "经理", displayName: "李二" });
    const decided = await decide(seen, { choice: "ignore", field: "name" });
    expect(decided.drifts).toMatchObject([
      { field: "name", choice: "ignore" },
      { field: "title", choice: "adopt" },
    ]);
    expect(writes()).toEqual([]);
    const audited = await query<{ changes: { field: string; new: unknown }[] }>(
      "select changes from audit_entry where object_id = $1 and action = 'run.row-decided' order by seq",
      [seen.run.id],
    );
    expect(
      audited.map(({ changes }) => Object.fromEntries(changes.map((one) => [one.field, one.new]))),
    ).toMatchObject([
      { choice: "adopt", fields: ["title"], resourceId: dev },
      { choice: "ignore", fields: ["name"], resourceId: dev },
    ]);
    const next = await reconcile();
    expect(next.rows).toEqual([]);
    expect(next.summary.ignored).toBe(1);
    person(dev).name = "李叁";
    expect((await reconcile()).rows).toHaveLength(1);
    expect(person(dev).name).toBe("李二");
  });

  it("of something that is nothing of ours can be left alone, and nothing else", async () => {
    await drifted();
    engine.vendor.departments.set("77", { remoteId: "77", name: "工会", parentRemoteId: "1" });
    const seen = await reconcile();
    const index = seen.rows.findIndex((row) => row.kind === "foreign");
    await expect(decide(seen, { choice: "push" }, index)).rejects.toThrow(RowNotDecidableError);
    expect(await decide(seen, { choice: "ignore" }, index)).toMatchObject({
      action: "ignore",
      result: "done",
    });
    expect((await reconcile()).rows).toEqual([]);
  });

  it("is not decided when there is nothing left to decide, or no such row", async () => {
    const { dev, seen } = await drifted();
    Object.assign(person(dev), { title: "工程师", name: "李二" });
    await expect(decide(seen, { choice: "push" })).rejects.toMatchObject({ reason: { code: "row-in-line" } });
    engine.vendor.users.delete(dev);
    await expect(decide(seen, { choice: "push" })).rejects.toMatchObject({
      reason: { code: "row-outdated" },
    });
    const at = { connectionId: engine.connectionId, runId: seen.run.id, rowId: seen.run.id };
    await expect(decisions().decide(engine.context, at, { choice: "push" })).rejects.toThrow(
      RunNotFoundError,
    );
  });
});
