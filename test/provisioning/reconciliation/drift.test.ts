import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/scim/schema/attribute.js";
import {
  ENTERPRISE_USER_URN,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
} from "../../../src/scim/schema/urns.js";
import { nothing } from "../share-engine.js";
import { shareReconciliation } from "./share-reconciliation.js";

const { engine, addGroup, addUser, join, settle, reconcile, writes, person, department } =
  shareReconciliation();

async function company() {
  const [group, other] = [await addGroup("研发"), await addGroup("市场")];
  const boss = await addUser("王一");
  const dev = await addUser("李二", {
    title: "工程师",
    emails: [{ type: "work", value: "li@example.com" }],
    [ENTERPRISE_USER_URN]: { employeeNumber: "A1" },
  });
  for (const id of [boss, dev]) await join(group, id);
  await settle();
  return { group, other, boss, dev };
}

const policy = async (drift: JsonObject) => {
  await engine.setPolicy({ drift });
  await settle();
};
const attributes = async (type: "User" | "Group", id: string) =>
  (await engine.directory.read(engine.context, type, id, { ...nothing, groups: true })).attributes;

describe("a difference that is adopted", () => {
  it("is written into SCIM, and neither then nor later is the vendor called for it", async () => {
    const { dev, boss, group } = await company();
    await policy({ default: "adopt" });
    Object.assign(person(dev), {
      name: "李贰",
      title: "经理",
      email: "er@example.com",
      jobNumber: "B2",
      telephone: "0571-8",
      managerRemoteId: boss,
    });
    department("研发").name = "研究院";
    const { run, rows } = await reconcile();
    expect(run.status).toBe("succeeded");
    expect(rows.map(({ action, result }) => ({ action, result }))).toEqual([
      { action: "adopt", result: "done" },
      { action: "adopt", result: "done" },
    ]);
    expect(await attributes("Group", group)).toMatchObject({ displayName: "研究院" });
    expect(await attributes("User", dev)).toMatchObject({
      displayName: "李贰",
      title: "经理",
      emails: [{ type: "work", value: "er@example.com" }],
      [ENTERPRISE_USER_URN]: { employeeNumber: "B2" },
    });
    expect(writes()).toEqual([]);
    expect((await reconcile()).rows).toEqual([]);
    expect(writes()).toEqual([]);
  });

  it("may be a move between departments, or of a department", async () => {
    const { dev, group, other } = await company();
    await policy({ default: "adopt" });
    person(dev).departmentRemoteIds = [department("市场").remoteId];
    department("市场").parentRemoteId = department("研发").remoteId;
    const { run } = await reconcile();
    expect(run.status).toBe("succeeded");
    const groups = (await attributes("User", dev))["groups"] as JsonObject[];
    expect(groups.filter((one) => one["type"] === "direct").map((one) => one["value"])).toEqual([other]);
    expect(await attributes("Group", other)).toMatchObject({
      [ORGANIZATION]: { parent: { value: group } },
    });
    expect(person(dev).departmentRemoteIds).toEqual([department("市场").remoteId]);
    expect(department("市场").parentRemoteId).toBe(department("研发").remoteId);
    // A move is a join and a leave in SCIM: a delivery between the two puts the person into both for a moment.
    expect(writes().filter(({ remoteId }) => remoteId !== person(dev).remoteId)).toEqual([]);
  });

  it("that SCIM refuses leaves both sides as they are, and says why", async () => {
    const { dev, boss } = await company();
    await policy({ default: "adopt" });
    person(dev).workPlace = "北京";
    const led = await addUser("赵六", { [ENTERPRISE_USER_URN]: { manager: { value: boss } } });
    await settle();
    person(led).managerRemoteId = "somebody-else";
    person(boss).managerRemoteId = "somebody-else";
    const { run, rows } = await reconcile();
    expect(run.status).toBe("partial");
    expect(rows).toMatchObject([{ resourceId: led, result: "failed", reason: { code: "not-adoptable" } }]);
    expect(person(led).managerRemoteId).toBe("somebody-else");
    expect(writes()).toEqual([]);
    expect((await reconcile()).rows).toHaveLength(1);
  });
});

describe("a difference that the policy ignores", () => {
  it("is counted, by field, and left alone", async () => {
    const { dev, group } = await company();
    await policy({ users: { title: "ignore" }, departments: { name: "ignore" } });
    Object.assign(person(dev), { title: "经理", name: "李贰" });
    department("研发").name = "研究院";
    const { rows, summary } = await reconcile();
    expect(rows).toMatchObject([{ resourceId: dev, drifts: [{ field: "name", choice: "push" }] }]);
    expect(summary.ignored).toBe(2);
    expect(person(dev)).toMatchObject({ title: "经理", name: "李二" });
    expect(department("研究院").sourceId).toBe(group);
  });
});

describe("fields that were never sent, or are hidden from the app", () => {
  it("are no difference: absent is not empty", async () => {
    const { dev, boss } = await company();
    person(boss).title = "董事长";
    engine.vendor.scope = { ...engine.vendor.scope, userFields: [] };
    const { rows, run } = await reconcile();
    expect(rows).toEqual([]);
    expect(run.progress.notComparable).toEqual({ mobile: 2, email: 1 });
    expect(person(dev).email).toBe("li@example.com");
    expect(writes()).toEqual([]);
  });
});
