import { describe, expect, it } from "vitest";
import {
  DICTIONARY_USER_URN as DICTIONARY_USER,
  ENTERPRISE_USER_URN as ENTERPRISE,
} from "../../src/scim/schema/urns.js";
import { shareEngine } from "./share-engine.js";

const { engine, addGroup, addUser, patch, join, leave, callsOf } = shareEngine();

describe("people", () => {
  it("follow a burst of changes with one call [001-41]", async () => {
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

  it("are parked without a mobile, with a remedy, and released when it arrives [001-42]", async () => {
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
