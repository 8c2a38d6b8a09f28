import { describe, expect, it } from "vitest";
import { PlanOutdatedError } from "../../../src/provisioning/plan/plan-errors.js";
import { shareEngine } from "../share-engine.js";
import { dumpTables } from "./dump-tables.js";

const { engine, query, addGroup, addUser, patch, join } = shareEngine();

async function deliveryOf(resourceId: string): Promise<string> {
  const [row] = await query<{ id: string }>("select id from delivery where resource_id = $1", [resourceId]);
  return row?.id ?? "";
}
const planUndo = async (resourceId: string, attemptId?: string) =>
  engine.plans.planUndo(engine.context, { deliveryId: await deliveryOf(resourceId), attemptId });
const applyUndo = async (resourceId: string, hash: string) =>
  engine.plans.applyUndo(engine.context, { deliveryId: await deliveryOf(resourceId) }, hash);

/** A department with an engineer in it, delivered. */
async function smallCompany() {
  const group = await addGroup("研发");
  const person = await addUser("王一", { title: "工程师" });
  await join(group, person);
  await engine.drain();
  return { group, person };
}
const retitle = (person: string, value: string) =>
  patch("User", person, { op: "replace", path: "title", value });

describe("undoing a delivery", () => {
  it("of an update puts the former values back, once, and says that SCIM still demands the others", async () => {
    const { person } = await smallCompany();
    await retitle(person, "经理");
    await engine.drain();
    const before = await dumpTables(query);
    const undo = await planUndo(person);
    expect(await dumpTables(query)).toEqual(before);
    expect(undo.way).toBe("rewrite");
    expect(undo.plan.items).toMatchObject([
      { action: "update", changes: [{ field: "title", before: "经理", after: "工程师" }] },
    ]);
    expect(undo.comesBack.map((call) => call.path)).toEqual(["users.update"]);

    expect(await applyUndo(person, undo.hash)).toEqual({ ordered: 1 });
    await engine.drain();
    expect(engine.vendor.users.get(person)?.title).toBe("工程师");
    expect((await engine.stateOf(person)).notes).toContainEqual(expect.stringContaining("undo"));
    const [{ actions } = { actions: [] }] = await query<{ actions: string[] }>(
      "select array_agg(action) as actions from audit_entry where object_id = $1",
      [await deliveryOf(person)],
    );
    expect(actions).toEqual(["delivery.undone"]);

    await patch("User", person, { op: "replace", path: "displayName", value: "王小一" });
    await engine.drain();
    expect(engine.vendor.users.get(person)).toMatchObject({ name: "王小一", title: "经理" });
  });

  it("of a removal brings back what was deleted in SCIM, and with it the person and their department", async () => {
    const { group, person } = await smallCompany();
    await engine.directory.remove(engine.context, "User", person);
    await engine.drain();
    expect(engine.vendor.users.has(person)).toBe(false);
    const undo = await planUndo(person);
    expect(undo.way).toBe("restore");
    expect(undo.comesBack).toEqual([]);
    const item = undo.plan.items.find((one) => one.resourceId === person);
    expect(item).toMatchObject({ action: "create", outcome: "synced" });
    expect(item?.changes).toContainEqual({ field: "title", before: null, after: "工程师" });
    await applyUndo(person, undo.hash);
    await engine.drain();
    const [department] = await query<{ remote_id: string }>(
      "select remote_id from link where resource_id = $1",
      [group],
    );
    expect(engine.vendor.users.get(person)).toMatchObject({
      name: "王一",
      title: "工程师",
      departmentRemoteIds: [department?.remote_id],
    });
  });

  it("of a creation removes what was created, and says that it would be created again", async () => {
    const { person } = await smallCompany();
    const undo = await planUndo(person);
    expect(undo.way).toBe("remove");
    expect(undo.plan.calls.map((call) => call.path)).toEqual(["users.remove"]);
    expect(undo.comesBack.map((call) => call.path)).toEqual(["users.create"]);
    await applyUndo(person, undo.hash);
    await engine.drain();
    expect(engine.vendor.users.has(person)).toBe(false);
    expect((await engine.stateOf(person)).state).toBe("synced");
  });

  it("gives way to a change of SCIM that comes in between", async () => {
    const { person } = await smallCompany();
    await retitle(person, "经理");
    await engine.drain();
    await applyUndo(person, (await planUndo(person)).hash);
    await retitle(person, "总监");
    await engine.drain();
    expect(engine.vendor.users.get(person)?.title).toBe("总监");
  });

  it("is refused with an outdated plan", async () => {
    const { person } = await smallCompany();
    await retitle(person, "经理");
    await engine.drain();
    const { hash } = await planUndo(person);
    await patch("User", person, { op: "replace", path: "nickName", value: "小王" });
    await expect(applyUndo(person, hash)).rejects.toBeInstanceOf(PlanOutdatedError);
  });

  it("goes back one change after the other, and not past a newer one", async () => {
    const { person } = await smallCompany();
    await retitle(person, "经理");
    await engine.drain();
    const [older] = await query<{ attempt_id: string }>(
      "select attempt_id from before_image order by seq desc",
    );
    await retitle(person, "总监");
    await engine.drain();
    await expect(planUndo(person, older?.attempt_id)).rejects.toMatchObject({ why: "superseded" });
    expect((await planUndo(person)).plan.items).toMatchObject([
      { changes: [{ field: "title", before: "总监", after: "经理" }] },
    ]);
  });

  it("is refused where the vendor's former state is not known, or the rules demand the removal", async () => {
    const group = await addGroup("研发");
    await engine.drain();
    await patch("Group", group, {
      op: "replace",
      path: "urn:ietf:params:scim:schemas:extension:organization:2.0:Group:kind",
      value: "group",
    });
    await engine.drain();
    expect(engine.vendor.departments.size).toBe(1);
    await expect(planUndo(group)).rejects.toMatchObject({ why: "still-demanded" });

    const parked = await addUser("无号", { phoneNumbers: [] });
    await engine.drain();
    await expect(planUndo(parked)).rejects.toMatchObject({ why: "nothing-kept" });

    engine.vendor.departments.set("55", { remoteId: "55", name: "市场", parentRemoteId: "1" });
    const adopted = await addGroup("市场");
    await engine.drain();
    await expect(planUndo(adopted)).rejects.toMatchObject({ why: "adopted" });
  });
});
