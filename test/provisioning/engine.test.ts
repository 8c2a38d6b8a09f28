import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConnectorError, type ConnectorErrorKind } from "../../src/connectors/errors.js";
import type { MemoryFault } from "../../src/connectors/memory/index.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { openTestDatabase, type TestDatabase } from "../support/database.js";
import { createProvisioningEngine, type ProvisioningEngine } from "../support/provisioning-engine.js";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ORGANIZATION = "urn:ietf:params:scim:schemas:extension:organization:2.0:Group";
const DICTIONARY_USER = "urn:ietf:params:scim:schemas:extension:dictionary:2.0:User";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const none = { members: false, groups: false, provisioning: false };

let test: TestDatabase;
let engine: ProvisioningEngine;

beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.database.query(
    "truncate membership, resource_unique_value, link, delivery, delivery_wait, attempt, connection, resource",
  );
  engine = await createProvisioningEngine(test.database);
});

async function addGroup(displayName: string, extra: JsonObject = {}): Promise<string> {
  const body = { schemas: [GROUP, ORGANIZATION], displayName, ...extra };
  return (await engine.directory.create(engine.context, "Group", body)).id;
}

let mobiles = 0;
async function addUser(displayName: string, extra: JsonObject = {}): Promise<string> {
  const mobile = `1990000${String(++mobiles).padStart(4, "0")}`;
  const body = {
    schemas: [USER, ENTERPRISE, DICTIONARY_USER],
    userName: `user-${mobiles}`,
    displayName,
    phoneNumbers: [{ type: "mobile", value: mobile }],
    ...extra,
  };
  return (await engine.directory.create(engine.context, "User", body)).id;
}

async function patch(type: "User" | "Group", id: string, ...Operations: JsonObject[]): Promise<void> {
  await engine.directory.patch(engine.context, type, id, { schemas: [PATCH], Operations }, { needs: none });
}

const join = (group: string, user: string) =>
  patch("Group", group, { op: "add", path: "members", value: [{ value: user }] });
const leave = (group: string, user: string) =>
  patch("Group", group, { op: "remove", path: `members[value eq "${user}"]` });

function fail(
  operation: MemoryFault["operation"],
  kind: ConnectorErrorKind,
  extra: Partial<MemoryFault> = {},
  facts = {},
) {
  const error = new ConnectorError(kind, { code: "injected", message: "injected", ...facts });
  engine.vendor.faults.push({ operation, error, ...extra });
}

const callsOf = (operation: string) =>
  engine.vendor.calls.filter((call) => call.operation === operation).length;

describe("departments", () => {
  it("arrive parents first, whatever order they are claimed in, and carry our stamp", async () => {
    const top = await addGroup("总部");
    const middle = await addGroup("研发", { [ORGANIZATION]: { parent: { value: top } } });
    const leaf = await addGroup("前端", { [ORGANIZATION]: { parent: { value: middle } } });
    await engine.drain();
    const creates = engine.vendor.calls.filter((call) => call.operation === "departments.create");
    expect(creates).toHaveLength(3);
    const byStamp = new Map([...engine.vendor.departments.values()].map((one) => [one.sourceId, one]));
    expect(byStamp.get(leaf)?.parentRemoteId).toBe(byStamp.get(middle)?.remoteId);
    expect(byStamp.get(middle)?.parentRemoteId).toBe(byStamp.get(top)?.remoteId);
  });

  it("write their id back, which orders no further delivery", async () => {
    const group = await addGroup("总部");
    await engine.drain();
    const read = await engine.directory.read(engine.context, "Group", group, none);
    const remoteId = [...engine.vendor.departments.keys()].at(-1);
    expect(read.attributes["urn:ietf:params:scim:schemas:extension:dictionary:2.0:Group"]).toEqual({
      ddtalkId: remoteId,
    });
    expect(read.version).toBe(2);
    expect(await engine.step()).toBe(0);
    expect(engine.vendor.calls).toHaveLength(1);
  });

  it("whose parent is named before it exists wait a moment and are attached when it comes", async () => {
    const child = await addGroup("前端", { [ORGANIZATION]: { parent: { value: "ou-1" } } });
    await engine.step();
    expect(callsOf("departments.create")).toBe(0);
    await addGroup("研发", { externalId: "ou-1" });
    await engine.drain();
    const department = [...engine.vendor.departments.values()].find((one) => one.sourceId === child);
    expect(engine.vendor.departments.get(department?.parentRemoteId ?? "")?.name).toBe("研发");
    expect(callsOf("departments.update")).toBe(0);
  });

  it("move with everything below them by one call", async () => {
    const [a, b] = [await addGroup("甲"), await addGroup("乙")];
    const team = await addGroup("组", { [ORGANIZATION]: { parent: { value: a } } });
    const person = await addUser("王一");
    await join(team, person);
    await engine.drain();
    engine.vendor.calls.length = 0;
    await patch("Group", team, { op: "replace", path: `${ORGANIZATION}:parent`, value: { value: b } });
    await engine.drain();
    expect(engine.vendor.calls.map((call) => call.operation)).toEqual(["departments.update"]);
  });

  it("are removed after the people in them have left, and the people are re-homed", async () => {
    const [keep, close] = [await addGroup("留"), await addGroup("撤")];
    const [moved, alone] = [await addUser("王一"), await addUser("王二")];
    await join(close, moved);
    await join(keep, moved);
    await join(close, alone);
    await engine.drain();
    await engine.directory.remove(engine.context, "Group", close);
    await engine.drain();
    expect([...engine.vendor.departments.values()].map((one) => one.name)).toEqual(["Company", "留"]);
    expect(engine.vendor.users.get(alone)?.departmentRemoteIds).toEqual(["1"]);
  });

  it("of a name that somebody else's department has are parked with both ids", async () => {
    engine.vendor.departments.set("55", {
      remoteId: "55",
      name: "研发",
      parentRemoteId: "1",
      sourceId: "another-system",
    });
    const group = await addGroup("研发");
    await engine.drain();
    expect(await engine.stateOf(group)).toMatchObject({ state: "parked", code: "name-taken" });
    expect(callsOf("departments.create")).toBe(1);
  });

  it("of the name of an unstamped one below the same parent adopt and stamp it", async () => {
    engine.vendor.departments.set("55", { remoteId: "55", name: "研发", parentRemoteId: "1" });
    const group = await addGroup("研发");
    await engine.drain();
    expect(engine.vendor.departments.get("55")?.sourceId).toBe(group);
    expect(engine.vendor.departments.size).toBe(2);
  });
});

