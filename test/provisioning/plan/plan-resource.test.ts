import { describe, expect, it } from "vitest";
import { newId } from "../../../src/platform/ids.js";
import { ORGANIZATION_GROUP_URN as ORGANIZATION } from "../../../src/scim/schema/urns.js";
import { shareEngine } from "../share-engine.js";
import { dumpTables } from "./dump-tables.js";

const { engine, query, addGroup, addUser, patch, join } = shareEngine();

const planOf = (resourceId: string) =>
  engine.plans.planConnection(engine.context, engine.connectionId, { resourceId });

describe("the plan of one resource", () => {
  it("says what its delivery would call and change, field by field, with numbers masked", async () => {
    const group = await addGroup("研发");
    const person = await addUser("王一", { title: "工程师" });
    await join(group, person);
    await engine.drain();
    await patch("User", person, { op: "replace", path: "title", value: "经理" });
    const plan = await planOf(person);
    expect(plan.calls.map((call) => call.path)).toEqual(["users.update"]);
    expect(plan.items).toMatchObject([
      {
        resourceId: person,
        resourceName: "王一",
        prerequisite: false,
        action: "update",
        outcome: "synced",
        changes: [{ field: "title", before: "工程师", after: "经理" }],
      },
    ]);
    await engine.drain();
    expect((await planOf(person)).items).toMatchObject([{ action: "none", changes: [] }]);
  });

  it("brings along the departments that have to be there first, parents before children", async () => {
    const top = await addGroup("总部");
    const team = await addGroup("组", { [ORGANIZATION]: { parent: { value: top } } });
    const person = await addUser("王一");
    await join(team, person);
    const plan = await planOf(person);
    expect(plan.calls.map(({ path, resourceId }) => [path, resourceId])).toEqual([
      ["departments.create", top],
      ["departments.create", team],
      ["users.create", person],
    ]);
    const placeholder = plan.placeholders.find((one) => one.resourceId === team)?.remoteId;
    const item = plan.items.find((one) => one.resourceId === person);
    expect(item?.changes).toContainEqual({
      field: "departmentRemoteIds",
      before: null,
      after: [placeholder],
    });
    expect(item?.changes.find((change) => change.field === "mobile")?.after).toMatch(/^199\*+\d\d$/);
    expect(
      plan.items
        .filter((one) => one.prerequisite)
        .map((one) => one.resourceId)
        .sort(),
    ).toEqual([top, team].sort());
  });

  it("shows who would be adopted instead of created, and who would be parked", async () => {
    const group = await addGroup("研发");
    const [known, silent] = [await addUser("王一"), await addUser("王二", { phoneNumbers: [] })];
    for (const person of [known, silent]) await join(group, person);
    engine.vendor.users.set("0815", {
      remoteId: "0815",
      name: "王一",
      mobile: (await mobileOf(known)) ?? "",
      departmentRemoteIds: ["1"],
    });
    const plan = await planOf(known);
    expect(plan.items.find((one) => one.resourceId === known)).toMatchObject({
      action: "adopt",
      remoteId: { before: null, after: "0815" },
    });
    expect(plan.calls.find((call) => call.path === "users.create")?.refusal).toBe("mobile-taken");
    expect((await planOf(silent)).items.find((one) => one.resourceId === silent)).toMatchObject({
      action: "none",
      outcome: "parked",
      reason: { code: "mobile-missing" },
    });
  });

  it("of a removed department lets those leave first who are in it", async () => {
    const [keep, close] = [await addGroup("留"), await addGroup("撤")];
    const person = await addUser("王一");
    for (const group of [keep, close]) await join(group, person);
    await engine.drain();
    await engine.directory.remove(engine.context, "Group", close);
    const plan = await planOf(close);
    expect(plan.calls.map((call) => call.path)).toEqual(["users.update", "departments.remove"]);
    expect(plan.items.find((one) => one.resourceId === close)).toMatchObject({
      action: "remove",
      remoteId: { after: null },
    });
  });

  it("writes nothing, neither here nor at the vendor", async () => {
    const group = await addGroup("研发");
    const person = await addUser("王一");
    await join(group, person);
    const before = await dumpTables(query);
    const vendor = structuredClone([...engine.vendor.departments.values(), ...engine.vendor.users.values()]);
    await planOf(person);
    expect(await dumpTables(query)).toEqual(before);
    expect([...engine.vendor.departments.values(), ...engine.vendor.users.values()]).toEqual(vendor);
    expect(engine.vendor.calls).toEqual([]);
  });

  it("has the same hash while nothing changes, and another one when the person, a link or the settings do", async () => {
    const group = await addGroup("研发");
    const person = await addUser("王一");
    await join(group, person);
    const { hash } = await planOf(person);
    expect((await planOf(person)).hash).toBe(hash);
    await patch("User", person, { op: "replace", path: "nickName", value: "小王" });
    const second = (await planOf(person)).hash;
    expect(second).not.toBe(hash);
    await engine.drain();
    const third = (await planOf(person)).hash;
    expect(third).not.toBe(second);
    await query("update connection set version = version + 1");
    expect((await planOf(person)).hash).not.toBe(third);
  });

  it("is refused for what never existed", async () => {
    await expect(planOf(newId())).rejects.toThrow("no user or group");
    const nowhere = engine.plans.planConnection(engine.context, newId(), { resourceId: newId() });
    await expect(nowhere).rejects.toThrow("no connection");
  });
});

async function mobileOf(person: string): Promise<string | undefined> {
  const rows = await query<{ mobile: string }>(
    "select doc->'phoneNumbers'->0->>'value' as mobile from resource where id = $1",
    [person],
  );
  return rows[0]?.mobile;
}
