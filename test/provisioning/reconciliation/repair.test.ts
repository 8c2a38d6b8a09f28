import { describe, expect, it } from "vitest";
import {
  DICTIONARY_USER_URN,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
} from "../../../src/scim/schema/urns.js";
import { nothing } from "../share-engine.js";
import { shareReconciliation } from "./share-reconciliation.js";

const { engine, addGroup, addUser, join, patch, settle, reconcile, writes, person, department, query } =
  shareReconciliation();

/** A company of two departments, one below the other, with a person in each. */
async function company() {
  const top = await addGroup("研发");
  const team = await addGroup("前端", { [ORGANIZATION]: { parent: { value: top } } });
  const lead = await addUser("王一", { title: "总监" });
  const dev = await addUser("李二", { title: "工程师" });
  await join(top, lead);
  await join(team, dev);
  await settle();
  return { top, team, lead, dev };
}

/** What was changed at the vendor; deliveries of one moment go side by side, so in no order. */
const operations = () =>
  writes()
    .map((call) => call.operation)
    .sort();

describe("a run of a connection", () => {
  it("finds nothing and changes nothing where all is as it was sent, however often", async () => {
    await company();
    for (let times = 0; times < 2; times++) {
      const { run, summary, rows } = await reconcile();
      expect(run).toMatchObject({ status: "succeeded", trigger: "manual", reason: null });
      expect(summary.same).toBe(4);
      expect(rows).toEqual([]);
    }
    expect(writes()).toEqual([]);
  });

  it("repairs a person and a department that were removed at the vendor [000-03]", async () => {
    const { team, dev } = await company();
    engine.vendor.users.delete(dev);
    engine.vendor.departments.delete(department("前端").remoteId);
    const { run, rows, summary } = await reconcile();
    expect(run.status).toBe("succeeded");
    const found = rows.map(({ kind, resourceId, action, result }) => ({ kind, resourceId, action, result }));
    const missing = (resourceId: string) => ({
      kind: "missing",
      resourceId,
      action: "create",
      result: "done",
    });
    // The new department may have set its member's own delivery going already, which then finds the same.
    expect(found).toEqual([missing(team), missing(dev)].slice(0, found.length));
    expect(summary.results).toMatchObject({ done: found.length, failed: 0 });
    await settle();
    expect(person(dev)).toMatchObject({ name: "李二", departmentRemoteIds: [department("前端").remoteId] });
    const read = await engine.directory.read(engine.context, "User", dev, nothing);
    expect(read.attributes[DICTIONARY_USER_URN]).toEqual({ ddAccountId: dev });
    engine.vendor.calls.length = 0;
    expect((await reconcile()).rows).toEqual([]);
    expect(writes()).toEqual([]);
  });

  it("sends again what was changed by hand, field by field, and shows both values", async () => {
    const { dev, top } = await company();
    Object.assign(person(dev), { title: "经理", name: "李贰" });
    Object.assign(department("研发"), { name: "研究院" });
    const { run, rows } = await reconcile();
    expect(run.status).toBe("succeeded");
    expect(rows).toMatchObject([
      {
        kind: "drift",
        resourceType: "Group",
        resourceId: top,
        drifts: [{ field: "name", expected: "研发", found: "研究院", choice: "push" }],
        result: "done",
      },
      {
        kind: "drift",
        resourceType: "User",
        resourceId: dev,
        name: "李二",
        drifts: expect.arrayContaining([
          { field: "title", expected: "工程师", found: "经理", choice: "push" },
          { field: "name", expected: "李二", found: "李贰", choice: "push" },
        ]),
        result: "done",
      },
    ]);
    expect(person(dev)).toMatchObject({ title: "工程师", name: "李二" });
    expect(department("研发").name).toBe("研发");
    expect(operations()).toEqual(["departments.update", "users.update"]);
  });

  it("puts people back into their departments, and leaves departments that are none of ours alone", async () => {
    const { dev } = await company();
    engine.vendor.departments.set("77", { remoteId: "77", name: "工会", parentRemoteId: "1" });
    const team = department("前端").remoteId;
    person(dev).departmentRemoteIds = [department("研发").remoteId, "77"];
    const { rows } = await reconcile();
    expect(rows.filter((row) => row.kind === "drift")).toHaveLength(1);
    expect(new Set(person(dev).departmentRemoteIds)).toEqual(new Set([team, "77"]));
    expect(rows.filter((row) => row.kind === "foreign")).toMatchObject([
      { resourceType: "Group", remoteId: "77", name: "工会", action: null, result: null },
    ]);
    expect(engine.vendor.departments.has("77")).toBe(true);
  });

  it("never touches people and departments that are none of ours, and compares nobody twice", async () => {
    const { lead } = await company();
    const [top, team] = [department("研发").remoteId, department("前端").remoteId];
    person(lead).departmentRemoteIds = [top, team];
    engine.vendor.users.set("stranger", {
      remoteId: "stranger",
      name: "外人",
      mobile: "13900000009",
      departmentRemoteIds: [top, team],
    });
    const { run, rows } = await reconcile();
    expect(run.progress.peopleRead).toBe(3);
    expect(rows.filter((row) => row.remoteId === "stranger")).toHaveLength(1);
    expect(rows.find((row) => row.remoteId === "stranger")).toMatchObject({ kind: "foreign", result: null });
    expect(engine.vendor.users.has("stranger")).toBe(true);
  });

  it("makes a lost link anew from our stamp, and removes what carries the stamp of something removed", async () => {
    const { team, dev } = await company();
    const gone = await addGroup("撤销");
    await settle();
    const remoteId = department("撤销").remoteId;
    await engine.directory.remove(engine.context, "Group", gone);
    await settle();
    // As if the removal and two links had been lost, e.g. by a restored database.
    engine.vendor.departments.set(remoteId, { remoteId, name: "撤销", parentRemoteId: "1", sourceId: gone });
    await query("delete from link where resource_id = any($1::uuid[])", [[team, dev]]);
    person(dev).remark = "entered by hand";
    const { rows, run } = await reconcile();
    expect(run.status).toBe("succeeded");
    expect(rows.map(({ kind, resourceId, result }) => ({ kind, resourceId, result }))).toEqual([
      { kind: "unlinked", resourceId: team, result: "done" },
      { kind: "unlinked", resourceId: dev, result: "done" },
      { kind: "orphan", resourceId: gone, result: "done" },
    ]);
    expect(engine.vendor.departments.has(remoteId)).toBe(false);
    expect(operations()).toEqual(["departments.remove", "users.update"]);
    expect(person(dev)).toMatchObject({ title: "工程师", remark: "entered by hand" });
    expect((await reconcile()).rows).toEqual([]);
  });

  it("goes on after a record that the vendor refuses, and says why [000-11] [000-12]", async () => {
    const group = await addGroup("研发");
    const people: string[] = [];
    for (let n = 1; n <= 10; n++) people.push(await addUser(`人${n}`));
    for (const id of people) await join(group, id);
    await settle();
    const fifth = people[4] ?? "";
    await engine.directory.patch(
      engine.context,
      "User",
      fifth,
      {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        Operations: [{ op: "remove", path: "phoneNumbers" }],
      },
      { needs: nothing },
    );
    await settle();
    engine.vendor.users.clear();
    const { run, rows, summary } = await reconcile();
    expect(run.status).toBe("partial");
    expect(summary.results).toMatchObject({ done: 9, failed: 1 });
    expect(engine.vendor.users.size).toBe(9);
    expect(rows.find((row) => row.resourceId === fifth)).toMatchObject({
      kind: "missing",
      result: "failed",
      reason: { code: "mobile-missing", message: expect.any(String), remedy: expect.any(String) },
    });
    const created = engine.vendor.calls.filter((call) => call.operation === "users.create").length;
    expect(created).toBe(summary.results.done);
  });

  it("only notes what it finds where it is a dry run", async () => {
    const { dev, lead } = await company();
    person(dev).title = "经理";
    engine.vendor.users.delete(lead);
    const { run, rows } = await reconcile({ dryRun: true });
    expect(run).toMatchObject({ status: "succeeded", dryRun: true });
    expect(rows).toMatchObject([
      { kind: "drift", action: "push", result: null },
      { kind: "missing", action: "create", result: null },
    ]);
    expect(writes()).toEqual([]);
    expect(person(dev).title).toBe("经理");
    expect(await engine.step()).toBe(0);
    expect((await reconcile()).summary.results.done).toBe(2);
    expect(person(dev).title).toBe("工程师");
  });

  it("tells people apart whose delivery waits for data from those that are in line", async () => {
    await company();
    const waiting = await addUser("没手机", { phoneNumbers: [] });
    await settle();
    const { run, rows, summary } = await reconcile();
    expect(run.status).toBe("partial");
    expect(summary.same).toBe(4);
    expect(rows).toMatchObject([
      { kind: "undelivered", resourceId: waiting, result: null, reason: { code: "mobile-missing" } },
    ]);
  });

  it("reports a mobile number that differs masked, and does not report it again once the vendor kept it", async () => {
    const { dev } = await company();
    person(dev).mobile = "13711112222";
    const { rows } = await reconcile();
    expect(rows[0]?.drifts).toMatchObject([{ field: "mobile", found: "137****22" }]);
    expect(JSON.stringify(rows)).not.toContain("13711112222");
    expect((await reconcile()).rows).toEqual([]);
    await patch("User", dev, { op: "replace", path: "title", value: "架构师" });
  });
});