describe("people", () => {
  it("follow a burst of changes with one call", async () => {
    const group = await addGroup("研发");
    await engine.drain();
    const person = await addUser("王一");
    await join(group, person);
    for (let n = 0; n < 10; n++)
      await patch("User", person, { op: "replace", path: "title", value: `T${n}` });
    await engine.drain();
    expect(engine.vendor.users.get(person)).toMatchObject({ name: "王一", title: "T9" });
    expect(callsOf("users.create") + callsOf("users.update")).toBe(1);
  });

  it("are parked without a mobile, with a remedy, and released when it arrives", async () => {
    const person = await addUser("王一", { phoneNumbers: [] });
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "parked", code: "mobile-missing" });
    expect(engine.vendor.calls).toEqual([]);
    await patch("User", person, {
      op: "add",
      path: "phoneNumbers",
      value: [{ type: "mobile", value: "19911112222" }],
    });
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
    expect(engine.vendor.users.get(person)?.mobile).toBe("19911112222");
  });

  it("who are each other's managers both get them in a second pass", async () => {
    const a = await addUser("王一", { externalId: "a", [ENTERPRISE]: { manager: { value: "b" } } });
    const b = await addUser("王二", { externalId: "b", [ENTERPRISE]: { manager: { value: "a" } } });
    await engine.drain();
    expect(engine.vendor.users.get(a)?.managerRemoteId).toBe(b);
    expect(engine.vendor.users.get(b)?.managerRemoteId).toBe(a);
  });

  it("lose a manager who leaves", async () => {
    const boss = await addUser("王一");
    const person = await addUser("王二", { [ENTERPRISE]: { manager: { value: boss } } });
    await engine.drain();
    await engine.directory.remove(engine.context, "User", boss);
    await engine.drain();
    expect([...engine.vendor.users.keys()]).toEqual([person]);
    expect(engine.vendor.users.get(person)?.managerRemoteId).toBeUndefined();
  });

  it("keep departments that somebody else gave them", async () => {
    engine.vendor.departments.set("77", { remoteId: "77", name: "工会", parentRemoteId: "1" });
    const [from, to] = [await addGroup("甲"), await addGroup("乙")];
    const person = await addUser("王一");
    await join(from, person);
    await engine.drain();
    engine.vendor.users.get(person)?.departmentRemoteIds.push("77");
    await leave(from, person);
    await join(to, person);
    await engine.drain();
    const names = engine.vendor.users
      .get(person)
      ?.departmentRemoteIds.map((id) => engine.vendor.departments.get(id)?.name);
    expect(names?.sort()).toEqual(["乙", "工会"].sort());
  });

  it("who are inactive are kept, and the delivery says so", async () => {
    const person = await addUser("王一");
    await engine.drain();
    await patch("User", person, { op: "replace", path: "active", value: false });
    await engine.drain();
    expect(engine.vendor.users.has(person)).toBe(true);
    expect((await engine.stateOf(person)).notes.join()).toMatch(/Inactive in SCIM/);
  });

  it("whose account is named by ddAccountId are adopted, not created", async () => {
    engine.vendor.users.set("old-1", {
      remoteId: "old-1",
      name: "旧名",
      mobile: "13900000000",
      departmentRemoteIds: ["1"],
    });
    const person = await addUser("王一", { [DICTIONARY_USER]: { ddAccountId: "old-1" } });
    await engine.drain();
    expect(callsOf("users.create")).toBe(0);
    expect(engine.vendor.users.get("old-1")?.name).toBe("王一");
    expect((await engine.stateOf(person)).state).toBe("synced");
  });

  it.each([
    ["is the same person by name", "王一", "synced", 1],
    ["is somebody else", "李四", "parked", 1],
  ])("whose mobile is taken by an account that %s end as %s", async (_title, holder, state, accounts) => {
    engine.vendor.users.set("x9", {
      remoteId: "x9",
      name: holder,
      mobile: "13912345678",
      departmentRemoteIds: ["1"],
    });
    const person = await addUser("王一", { phoneNumbers: [{ type: "mobile", value: "139 1234 5678" }] });
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe(state);
    expect(engine.vendor.users.size).toBe(accounts);
  });

  it("who return with the number of a leaver wait for the leaver's removal", async () => {
    const phone = { phoneNumbers: [{ type: "mobile", value: "13912345678" }] };
    const before = await addUser("王一", phone);
    await engine.drain();
    await engine.directory.remove(engine.context, "User", before);
    const again = await addUser("王一", phone);
    await engine.drain();
    expect([...engine.vendor.users.keys()]).toEqual([again]);
  });

  it("keep the mobile they were created with, and the delivery warns of a changed one", async () => {
    const person = await addUser("王一");
    await engine.drain();
    const before = engine.vendor.users.get(person)?.mobile;
    await patch("User", person, {
      op: "replace",
      path: "phoneNumbers",
      value: [{ type: "mobile", value: "13711112222" }],
    });
    await engine.drain();
    expect(engine.vendor.users.get(person)?.mobile).toBe(before);
    expect((await engine.stateOf(person)).notes).not.toEqual([]);
  });

  it("deleted at the vendor by hand are created anew when they change", async () => {
    const person = await addUser("王一");
    await engine.drain();
    engine.vendor.users.delete(person);
    await patch("User", person, { op: "replace", path: "title", value: "T" });
    await engine.drain();
    expect(engine.vendor.users.get(person)?.title).toBe("T");
  });
});

