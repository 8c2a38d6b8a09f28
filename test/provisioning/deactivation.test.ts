import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { shareEngine } from "./share-engine.js";

const { engine, addGroup, addUser, patch, join, leave, callsOf, fail, query } = shareEngine();

const DAY_MS = 86_400_000;
const setPolicy = (policy: JsonObject) =>
  engine.connections.update(engine.context, engine.connectionId, { policy });
const setActive = (person: string, value: boolean) =>
  patch("User", person, { op: "replace", path: "active", value });
const departmentsOf = (person: string) =>
  engine.vendor.users.get(person)?.departmentRemoteIds.map((id) => engine.vendor.departments.get(id)?.name);

/** Lets what is due within the time happen. */
async function pass(days: number): Promise<void> {
  await engine.clock.advance(days * DAY_MS);
  while ((await engine.step()) > 0);
}

async function addPerson(group?: string): Promise<string> {
  const person = await addUser("王一");
  if (group !== undefined) await join(group, person);
  await engine.drain();
  return person;
}

/** Somebody whose creation the vendor did not answer, and did not carry out. */
async function addLostPerson(group?: string): Promise<string> {
  const person = await addUser("王一");
  if (group !== undefined) await join(group, person);
  fail("users.create", "transient", {}, { mayHaveApplied: true });
  await engine.clock.advance(6_000);
  const calls = callsOf("users.create");
  while (callsOf("users.create") === calls) await engine.step();
  return person;
}

describe("a person who becomes inactive", () => {
  it("is kept by default, and their changes go on", async () => {
    const person = await addPerson();
    await setActive(person, false);
    await patch("User", person, { op: "replace", path: "title", value: "离职" });
    await engine.drain();
    expect(engine.vendor.users.get(person)).toMatchObject({ title: "离职" });
    expect((await engine.stateOf(person)).notes.join()).toMatch(/Inactive in SCIM; the person is kept/);
  });

  it("is deleted when the policy says so, and created again on return", async () => {
    await setPolicy({ deactivation: { action: "delete" } });
    const person = await addPerson();
    await setActive(person, false);
    await engine.drain();
    expect(engine.vendor.users.size).toBe(0);
    expect(await engine.stateOf(person)).toMatchObject({ state: "synced" });
    await patch("User", person, { op: "replace", path: "title", value: "x" });
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "skipped", code: "inactive" });
    await setActive(person, true);
    await engine.drain();
    expect(engine.vendor.users.has(person)).toBe(true);
  });

  it("is deleted when the days of grace are over, counted from the deactivation, while changes go on", async () => {
    await setPolicy({ deactivation: { action: "delete", graceDays: 30 } });
    const person = await addPerson(await addGroup("甲"));
    await setActive(person, false);
    await engine.step();
    expect(await engine.stateOf(person)).toMatchObject({ state: "pending", code: "deactivation-grace" });
    await pass(20);
    await patch("User", person, { op: "replace", path: "title", value: "离职" });
    await pass(9);
    expect(engine.vendor.users.get(person)).toMatchObject({ title: "离职" });
    await pass(1);
    await pass(0.01);
    expect(engine.vendor.users.size).toBe(0);
  });

  it("is left alone when they return within the days of grace", async () => {
    await setPolicy({ deactivation: { action: "delete", graceDays: 10 } });
    const person = await addPerson(await addGroup("甲"));
    await setActive(person, false);
    await engine.step();
    await pass(9);
    await setActive(person, true);
    await pass(5);
    expect(await engine.stateOf(person)).toMatchObject({ state: "synced" });
    await setActive(person, false);
    await pass(9);
    expect(callsOf("users.remove")).toBe(0);
  });

  it("is not created anew where the removal was made, its worker died, and days of grace begin to count", async () => {
    await setPolicy({ deactivation: { action: "delete" } });
    const person = await addPerson();
    await setActive(person, false);
    await engine.callAndDie();
    expect(engine.vendor.users.size).toBe(0);
    await setPolicy({ deactivation: { action: "delete", graceDays: 30 } });
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "skipped", code: "inactive" });
    expect(callsOf("users.create")).toBe(1);
    await setActive(person, true);
    await pass(0.01);
    expect(engine.vendor.users.has(person)).toBe(true);
  });

  it.each(["keep", "delete"])("is not created when a create got lost before (%s)", async (action) => {
    await setPolicy({ deactivation: { action, graceDays: 30 } });
    const person = await addLostPerson();
    await setActive(person, false);
    await pass(0.01);
    expect(await engine.stateOf(person)).toMatchObject({ state: "skipped", code: "inactive" });
    expect(engine.vendor.users.size).toBe(0);
  });

  it("is held by deletion protection like any removal, and stays for good once that is discarded", async () => {
    await setPolicy({
      deactivation: { action: "delete" },
      deletionProtection: { users: { number: 0, percent: 0 } },
    });
    const person = await addPerson();
    await setActive(person, false);
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("held");
    const [delivery] = await query<{ id: string }>("select id from delivery where resource_id = $1", [
      person,
    ]);
    await engine.heldRemovals.discard(engine.context, delivery?.id ?? "");
    await engine.drain();
    await patch("User", person, { op: "replace", path: "title", value: "留任" });
    await engine.drain();
    expect(engine.vendor.users.get(person)).toMatchObject({ title: "留任" });
    await setActive(person, true);
    await engine.drain();
    await setActive(person, false);
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("held");
  });

  it("is moved to the holding department and back on return", async () => {
    engine.vendor.departments.set("77", { remoteId: "77", name: "离职", parentRemoteId: "1" });
    await setPolicy({ deactivation: { action: "holding", holdingDepartmentId: "77" } });
    const group = await addGroup("甲");
    const person = await addPerson(group);
    await setActive(person, false);
    await engine.drain();
    expect(departmentsOf(person)).toEqual(["离职"]);
    await setActive(person, true);
    await engine.drain();
    expect(departmentsOf(person)).toEqual(["甲"]);
  });

  it("counts as lost to a department that only inactive people are members of", async () => {
    engine.vendor.departments.set("77", { remoteId: "77", name: "离职", parentRemoteId: "1" });
    await setPolicy({
      deactivation: { action: "holding", holdingDepartmentId: "77" },
      deletionProtection: { emptiedDepartments: { number: 0, percent: 0 } },
    });
    const person = await addPerson(await addGroup("甲"));
    await setActive(person, false);
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("held");
  });

  it.each([
    ["enable", true],
    ["manual", false],
  ])(
    "has an account of the company disabled; on return (%s) enabled is %s [002-07] [002-08]",
    async (onReturn, enabled) => {
      await setPolicy({
        deactivation: { action: "disable", onReturn },
        accounts: { kind: "enterprise", type: "sso", loginId: "userName" },
      });
      const person = await addPerson();
      await setActive(person, false);
      await engine.drain();
      expect(engine.vendor.users.get(person)?.enabled).toBe(false);
      await patch("User", person, { op: "replace", path: "title", value: "x" });
      await engine.drain();
      expect(callsOf("users.setEnabled")).toBe(1);
      await setActive(person, true);
      await engine.drain();
      expect(engine.vendor.users.get(person)?.enabled).toBe(enabled);
      expect((await engine.stateOf(person)).state).toBe("synced");
    },
  );

  it("with an ordinary account is parked when the policy is to disable, and says why", async () => {
    await setPolicy({ deactivation: { action: "disable" } });
    const person = await addPerson();
    await setActive(person, false);
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "parked", code: "disable-not-possible" });
    await setActive(person, true);
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
  });
});

