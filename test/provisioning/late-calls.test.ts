import { beforeEach, describe, expect, it } from "vitest";
import { shareEngine } from "./share-engine.js";

const { engine, addGroup, addUser, patch, fail, callsOf } = shareEngine();

/** A call went out and nobody knows what became of it; the vendor gets it only when a test says so. */
const unanswered = (operation: Parameters<typeof fail>[0]) =>
  fail(operation, "transient", {}, { mayHaveApplied: true });

async function aMinuteLater(): Promise<void> {
  await engine.clock.advance(60_000);
  await engine.drain();
}

describe("a call that arrives at the vendor after all was settled", () => {
  beforeEach(() => engine.clock.advance(1));

  it("to create a person who was removed meanwhile leaves no account", async () => {
    unanswered("users.create");
    const person = await addUser("王一");
    await engine.clock.advance(6_000);
    await engine.step();
    await engine.directory.remove(engine.context, "User", person);
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");

    engine.vendor.users.set(person, {
      remoteId: person,
      name: "王一",
      mobile: "19900000001",
      departmentRemoteIds: ["1"],
    });
    await aMinuteLater();
    expect(engine.vendor.users.size).toBe(0);
  });

  it("to create a department leaves no second one beside the one that goes by its new name", async () => {
    unanswered("departments.create");
    const group = await addGroup("研发");
    await engine.step();
    await patch("Group", group, { op: "replace", path: "displayName", value: "改名" });
    await engine.drain();

    engine.vendor.departments.set("900", {
      remoteId: "900",
      name: "研发",
      parentRemoteId: "1",
      sourceId: group,
    });
    await aMinuteLater();
    const ours = [...engine.vendor.departments.values()].filter(({ sourceId }) => sourceId === group);
    expect(ours).toMatchObject([{ name: "改名" }]);
  });

  it("to change a title has no effect for long", async () => {
    const person = await addUser("王一");
    await engine.drain();
    unanswered("users.update");
    await patch("User", person, { op: "replace", path: "title", value: "经理" });
    await engine.clock.advance(6_000);
    await engine.step();
    expect(callsOf("users.update")).toBe(1);
    await patch("User", person, { op: "replace", path: "title", value: "顾问" });
    await engine.drain();

    const account = engine.vendor.users.get(person);
    if (account !== undefined) account.title = "经理";
    await aMinuteLater();
    expect(engine.vendor.users.get(person)?.title).toBe("顾问");
  });

  it("to remove the account of a person who is wanted again does not take them away for long", async () => {
    await engine.setPolicy({ deactivation: { action: "delete" } });
    const person = await addUser("王一");
    await engine.drain();
    unanswered("users.remove");
    await patch("User", person, { op: "replace", path: "active", value: false });
    await engine.step();
    await patch("User", person, { op: "replace", path: "active", value: true });
    await engine.drain();
    expect(engine.vendor.users.has(person)).toBe(true);

    engine.vendor.users.delete(person);
    await aMinuteLater();
    expect(engine.vendor.users.has(person)).toBe(true);
  });

  it("to remove the account that a person who returned was given back is noticed", async () => {
    const body = { externalId: "E-1" };
    const former = await addUser("王一", body);
    await engine.drain();
    unanswered("users.remove");
    await engine.directory.remove(engine.context, "User", former);
    await engine.step();
    engine.vendor.users.delete(former);
    const returned = await addUser("王一", body);
    await engine.clock.advance(6_000);
    await engine.drain();
    expect(engine.vendor.users.size).toBe(1);
    expect(await engine.stateOf(returned)).toMatchObject({ state: "synced" });
  });

  it("costs no call where nothing differs", async () => {
    unanswered("users.create");
    await addUser("王一");
    await engine.drain();
    const calls = engine.vendor.calls.length;
    await aMinuteLater();
    expect(engine.vendor.calls).toHaveLength(calls);
    expect(callsOf("users.create")).toBe(2);
  });
});
