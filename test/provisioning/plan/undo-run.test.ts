import { describe, expect, it } from "vitest";
import { PlanOutdatedError } from "../../../src/provisioning/plan/plan-errors.js";
import { RunActiveError, RunNotFoundError } from "../../../src/provisioning/reconciliation/runs.js";
import type { JsonObject } from "../../../src/scim/schema/attribute.js";
import { shareCompany } from "../reconciliation/share-company.js";
import { dumpTables } from "./dump-tables.js";

const company = shareCompany();
const {
  engine,
  addGroup,
  addUser,
  join,
  patch,
  query,
  byHand,
  held,
  remoteIdOf,
  attributes,
  reconcile,
  runs,
} = company;

const undoOf = (runId: string, limit = 50, before?: string) => ({
  connectionId: engine.connectionId,
  runId,
  limit,
  before,
});
const planUndo = (runId: string, limit?: number, before?: string) =>
  engine.plans.planRunUndo(engine.context, undoOf(runId, limit, before));
const applyUndo = async (runId: string, hash: string, limit?: number, before?: string) => {
  const { ordered } = await engine.plans.applyRunUndo(engine.context, undoOf(runId, limit, before), hash);
  await engine.drain();
  return ordered;
};
const policy = async (drift: JsonObject) => {
  await engine.connections.update(engine.context, engine.connectionId, { policy: { drift } });
  await engine.drain();
};
const isThere = (id: string) => engine.simulator.state().users.some(({ userid }) => userid === id);

/** A company of which DingTalk's administrator renamed one person and removed another; the run put both right. */
async function repaired() {
  const group = await addGroup("研发");
  const [renamed, removed, quiet] = [await addUser("王一"), await addUser("李二"), await addUser("张三")];
  for (const id of [renamed, removed, quiet]) await join(group, id);
  await engine.drain();
  byHand(renamed, { name: "由人改过" });
  engine.simulator.act("/topapi/v2/user/delete", { userid: removed });
  const { run } = await reconcile();
  expect(run.status).toBe("succeeded");
  expect(held(renamed)).toMatchObject({ name: "王一" });
  return { group, renamed, removed, quiet, run };
}