describe("a person who leaves the scope", () => {
  async function scoped(policy: JsonObject): Promise<{ person: string; root: string; inside: string }> {
    const root = await addGroup("总部");
    const inside = await addGroup("甲");
    await patch("Group", root, { op: "add", path: "members", value: [{ value: inside, type: "Group" }] });
    await engine.connections.update(engine.context, engine.connectionId, {
      scope: { rootGroupId: root },
      policy,
    });
    const person = await addPerson(inside);
    return { person, root, inside };
  }

  it.each([
    ["keep", "skipped", 1],
    ["delete", "synced", 0],
  ])("is treated as the policy %s says [002-07]", async (action, state, people) => {
    const { person, inside } = await scoped({ deactivation: { action } });
    await leave(inside, person);
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe(state);
    expect(engine.vendor.users.size).toBe(people);
  });

  it.each([
    ["keep", "left-scope"],
    ["delete", "none"],
    ["disable", "outside-scope"],
  ])("is not created when a create got lost before (%s)", async (action, code) => {
    const { person: first, inside } = await scoped({ deactivation: { action } });
    const person = await addLostPerson(inside);
    await leave(inside, person);
    await engine.drain();
    expect((await engine.stateOf(person)).code ?? "none").toBe(code);
    expect([...engine.vendor.users.keys()]).toEqual([first]);
  });

  it("has the days of grace, and stays when they return", async () => {
    const { person, inside } = await scoped({ deactivation: { action: "delete", graceDays: 5 } });
    await leave(inside, person);
    await engine.step();
    await pass(3);
    await patch("User", person, { op: "replace", path: "title", value: "x" });
    await pass(1);
    expect(await engine.stateOf(person)).toMatchObject({ state: "pending", code: "deactivation-grace" });
    await pass(1);
    await pass(0.01);
    expect(engine.vendor.users.size).toBe(0);
    await join(inside, person);
    await pass(0);
    expect(engine.vendor.users.has(person)).toBe(true);
  });
});
