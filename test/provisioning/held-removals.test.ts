import { beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import {
  DICTIONARY_USER_URN as DICTIONARY_USER,
  ENTERPRISE_USER_URN as ENTERPRISE,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
} from "../../src/scim/schema/urns.js";
import { nothing, shareEngine } from "./share-engine.js";

const { engine, addGroup, addUser, patch, join, callsOf, query } = shareEngine();

const NOTHING_GOES: JsonObject = {
  users: { number: 0, percent: 0 },
  departments: { number: 0, percent: 0 },
  emptiedDepartments: { number: 0, percent: 0 },
};

const protect = (deletionProtection: JsonObject) =>
  engine.connections.update(engine.context, engine.connectionId, { policy: { deletionProtection } });
const read = (type: "User" | "Group", id: string, needs = nothing) =>
  engine.directory.read(engine.context, type, id, needs);

async function remove(type: "User" | "Group", ...ids: string[]): Promise<void> {
  for (const id of ids) await engine.directory.remove(engine.context, type, id);
  await engine.drain();
}

async function deliveryOf(resourceId: string): Promise<string> {
  const [row] = await query<{ id: string }>("select id from delivery where resource_id = $1", [resourceId]);
  return row?.id ?? "";
}

const heldCount = async () => (await query("select 1 from delivery where state = 'held'")).length;
const audited = async () =>
  (await query<{ action: string }>("select action from audit_entry order by seq")).map((row) => row.action);

beforeEach(async () => {
  await query("truncate former_membership, removal, protection_alarm");
  await protect(NOTHING_GOES);
});

describe("a held removal that is released", () => {
  it("goes on, is audited, and does not count against the limits", async () => {
    const [a, b] = [await addUser("王一"), await addUser("王二")];
    await engine.drain();
    await remove("User", a);
    await engine.heldRemovals.release(engine.context, await deliveryOf(a));
    await engine.drain();
    expect([...engine.vendor.users.keys()]).toEqual([b]);
    expect(await audited()).toContain("delivery.released");
    await protect({ users: { number: 1, percent: 0 } });
    await remove("User", b);
    expect(engine.vendor.users.size).toBe(0);
  });

  it("lets go of the department that waited for the person as well", async () => {
    const group = await addGroup("甲");
    const person = await addUser("王一");
    await join(group, person);
    await engine.drain();
    await remove("User", person);
    await remove("Group", group);
    await engine.heldRemovals.release(engine.context, await deliveryOf(person));
    await engine.drain();
    expect(engine.vendor.users.size).toBe(0);
    expect(await engine.stateOf(group)).toMatchObject({ state: "held", code: "deletion-protection" });
  });

  it("can be one of all: everything that is held, or only people", async () => {
    const group = await addGroup("甲");
    const people = [await addUser("王一"), await addUser("王二")];
    await engine.drain();
    await remove("Group", group);
    await remove("User", ...people);
    const { connectionId } = engine;
    const selection = { connectionId, resourceType: "User" as const };
    expect(await engine.heldRemovals.releaseAll(engine.context, selection)).toBe(2);
    await engine.drain();
    expect(await heldCount()).toBe(1);
    expect(await engine.heldRemovals.releaseAll(engine.context, { connectionId })).toBe(1);
    await engine.drain();
    expect(engine.vendor.users.size + callsOf("departments.remove")).toBe(1);
  });

  it("is refused where nothing is held, and where the list of protected people names it", async () => {
    const person = await addUser("董事长", { externalId: "boss" });
    await engine.drain();
    await protect({ protectedUsers: ["boss"] });
    const id = await deliveryOf(person);
    await expect(engine.heldRemovals.release(engine.context, id)).rejects.toThrow(
      /does not hold this delivery/,
    );
    await remove("User", person);
    await expect(engine.heldRemovals.release(engine.context, id)).rejects.toThrow(/never removed.*Discard/);
    expect(await engine.heldRemovals.releaseAll(engine.context, { connectionId: engine.connectionId })).toBe(
      0,
    );
  });
});

describe("a held removal that is discarded", () => {
  it("brings a person back as they were, with departments, manager and reports, under the same id and account", async () => {
    const [group, gone] = [await addGroup("甲"), await addGroup("乙")];
    const boss = await addUser("经理", { externalId: "boss", title: "经理" });
    const person = await addUser("员工", { [ENTERPRISE]: { manager: { value: "boss" } } });
    await join(group, boss);
    await join(gone, boss);
    await engine.drain();
    const before = await read("User", boss);
    await remove("User", boss);
    await remove("Group", gone);
    await expect(read("User", boss)).rejects.toMatchObject({ status: 404 });
    expect(engine.vendor.users.get(person)?.managerRemoteId).toBeUndefined();
    await engine.heldRemovals.discard(engine.context, await deliveryOf(boss));
    await engine.drain();
    const after = await read("User", boss, { ...nothing, groups: true });
    expect(after.attributes).toMatchObject({ title: "经理", externalId: "boss", groups: [{ value: group }] });
    expect(after.version).toBeGreaterThan(before.version);
    expect(engine.vendor.users.get(boss)).toMatchObject({ name: "经理", title: "经理" });
    expect(engine.vendor.users.get(person)?.managerRemoteId).toBe(boss);
    expect(callsOf("users.remove") + callsOf("users.create")).toBe(2);
    expect((await engine.stateOf(boss)).state).toBe("synced");
    const [change] = await query("select kind from change where resource_id = $1 order by seq desc limit 1", [
      boss,
    ]);
    expect(change).toEqual({ kind: "create" });
    expect(await audited()).toContain("delivery.discarded");
    expect(
      await query("select 1 from resource_value v join resource r using (tenant_id, seq) where r.id = $1", [
        boss,
      ]),
    ).not.toEqual([]);
  });

  it("brings a department back below its parent, with the departments and people that are in no other", async () => {
    const top = await addGroup("总部");
    const middle = await addGroup("研发", { [ORGANIZATION]: { parent: { value: top } } });
    const low = await addGroup("平台", { [ORGANIZATION]: { parent: { value: middle } } });
    const person = await addUser("王一");
    await join(middle, person);
    await engine.drain();
    const remoteId = (
      await query<{ remote_id: string }>("select remote_id from link where resource_id = $1", [middle])
    )[0]?.remote_id;
    await engine.directory.remove(engine.context, "Group", middle);
    await protect({ ...NOTHING_GOES, emptiedDepartments: {} });
    await engine.drain();
    expect((await engine.stateOf(middle)).state).toBe("held");
    await engine.heldRemovals.discard(engine.context, await deliveryOf(middle));
    await engine.drain();
    expect(engine.vendor.departments.get(remoteId ?? "")).toMatchObject({ name: "研发" });
    const parentOf = async (id: string) =>
      ((await read("Group", id)).attributes[ORGANIZATION] as JsonObject)["parent"];
    expect(await parentOf(middle)).toMatchObject({ value: top });
    expect(await parentOf(low)).toMatchObject({ value: middle });
    expect(engine.vendor.users.get(person)?.departmentRemoteIds).toEqual([remoteId]);
    expect((await read("Group", middle, { ...nothing, members: true })).attributes["members"]).toHaveLength(
      2,
    );
  });

  it.each([
    ["userName", { userName: "chen" }, {}],
    ["ddAccountId", {}, { [DICTIONARY_USER]: { ddAccountId: "acc-1" } }],
  ])("is refused, naming it, when somebody else has the %s meanwhile", async (attribute, user, account) => {
    const person = await addUser("陈", { userName: "chen", [DICTIONARY_USER]: { ddAccountId: "acc-1" } });
    await engine.drain();
    await remove("User", person);
    await addUser("另一人", { userName: "other", ...user, ...account });
    const discard = engine.heldRemovals.discard(engine.context, await deliveryOf(person));
    await expect(discard).rejects.toThrow(new RegExp(`cannot be restored.*${attribute}`));
    expect((await engine.stateOf(person)).state).toBe("held");
    await expect(read("User", person)).rejects.toMatchObject({ status: 404 });
  });

  it("of all names what cannot be restored, and restores the rest", async () => {
    const group = await addGroup("甲");
    const [a, b] = [await addUser("王一", { userName: "a" }), await addUser("王二", { userName: "b" })];
    await join(group, a);
    await engine.drain();
    await remove("User", a, b);
    await remove("Group", group);
    await addUser("新的", { userName: "b" });
    const result = await engine.heldRemovals.discardAll(engine.context, {
      connectionId: engine.connectionId,
    });
    await engine.drain();
    expect(result).toMatchObject({
      discarded: 1,
      refused: [{ resourceId: b, detail: expect.stringContaining("userName") }],
    });
    expect((await engine.stateOf(a)).state).toBe("synced");
  });

  it("keeps a department that became a group, until it is a department again", async () => {
    const group = await addGroup("甲");
    await engine.drain();
    const kind = (value: string) =>
      patch("Group", group, { op: "replace", path: `${ORGANIZATION}:kind`, value });
    await kind("group");
    await engine.drain();
    await engine.heldRemovals.discard(engine.context, await deliveryOf(group));
    await engine.drain();
    expect(await engine.stateOf(group)).toMatchObject({ state: "skipped", code: "kept" });
    await kind("department");
    await engine.drain();
    await kind("group");
    await engine.drain();
    expect((await engine.stateOf(group)).state).toBe("held");
  });

  it("puts a person back into the department that would have been emptied", async () => {
    const [from, to] = [await addGroup("甲"), await addGroup("乙")];
    const person = await addUser("王一");
    await join(from, person);
    await engine.drain();
    await join(to, person);
    await patch("Group", from, { op: "remove", path: "members" });
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("held");
    await engine.heldRemovals.discard(engine.context, await deliveryOf(person));
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
    expect(engine.vendor.users.get(person)?.departmentRemoteIds).toHaveLength(2);
    const { attributes } = await read("Group", from, { ...nothing, members: true });
    expect(attributes["members"]).toMatchObject([{ value: person }]);
  });
});