describe("undoing a run", { timeout: 60_000 }, () => {
  it("is a plan first; applied, DingTalk holds what it held before the run", async () => {
    const { renamed, removed, quiet, run } = await repaired();
    const before = await dumpTables(query);
    engine.made.length = 0;
    const undo = await planUndo(run.id);
    expect(await dumpTables(query)).toEqual(before);
    expect(engine.made).toEqual([]);
    expect({ notUndone: undo.notUndone, next: undo.next }).toEqual({ notUndone: [], next: undefined });
    expect(undo.undone.map(({ resourceId, way, putBack }) => ({ resourceId, way, putBack }))).toEqual([
      { resourceId: removed, way: "remove", putBack: [] },
      { resourceId: renamed, way: "rewrite", putBack: [] },
    ]);
    expect(undo.plan.calls.map(({ path }) => path).sort()).toEqual([
      "/topapi/v2/user/delete",
      "/topapi/v2/user/update",
    ]);
    // SCIM still says otherwise.
    expect(undo.comesBack.map(({ path }) => path).sort()).toEqual([
      "/topapi/v2/user/create",
      "/topapi/v2/user/update",
    ]);

    expect(await applyUndo(run.id, undo.hash)).toBe(2);
    expect(engine.made.map(({ path }) => path).sort()).toEqual(
      undo.plan.calls.map(({ path }) => path).sort(),
    );
    expect(held(renamed)).toMatchObject({ name: "由人改过" });
    expect(isThere(removed)).toBe(false);
    expect(held(quiet)).toMatchObject({ name: "张三" });
    const [entry] = await query(
      "select action, actor from audit_entry where object_id = $1 order by seq desc",
      [run.id],
    );
    expect(entry).toMatchObject({ action: "run.undone" });
  });

  it("puts back what was taken over into SCIM, memberships too, and DingTalk follows", async () => {
    const [group, other] = [await addGroup("研发"), await addGroup("市场")];
    const person = await addUser("王一", { title: "工程师" });
    await join(group, person);
    await engine.drain();
    await policy({ default: "adopt" });
    const [, otherId] = [await remoteIdOf(group), await remoteIdOf(other)];
    byHand(person, { title: "经理", remark: "x", dept_id_list: otherId });
    const { run, rows } = await reconcile();
    expect(rows).toMatchObject([{ action: "adopt", result: "done" }]);
    expect(await attributes("User", person)).toMatchObject({ title: "经理" });

    const undo = await planUndo(run.id);
    expect(undo.undone).toMatchObject([{ resourceId: person, way: null, putBack: ["title", "groups"] }]);
    expect(undo.plan.items.find(({ resourceId }) => resourceId === person)?.changes).toMatchObject([
      { field: "departmentRemoteIds" },
      { field: "title", before: "经理", after: "工程师" },
    ]);
    await applyUndo(run.id, undo.hash);
    const shown = await attributes("User", person);
    expect(shown).toMatchObject({ title: "工程师" });
    const groups = (shown["groups"] as JsonObject[]).filter((one) => one["type"] === "direct");
    expect(groups.map((one) => one["value"])).toEqual([group]);
    expect(held(person)).toMatchObject({
      title: "工程师",
      remark: "x",
      dept_id_list: [Number(await remoteIdOf(group))],
    });
  });

  it("lists what it cannot undo with the reason: changed since, undone already, under way", async () => {
    const { renamed, removed, run } = await repaired();
    await patch("User", renamed, { op: "replace", path: "title", value: "经理" });
    await engine.drain();
    const undo = await planUndo(run.id);
    expect(undo.undone.map(({ resourceId }) => resourceId)).toEqual([removed]);
    expect(undo.notUndone).toMatchObject([
      {
        resourceId: renamed,
        resourceName: "王一",
        code: "superseded",
        message: expect.stringContaining("since"),
      },
    ]);
    await applyUndo(run.id, undo.hash);
    expect((await planUndo(run.id)).notUndone).toMatchObject([
      { resourceId: removed, code: "undone-already" },
      { resourceId: renamed, code: "superseded" },
    ]);
    await query("update run_row set result = 'ordered' where resource_id = $1", [removed]);
    expect((await planUndo(run.id)).notUndone).toMatchObject([
      { code: "under-way", zh: { message: expect.stringContaining("尚未结束") } },
      { code: "superseded" },
    ]);
  });

  it("leaves what was taken over alone where SCIM was changed since", async () => {
    const person = await addUser("王一", { title: "工程师" });
    await engine.drain();
    await policy({ default: "adopt" });
    byHand(person, { title: "经理" });
    const { run } = await reconcile();
    await patch("User", person, { op: "replace", path: "title", value: "总监" });
    await engine.drain();
    expect(await planUndo(run.id)).toMatchObject({ undone: [], notUndone: [{ code: "changed-since" }] });
  });

  it("is refused with an outdated plan, while the run is active, and where there is no such run", async () => {
    const { renamed, run } = await repaired();
    const { hash } = await planUndo(run.id);
    await patch("User", renamed, { op: "replace", path: "nickName", value: "小王" });
    await expect(applyUndo(run.id, hash)).rejects.toBeInstanceOf(PlanOutdatedError);
    const next = await runs().start(engine.context, engine.connectionId, {
      dryRun: true,
      acceptScope: false,
    });
    await expect(planUndo(next.run.id)).rejects.toBeInstanceOf(RunActiveError);
    await expect(planUndo(renamed)).rejects.toBeInstanceOf(RunNotFoundError);
  });

  it("goes a part at a time, the newest of what the run did first, each part with a hash of its own", async () => {
    const { renamed, removed, run } = await repaired();
    const first = await planUndo(run.id, 1);
    expect(first.undone.map(({ resourceId }) => resourceId)).toEqual([removed]);
    await applyUndo(run.id, first.hash, 1);
    const second = await planUndo(run.id, 1, first.next);
    expect(second.undone.map(({ resourceId }) => resourceId)).toEqual([renamed]);
    expect(second.next).toBeUndefined();
    await applyUndo(run.id, second.hash, 1, first.next);
    expect({ name: held(renamed)["name"], removed: isThere(removed) }).toEqual({
      name: "由人改过",
      removed: false,
    });
  });

  it("removes a department that the run made anew after its people, and what a removal took comes back to SCIM", async () => {
    const group = await addGroup("研发");
    const gone = await addUser("离职");
    await engine.drain();
    // A lost link: the account is there, its user is removed.
    const account = held(gone);
    await engine.directory.remove(engine.context, "User", gone);
    await engine.drain();
    engine.simulator.act("/topapi/v2/user/create", {
      userid: gone,
      name: account["name"],
      mobile: account["mobile"],
      dept_id_list: "1",
    });
    const person = await addUser("王一");
    await join(group, person);
    await engine.drain();
    engine.simulator.act("/topapi/v2/user/delete", { userid: person });
    engine.simulator.act("/topapi/v2/department/delete", { dept_id: Number(await remoteIdOf(group)) });
    const { run, rows } = await reconcile();
    expect(rows.map(({ kind, result }) => `${kind} ${result}`).sort()).toEqual([
      "missing done",
      "missing done",
      "orphan done",
    ]);
    const undo = await planUndo(run.id);
    expect(undo.undone.map(({ resourceName, way }) => `${resourceName} ${way}`)).toEqual([
      "离职 restore",
      "王一 remove",
      "研发 remove",
    ]);
    await applyUndo(run.id, undo.hash);
    expect(isThere(person)).toBe(false);
    expect(isThere(gone)).toBe(true);
    expect(await attributes("User", gone)).toMatchObject({ displayName: "离职" });
    expect(engine.simulator.state().departments.map(({ name }) => name)).not.toContain("研发");
  });
});
