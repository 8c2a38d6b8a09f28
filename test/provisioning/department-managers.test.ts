import { describe, expect, it } from "vitest";
import {
  ENTERPRISE_USER_URN as ENTERPRISE,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
} from "../../src/scim/schema/urns.js";
import { shareEngine } from "./share-engine.js";

const { engine, addGroup, addUser, patch, join, leave, query, callsOf } = shareEngine();

const setManagers = (group: string, ...values: string[]) =>
  patch("Group", group, {
    op: "replace",
    path: `${ORGANIZATION}:managers`,
    value: values.map((value) => ({ value })),
  });
const department = (name: string) => [...engine.vendor.departments.values()].find((one) => one.name === name);
const leadersOf = (name: string) => department(name)?.managerRemoteIds ?? [];

describe("the managers of a department", () => {
  it("are set after they have joined it, in a second pass", async () => {
    const group = await addGroup("研发", {
      [ORGANIZATION]: { managers: [{ value: "E7" }, { value: "boss" }] },
    });
    await engine.drain();
    expect(leadersOf("研发")).toEqual([]);
    const first = await addUser("王一", { externalId: "boss" });
    const second = await addUser("王二", { [ENTERPRISE]: { employeeNumber: "E7" } });
    await join(group, first);
    await engine.drain();
    expect(leadersOf("研发")).toEqual([first]);
    expect((await engine.stateOf(group)).notes).toEqual([expect.stringContaining("王二")]);
    const unchanged = callsOf("departments.update");
    await patch("User", second, { op: "add", path: "title", value: "主任" });
    await engine.drain();
    expect(callsOf("departments.update")).toBe(unchanged);
    await join(group, second);
    await engine.drain();
    expect(leadersOf("研发")).toEqual([second, first]);
    expect((await engine.stateOf(group)).notes).toEqual([]);
  });

  it("lead no more when they leave it, and again when they are back", async () => {
    const [group, other] = [await addGroup("研发"), await addGroup("销售")];
    const person = await addUser("王一");
    await join(group, person);
    await join(other, person);
    await setManagers(group, person);
    await engine.drain();
    expect(leadersOf("研发")).toEqual([person]);
    await leave(group, person);
    await engine.drain();
    expect(leadersOf("研发")).toEqual([]);
    await join(group, person);
    await engine.drain();
    expect(leadersOf("研发")).toEqual([person]);
  });

  it("are taken off when the group names none any more", async () => {
    const group = await addGroup("研发");
    const person = await addUser("王一");
    await join(group, person);
    await setManagers(group, person);
    await engine.drain();
    await patch("Group", group, { op: "remove", path: `${ORGANIZATION}:managers` });
    await engine.drain();
    expect(leadersOf("研发")).toEqual([]);
  });

  it("go with the person who is deleted, and the others stay", async () => {
    const group = await addGroup("研发");
    const [stays, goes] = [await addUser("王一"), await addUser("王二")];
    await join(group, stays);
    await join(group, goes);
    await setManagers(group, stays, goes);
    await engine.drain();
    await engine.directory.remove(engine.context, "User", goes);
    await engine.drain();
    expect(leadersOf("研发")).toEqual([stays]);
    expect((await engine.stateOf(group)).state).toBe("synced");
  });

  it("cost no call where nothing about them changes", async () => {
    const group = await addGroup("研发");
    const person = await addUser("王一");
    await join(group, person);
    await setManagers(group, person);
    await engine.drain();
    const before = callsOf("departments.update");
    await patch("User", person, { op: "add", path: "title", value: "主任" });
    await engine.drain();
    expect(callsOf("departments.update")).toBe(before);
  });

  it("are left alone where the mapping says so", async () => {
    await query(`update connection set mapping = '{"departmentFields": {"managers": false}}'`);
    const group = await addGroup("研发");
    const person = await addUser("王一");
    await join(group, person);
    await setManagers(group, person);
    await engine.drain();
    expect(leadersOf("研发")).toEqual([]);
    expect((await engine.stateOf(group)).notes).toEqual([]);
  });
});
