import { beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { shareEngine } from "./share-engine.js";

const { engine, addGroup, addUser, patch, join, leave, fail, callsOf, query } = shareEngine();

const HOUR_MS = 3_600_000;

async function protect(deletionProtection: JsonObject): Promise<void> {
  await engine.connections.update(engine.context, engine.connectionId, { policy: { deletionProtection } });
}

async function addPeople(count: number, group?: string): Promise<string[]> {
  const people: string[] = [];
  for (let n = 0; n < count; n++) {
    const person = await addUser(`员工${n}`);
    if (group !== undefined) await join(group, person);
    people.push(person);
  }
  await engine.drain();
  return people;
}

async function remove(type: "User" | "Group", ids: readonly string[]): Promise<void> {
  for (const id of ids) await engine.directory.remove(engine.context, type, id);
}

const held = async () =>
  (await query<{ id: string }>("select resource_id as id from delivery where state = 'held' order by 1")).map(
    (row) => row.id,
  );
const reasonOf = async (id: string | undefined) => {
  const [row] = await query<{ reason: { code: string; message: string; remedy: string } }>(
    "select reason from delivery where resource_id = $1",
    [id],
  );
  return row?.reason;
};
const notifications = () =>
  query<{ kind: string; numbers: unknown }>(
    "select kind, numbers from notification where kind = 'removals-held' order by id",
  );

beforeEach(() => query("truncate notification, notification_quiet"));

describe("deletion protection", () => {
  it("lets ten removals through and holds the others, while everything else goes on [004-13]", async () => {
    const people = await addPeople(12);
    const other = await addUser("别人");
    await engine.drain();
    await remove("User", people);
    await patch("User", other, { op: "replace", path: "title", value: "经理" });
    const newcomer = await addUser("新人");
    await engine.drain();
    expect(callsOf("users.remove")).toBe(10);
    const stopped = await held();
    expect(stopped).toHaveLength(2);
    expect(stopped.every((id) => engine.vendor.users.has(id))).toBe(true);
    expect(engine.vendor.users.get(other)).toMatchObject({ title: "经理" });
    expect(engine.vendor.users.has(newcomer)).toBe(true);
  });

  it("says with the numbers why a removal is held, in its state and as an attempt", async () => {
    await protect({ users: { number: 1 } });
    const people = await addPeople(3);
    await remove("User", people);
    await engine.drain();
    const [stopped] = await held();
    expect(await reasonOf(stopped)).toMatchObject({
      code: "deletion-protection",
      message: "Deletion protection: 1 person was removed within 24 hours; at most 1 may be, 33.3 % of 3.",
      remedy: expect.stringContaining("release"),
    });
    expect(
      await query("select outcome, code from attempt where resource_id = $1 and action = 'remove'", [
        stopped,
      ]),
    ).toEqual([{ outcome: "held", code: "deletion-protection" }]);
  });

  it("tells administrators once for a connection and window [004-14]", async () => {
    await protect({ users: { number: 1 } });
    await remove("User", await addPeople(4));
    await engine.drain();
    expect(await notifications()).toEqual([
      { kind: "removals-held", numbers: { counted: 1, allowed: 1, present: 4 } },
    ]);
    await engine.clock.advance(25 * HOUR_MS);
    await remove("User", await addPeople(2));
    await engine.drain();
    expect(await notifications()).toHaveLength(2);
  });

  it.each([
    ["the number where it is greater", { number: 3, percent: 10 }, 3],
    ["the percentage where it is greater, rounded down", { number: 1, percent: 35 }, 2],
    ["everything at 100 percent", { number: 0, percent: 100 }, 8],
    ["nothing at zero", { number: 0, percent: 0 }, 0],
  ])("allows %s", async (_title, users, allowed) => {
    await protect({ users });
    await remove("User", await addPeople(8));
    await engine.drain();
    expect(callsOf("users.remove")).toBe(allowed);
    expect(await held()).toHaveLength(8 - allowed);
  });

  it("counts removals that come one at a time, until they leave the window", async () => {
    await protect({ users: { number: 2 }, windowHours: 6 });
    const people = await addPeople(6);
    for (const person of people.slice(0, 3)) {
      await remove("User", [person]);
      await engine.drain();
      await engine.clock.advance(HOUR_MS);
    }
    expect(await held()).toEqual([people[2]]);
    await engine.clock.advance(6 * HOUR_MS);
    await remove("User", people.slice(3));
    await engine.drain();
    expect(callsOf("users.remove")).toBe(4);
    expect(await held()).toHaveLength(2);
  });

  it("keeps holding what it held once, also when the window is over and the delivery is looked at again", async () => {
    await protect({ users: { number: 1 } });
    await remove("User", await addPeople(2));
    await engine.drain();
    const before = await held();
    await engine.clock.advance(48 * HOUR_MS);
    await protect({ users: { number: 1 }, windowHours: 1 });
    await engine.drain();
    expect(await held()).toEqual(before);
    expect(before).toHaveLength(1);
  });

  it("can be turned off, which lets go of what it held", async () => {
    await protect({ users: { number: 0, percent: 0 } });
    await remove("User", await addPeople(2));
    await engine.drain();
    expect(await held()).toHaveLength(2);
    await protect({ enabled: false });
    await engine.drain();
    expect(await held()).toEqual([]);
    expect(engine.vendor.users.size).toBe(0);
  });

  it("is never exceeded by workers side by side", async () => {
    await protect({ users: { number: 3 } });
    await remove("User", await addPeople(12));
    await Promise.all([engine.step(), engine.step(), engine.step()]);
    await engine.drain();
    expect(callsOf("users.remove")).toBe(3);
    expect(await held()).toHaveLength(9);
  });

  it("counts a removal once, however often it is tried", async () => {
    await protect({ users: { number: 2 } });
    const people = await addPeople(3);
    fail("users.remove", "transient");
    fail("users.remove", "transient");
    fail("users.remove", "throttled");
    await remove("User", people);
    await engine.drain();
    expect(engine.vendor.users.size).toBe(1);
    expect(await held()).toHaveLength(1);
  });

  it.each([
    ["before the call", {}],
    ["after the call", { applied: true }],
  ])("counts a removal once when the worker dies %s", async (_title, fault) => {
    await protect({ users: { number: 2 } });
    const people = await addPeople(3);
    await remove("User", people.slice(0, 1));
    fail("users.remove", "transient", fault);
    await engine.callAndDie();
    await remove("User", people.slice(1));
    await engine.drain();
    expect(engine.vendor.users.size).toBe(1);
    expect(await held()).toHaveLength(1);
  });

  it("counts departments apart from people", async () => {
    await protect({ users: { number: 0, percent: 0 }, departments: { number: 1 } });
    const groups = [await addGroup("甲"), await addGroup("乙"), await addGroup("丙")];
    await engine.drain();
    await remove("Group", groups);
    await engine.drain();
    expect(callsOf("departments.remove")).toBe(1);
    expect(await held()).toHaveLength(2);
    expect((await reasonOf((await held())[0]))?.message).toContain("1 department was removed");
  });

  it("leaves the removal of a department waiting for people whose removal is held, without looking again and again", async () => {
    await protect({ users: { number: 0, percent: 0 } });
    const group = await addGroup("甲");
    const [person] = await addPeople(1, group);
    await remove("User", [person ?? ""]);
    await remove("Group", [group]);
    await engine.drain();
    expect(await held()).toEqual([person]);
    expect(await engine.stateOf(group)).toMatchObject({ state: "blocked", code: "waiting-for-reference" });
    await engine.clock.advance(HOUR_MS);
    expect(await engine.step()).toBe(0);
  });

  it("holds the changes that would empty departments, all of them from the first on", async () => {
    await protect({ emptiedDepartments: { number: 1 } });
    const [a, b, stays] = [await addGroup("甲"), await addGroup("乙"), await addGroup("丙")];
    const people = [...(await addPeople(2, a)), ...(await addPeople(2, b))];
    await patch("Group", a, { op: "remove", path: "members" });
    await patch("Group", stays, { op: "add", path: "members", value: people.map((value) => ({ value })) });
    await engine.drain();
    expect(await held()).toEqual([]);
    await patch("Group", b, { op: "remove", path: "members" });
    await engine.drain();
    expect(await held()).toEqual(people.slice(2).sort());
    expect((await reasonOf(people[2]))?.message).toBe(
      'This change would take the last people out of "乙". Deletion protection: 1 department lost its last ' +
        "people within 24 hours; at most 1 may be, 33.3 % of 3.",
    );
    await join(b, people[2] ?? "");
    await patch("User", people[3] ?? "", { op: "replace", path: "title", value: "经理" });
    await engine.drain();
    expect(await held()).toEqual([]);
  });

  it("does not count as emptied what is removed itself, or keeps somebody", async () => {
    await protect({ emptiedDepartments: { number: 0, percent: 0 } });
    const [a, b, stays] = [await addGroup("甲"), await addGroup("乙"), await addGroup("丙")];
    const people = [...(await addPeople(1, a)), ...(await addPeople(2, b))];
    await join(stays, people[0] ?? "");
    await remove("Group", [a]);
    await leave(b, people[1] ?? "");
    await engine.drain();
    expect(await held()).toEqual([]);
    expect(callsOf("departments.remove")).toBe(1);
  });

  it.each(["id", "externalId", "remoteId"])("never removes a person that is protected by %s", async (by) => {
    const person = await addUser("董事长", { externalId: "boss" });
    await engine.drain();
    const remoteId = [...engine.vendor.users.keys()][0] ?? "";
    const entry = { id: person, externalId: "boss", remoteId }[by] ?? "";
    await protect({ enabled: false, protectedUsers: [entry] });
    await remove("User", [person]);
    await engine.drain();
    expect(engine.vendor.users.has(remoteId)).toBe(true);
    expect(await reasonOf(person)).toMatchObject({
      code: "protected",
      message: expect.stringContaining(entry),
    });
    await protect({ protectedUsers: [] });
    await engine.drain();
    expect(engine.vendor.users.size).toBe(0);
  });

  it("never removes a protected department", async () => {
    const group = await addGroup("总部", { externalId: "hq" });
    await engine.drain();
    await protect({ protectedDepartments: ["hq"] });
    await remove("Group", [group]);
    await engine.drain();
    expect(callsOf("departments.remove")).toBe(0);
    expect(await held()).toEqual([group]);
  });

  it("lets a held removal dissolve when the person is wanted again", async () => {
    await protect({ users: { number: 0, percent: 0 } });
    const group = await addGroup("甲");
    await engine.drain();
    await patch("Group", group, {
      op: "replace",
      path: "urn:ietf:params:scim:schemas:extension:organization:2.0:Group:kind",
      value: "group",
    });
    await protect({ departments: { number: 0, percent: 0 } });
    await engine.drain();
    expect(await held()).toEqual([group]);
    await patch("Group", group, {
      op: "replace",
      path: "urn:ietf:params:scim:schemas:extension:organization:2.0:Group:kind",
      value: "department",
    });
    await engine.drain();
    expect((await engine.stateOf(group)).state).toBe("synced");
    expect(callsOf("departments.remove")).toBe(0);
  });
});
