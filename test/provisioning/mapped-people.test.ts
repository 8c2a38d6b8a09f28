import { describe, expect, it } from "vitest";
import { ORGANIZATION_USER_URN as ORGANIZATION } from "../../src/scim/schema/urns.js";
import { shareEngine } from "./share-engine.js";

const { engine, addGroup, addUser, patch, join, query, callsOf } = shareEngine();

const map = (mapping: object) =>
  query("update connection set mapping = $1::jsonb", [JSON.stringify(mapping)]);
const mobiles = (value: string) => [{ type: "mobile", value }];

describe("the mapping of people", () => {
  it("lets a switched-off field alone: neither read nor written, what is there stays [002-14]", async () => {
    const person = await addUser("王一", {
      title: "工程师",
      emails: [{ type: "work", value: "wang@example.com" }],
    });
    await engine.drain();
    await map({ fields: { mobile: false, email: false, title: false } });
    await patch(
      "User",
      person,
      { op: "remove", path: "title" },
      { op: "replace", path: "emails", value: [{ type: "work", value: "new@example.com" }] },
      { op: "replace", path: "phoneNumbers", value: mobiles("19999999999") },
      { op: "replace", path: "displayName", value: "王二" },
    );
    await engine.drain();
    expect(engine.vendor.users.get(person)).toMatchObject({
      name: "王二",
      title: "工程师",
      email: "wang@example.com",
      mobile: expect.stringMatching(/^1990000/),
    });
    expect(await engine.stateOf(person)).toMatchObject({
      state: "synced",
      notes: [expect.stringContaining("In no department")],
    });
  });

  it("sends a field again that is switched on again", async () => {
    const person = await addUser("王一", { title: "工程师" });
    await engine.drain();
    await map({ fields: { title: false, mobile: false } });
    await patch("User", person, { op: "replace", path: "displayName", value: "王二" });
    await engine.drain();
    const kept = engine.vendor.users.get(person);
    if (kept) engine.vendor.users.set(person, { ...kept, title: "由人改过" });
    await map({});
    await patch("User", person, { op: "replace", path: "displayName", value: "王三" });
    await engine.drain();
    expect(engine.vendor.users.get(person)).toMatchObject({ name: "王三", title: "工程师" });
    expect((await engine.stateOf(person)).notes.join()).not.toContain("mobile");
  });

  it("fills custom fields, and takes away only its own", async () => {
    await map({ customFields: { 昵称: "nickName", 称呼: "name.honorificPrefix" } });
    const person = await addUser("王一", { nickName: "小王", name: { honorificPrefix: "博士" } });
    await engine.drain();
    const created = engine.vendor.users.get(person);
    expect(created?.customFields).toEqual({ 昵称: "小王", 称呼: "博士" });
    if (created) created.customFields = { ...created.customFields, 餐卡: "9" };
    await patch("User", person, { op: "remove", path: "nickName" });
    await engine.drain();
    expect(engine.vendor.users.get(person)?.customFields).toEqual({ 称呼: "博士", 餐卡: "9" });
  });

  it("gives titles, orders and the main department of single departments", async () => {
    const [first, second] = [await addGroup("甲"), await addGroup("乙")];
    const person = await addUser("王一");
    await join(first, person);
    await join(second, person);
    await patch("User", person, {
      op: "add",
      path: ORGANIZATION,
      value: {
        mainDepartment: second,
        departments: [{ value: first, title: "顾问", order: 7 }],
      },
    });
    await engine.drain();
    const remote = (name: string) =>
      [...engine.vendor.departments.values()].find((department) => department.name === name)?.remoteId ?? "";
    expect(engine.vendor.users.get(person)).toMatchObject({
      departmentRemoteIds: [remote("乙"), remote("甲")],
      positions: [
        { departmentRemoteId: remote("乙"), isMain: true },
        { departmentRemoteId: remote("甲"), isMain: false, title: "顾问" },
      ],
      departmentOrders: [{ departmentRemoteId: remote("甲"), order: "7" }],
    });
  });

  it("parks a person whose value is too long before any call, naming the field", async () => {
    const person = await addUser("王一", { title: "职".repeat(201) });
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "parked", code: "title-too-long" });
    expect(callsOf("users.create")).toBe(0);
    await patch("User", person, { op: "replace", path: "title", value: "主任" });
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "synced" });
  });
});