describe("a connection with a root group", () => {
  it("provisions what is below it, and what moves there brings its people and teams along", async () => {
    await test.database.query("truncate link, delivery, delivery_wait, connection");
    const root = await addGroup("集团");
    engine = await createProvisioningEngine(test.database, { scope: { rootGroupId: root } });
    const [inside, outside] = [
      await addGroup("内", { [ORGANIZATION]: { parent: { value: root } } }),
      await addGroup("外"),
    ];
    const team = await addGroup("组", { [ORGANIZATION]: { parent: { value: outside } } });
    const [near, far] = [await addUser("近"), await addUser("远")];
    await join(inside, near);
    await join(team, far);
    await engine.drain();
    const names = () => [...engine.vendor.departments.values()].map((one) => one.name).sort();
    expect(names()).toEqual(["Company", "内"].sort());
    expect([...engine.vendor.users.keys()]).toEqual([near]);
    expect(await engine.stateOf(far)).toMatchObject({ state: "skipped", code: "outside-scope" });

    await patch("Group", outside, { op: "replace", path: `${ORGANIZATION}:parent`, value: { value: root } });
    await engine.drain();
    expect(names()).toEqual(["Company", "内", "外", "组"].sort());
    expect(engine.vendor.users.has(far)).toBe(true);
  });
});

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

  it("of throttling charges no try", async () => {
    for (let n = 0; n < 20; n++) fail("users.create", "throttled", {}, { retryAfterMs: 1_000 });
    const person = await addUser("王一");
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
    const [row] = await test.database.query<{ tries: number }>(
      "select tries from delivery where resource_id = $1",
      [person],
    );
    expect(row?.tries).toBe(0);
  });

  it("of the network is retried for as long as it takes", async () => {
    for (let n = 0; n < 30; n++) fail("users.create", "transient");
    const person = await addUser("王一");
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
  });

  it("of refused values parks with the vendor's code, and leaves others alone", async () => {
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
    const [paused] = await test.database.query<{ pause_count: number; pause_reason: { code: string } }>(
      "select pause_count, pause_reason from connection",
    );
    expect(paused).toMatchObject({ pause_count: 1, pause_reason: { code: "60020" } });
    await engine.drain();
    expect(engine.vendor.users.size).toBe(5);
    const [resumed] = await test.database.query("select pause_count, paused_until from connection");
    expect(resumed).toEqual({ pause_count: 0, paused_until: null });
  });

  it("is told in the provisioning extension", async () => {
    const person = await addUser("王一", { phoneNumbers: [] });
    await engine.drain();
    const read = await engine.directory.read(engine.context, "User", person, { ...none, provisioning: true });
    expect(read.attributes["urn:ietf:params:scim:schemas:extension:provisioning:2.0:User"]).toMatchObject({
      connections: [
        { connection: "memory", state: "parked", lastError: expect.stringMatching(/Mobile missing/) },
      ],
    });
  });
});
