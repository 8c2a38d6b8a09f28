import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { ENTERPRISE_USER_URN as ENTERPRISE } from "../../src/scim/schema/urns.js";
import { shareEngine } from "./share-engine.js";

const { engine, addGroup, addUser, join, callsOf, query } = shareEngine();

const DAY_MS = 86_400_000;
const setPolicy = (policy: JsonObject) =>
  engine.connections.update(engine.context, engine.connectionId, { policy });
const holdAll = () => setPolicy({ deletionProtection: { users: { number: 0, percent: 0 } } });
const mobile = (value: string) => ({ phoneNumbers: [{ type: "mobile", value }] });

async function remove(person: string): Promise<void> {
  await engine.directory.remove(engine.context, "User", person);
  await engine.drain();
}

describe("a person who is deleted and created again", () => {
  it.each<[string, JsonObject, JsonObject]>([
    ["the same externalId", { externalId: "e-1", userName: "old" }, { externalId: "e-1", userName: "new" }],
    ["the same userName and name", { userName: "Wang" }, { userName: "wang", phoneNumbers: [] }],
    [
      "the same userName and mobile number",
      { userName: "wang", displayName: "王一", ...mobile("19911112222") },
      { userName: "wang", displayName: "王一一", ...mobile("+86 199 1111 2222".slice(4)) },
    ],
    [
      "the same employee number and name",
      { [ENTERPRISE]: { employeeNumber: "7" } },
      { [ENTERPRISE]: { employeeNumber: "7" } },
    ],
  ])("with %s gets the account back whose removal is held", async (_title, before, after) => {
    await holdAll();
    const former = await addUser("王一", before);
    await engine.drain();
    await remove(former);
    expect((await engine.stateOf(former)).state).toBe("held");
    const again = await addUser("王一", { title: "回归", ...after });
    await engine.drain();
    expect(engine.vendor.users.get(former)).toMatchObject({ title: "回归" });
    expect(engine.vendor.users.size).toBe(1);
    expect(callsOf("users.create") + callsOf("users.remove")).toBe(1);
    expect((await engine.stateOf(again)).state).toBe("synced");
    expect((await engine.stateOf(former)).state).toBe("synced");
  });

  it("before the removal was carried out keeps the account, and the department of old is free", async () => {
    const group = await addGroup("甲");
    const former = await addUser("王一", { externalId: "e-1" });
    await join(group, former);
    await engine.drain();
    await engine.directory.remove(engine.context, "User", former);
    await engine.directory.remove(engine.context, "Group", group);
    const again = await addUser("王一", { externalId: "e-1" });
    await query(
      "update delivery set next_attempt_at = next_attempt_at + interval '1 hour' where resource_id = $1",
      [former],
    );
    await engine.drain();
    expect([...engine.vendor.users.keys()]).toEqual([former]);
    expect((await query("select resource_id from link where resource_type = 'User'"))[0]).toEqual({
      resource_id: again,
    });
    expect(callsOf("departments.remove")).toBe(1);
  });

  it.each([
    ["is taken over when it is there again", true, 1],
    ["is made anew when it is gone", false, 2],
  ])("after the removal: the account %s", async (_title, isThere, created) => {
    const former = await addUser("王一", { externalId: "e-1" });
    await engine.drain();
    await remove(former);
    if (isThere) {
      const account = { remoteId: former, name: "王一", mobile: "19933334444", departmentRemoteIds: ["1"] };
      engine.vendor.users.set(former, account);
    }
    const again = await addUser("王一", { externalId: "e-1" });
    await engine.drain();
    expect(callsOf("users.create")).toBe(created);
    expect([...engine.vendor.users.keys()]).toEqual([isThere ? former : again]);
    expect((await engine.stateOf(again)).state).toBe("synced");
  });

  it.each<[string, JsonObject, number]>([
    ["after the time that tombstones count", {}, 100],
    ["where tombstones do not count", { tombstoneDays: 0 }, 1],
  ])("%s is somebody new", async (_title, policy, days) => {
    await setPolicy({ deletionProtection: { users: { number: 0, percent: 0 } }, ...policy });
    const former = await addUser("王一", { externalId: "e-1" });
    await engine.drain();
    await remove(former);
    await engine.clock.advance(days * DAY_MS);
    const again = await addUser("王一", { externalId: "e-1" });
    await engine.drain();
    expect([...engine.vendor.users.keys()]).toEqual([former, again]);
  });
});

describe("somebody else", () => {
  it("who only got the userName of a person who left does not get the account", async () => {
    await holdAll();
    const former = await addUser("王一", { userName: "wang" });
    await engine.drain();
    await remove(former);
    const other = await addUser("王二", { userName: "wang" });
    await engine.drain();
    expect([...engine.vendor.users.keys()]).toEqual([former, other]);
    expect((await engine.stateOf(former)).state).toBe("held");
  });

  it("who has the mobile number of another person is parked, and both are named", async () => {
    engine.vendor.users.set("x9", {
      remoteId: "x9",
      name: "李四",
      mobile: "13912345678",
      departmentRemoteIds: ["1"],
    });
    const person = await addUser("王一", mobile("13912345678"));
    await engine.drain();
    const [row] = await query<{ state: string; message: string }>(
      "select state, reason ->> 'message' as message from delivery where resource_id = $1",
      [person],
    );
    expect(row?.state).toBe("parked");
    expect(row?.message).toMatch(/"王一".*"x9" \(李四\)/);
  });
});
