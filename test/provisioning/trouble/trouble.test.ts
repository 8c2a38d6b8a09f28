import { describe, expect, it } from "vitest";
import { PROVISIONING_USER_URN } from "../../../src/scim/schema/urns.js";
import { nothing, shareEngine } from "../share-engine.js";

const { engine, query, addGroup, addUser, join, leave, patch, fail, callsOf } = shareEngine();

describe("trouble", () => {
  it("of a lost answer is looked up: nobody is created twice", async () => {
    fail("users.create", "transient", { applied: true }, { mayHaveApplied: true });
    const person = await addUser("王一");
    await engine.drain();
    expect(callsOf("users.create")).toBe(1);
    expect(callsOf("users.get")).toBe(1);
    expect((await engine.stateOf(person)).state).toBe("synced");
  });

  it("of a lost answer finds a department by its stamp", async () => {
    fail("departments.create", "transient", { applied: true }, { mayHaveApplied: true });
    const group = await addGroup("研发");
    await engine.drain();
    expect(callsOf("departments.create")).toBe(1);
    expect([...engine.vendor.departments.values()].filter((one) => one.sourceId === group)).toHaveLength(1);
  });

  it("of one kind does not use up the tries of another: after an outage the first refusal is the first one", async () => {
    for (let n = 0; n < 10; n++) fail("users.create", "transient");
    fail("users.create", "dependency-missing", {}, { code: "no-department" });
    fail("users.create", "conflict", {}, { code: "number-taken" });
    const person = await addUser("王一");
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "synced" });
    expect(callsOf("users.create")).toBe(13);
  });

  it("of a worker that dies after its call is healed by the next", async () => {
    const group = await addGroup("研发");
    const person = await addUser("王一");
    await engine.clock.advance(6_000);
    await engine.callAndDie();
    expect(engine.vendor.departments.size + engine.vendor.users.size).toBe(3);
    await engine.drain();
    expect([callsOf("departments.create"), callsOf("users.create")]).toEqual([1, 1]);
    expect((await engine.stateOf(group)).state).toBe("synced");
    expect((await engine.stateOf(person)).state).toBe("synced");
  });

  it("of a worker that dies after its call, before the resource goes, leaves no orphan behind", async () => {
    const group = await addGroup("研发");
    const person = await addUser("王一");
    await engine.clock.advance(6_000);
    await engine.callAndDie();
    await patch("Group", group, { op: "replace", path: "displayName", value: "改名" });
    await engine.directory.remove(engine.context, "Group", group);
    await engine.directory.remove(engine.context, "User", person);
    await engine.drain();
    expect(engine.vendor.departments.size).toBe(1);
    expect(engine.vendor.users.size).toBe(0);
  });

  it("of a worker that dies after its call leaves departments alone that somebody gave the person meanwhile", async () => {
    engine.vendor.departments.set("50", { remoteId: "50", name: "工会", parentRemoteId: "1" });
    const group = await addGroup("研发");
    const person = await addUser("王一");
    await join(group, person);
    await engine.step();
    await engine.callAndDie();
    const account = engine.vendor.users.get(person);
    account?.departmentRemoteIds.push("50");
    await leave(group, person);
    await engine.drain();
    expect(engine.vendor.users.get(person)?.departmentRemoteIds.sort()).toEqual(["1", "50"]);
  });

  it("of a change that was applied unseen and then taken back leaves nothing of it", async () => {
    const group = await addGroup("研发");
    const person = await addUser("王一");
    await engine.drain();
    await join(group, person);
    await patch("User", person, { op: "add", path: "title", value: "工程师" });
    await patch("Group", group, { op: "replace", path: "displayName", value: "改名" });
    await engine.callAndDie();
    expect(engine.vendor.users.get(person)?.title).toBe("工程师");
    await leave(group, person);
    await patch("User", person, { op: "remove", path: "title" });
    await patch("Group", group, { op: "replace", path: "displayName", value: "研发" });
    await engine.drain();
    expect(engine.vendor.users.get(person)).toMatchObject({ departmentRemoteIds: ["1"] });
    expect(engine.vendor.users.get(person)?.title).toBeUndefined();
    expect([...engine.vendor.departments.values()].map((one) => one.name)).toEqual(["Company", "研发"]);
  });

  it("of a worker that dies over a person who leaves and returns at once removes nobody who is wanted", async () => {
    const phoneNumbers = [{ type: "mobile", value: "13912345678" }];
    const before = await addUser("王一", { phoneNumbers });
    await engine.clock.advance(6_000);
    await engine.callAndDie();
    await engine.directory.remove(engine.context, "User", before);
    const again = await addUser("王一", { phoneNumbers });
    await engine.drain();
    expect(engine.vendor.users.size).toBe(1);
    expect((await engine.stateOf(again)).state).toBe("synced");
  });

  it("of throttling charges no try", async () => {
    for (let n = 0; n < 20; n++) fail("users.create", "throttled", {}, { retryAfterMs: 1_000 });
    const person = await addUser("王一");
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
    const [row] = await query<{ tries: number }>("select tries from delivery where resource_id = $1", [
      person,
    ]);
    expect(row?.tries).toBe(0);
  });

  it("of the network is retried for as long as it takes", async () => {
    for (let n = 0; n < 30; n++) fail("users.create", "transient");
    const person = await addUser("王一");
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
  });

  it("of refused values parks with the vendor's code, and leaves others alone [000-11]", async () => {
    fail("users.create", "rejected", {}, { code: "60103", remedy: "Correct the number." });
    const [bad, good] = [await addUser("王一"), await addUser("王二")];
    await engine.drain();
    const states = [await engine.stateOf(bad), await engine.stateOf(good)];
    expect(states.map((one) => one.state).sort()).toEqual(["parked", "synced"]);
    expect(states.some((one) => one.code === "60103")).toBe(true);
  });

  it("of the credentials pauses the connection once, and delivery goes on when it is over", async () => {
    for (let n = 0; n < 5; n++) fail("users.create", "unauthorized", {}, { code: "60020" });
    for (let n = 0; n < 5; n++) await addUser(`员工${n}`);
    await engine.clock.advance(6_000);
    await engine.step();
    const [paused] = await query<{ pause_count: number; pause_reason: { code: string } }>(
      "select pause_count, pause_reason from connection",
    );
    expect(paused).toMatchObject({ pause_count: 1, pause_reason: { code: "60020" } });
    await engine.drain();
    expect(engine.vendor.users.size).toBe(5);
    const [resumed] = await query("select pause_count, paused_until from connection");
    expect(resumed).toEqual({ pause_count: 0, paused_until: null });
    const told = await query<{ kind: string; code: string }>(
      "select kind, reason->>'code' as code from notification order by id",
    );
    expect(told).toEqual([
      { kind: "quarantine", code: "60020" },
      { kind: "recovered", code: "recovered" },
    ]);
  });

  it("is told in the provisioning extension [001-46]", async () => {
    const person = await addUser("王一", { phoneNumbers: [] });
    await engine.drain();
    const read = await engine.directory.read(engine.context, "User", person, {
      ...nothing,
      provisioning: true,
    });
    expect(read.attributes[PROVISIONING_USER_URN]).toMatchObject({
      connections: [
        {
          connection: "memory",
          connector: "memory",
          state: "parked",
          code: "mobile-missing",
          lastError: expect.stringMatching(/Mobile missing/),
          remedy: expect.stringMatching(/phone number/),
          lastErrorZh: expect.stringMatching(/缺少手机号/),
          remedyZh: expect.stringMatching(/身份源/),
        },
      ],
    });
    await patch("User", person, {
      op: "add",
      path: "phoneNumbers",
      value: [{ type: "mobile", value: "19900009999" }],
    });
    await engine.drain();
    const healed = await engine.directory.read(engine.context, "User", person, {
      ...nothing,
      provisioning: true,
    });
    expect(healed.attributes[PROVISIONING_USER_URN]).toEqual({
      connections: [
        {
          connection: "memory",
          connector: "memory",
          state: "synced",
          remoteId: person,
          lastSuccess: engine.clock.now().toISOString(),
        },
      ],
    });
  });
});
