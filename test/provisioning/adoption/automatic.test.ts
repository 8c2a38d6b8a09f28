import { describe, expect, it } from "vitest";
import { ENTERPRISE_USER_URN as ENTERPRISE } from "../../../src/scim/schema/urns.js";
import { shareEngine } from "../share-engine.js";

const { engine, query, addGroup, addUser, fail, callsOf } = shareEngine();

const MOBILE = "13912345678";
const phone = { phoneNumbers: [{ type: "mobile", value: "+86 139 1234 5678" }] };
const mail = (value: string) => ({ emails: [{ type: "work", value }] });
const number = (employeeNumber: string) => ({ [ENTERPRISE]: { employeeNumber } });

const holds = (extra: object) =>
  engine.vendor.users.set("x9", {
    remoteId: "x9",
    name: "别人",
    mobile: MOBILE,
    departmentRemoteIds: ["1"],
    ...extra,
  });
const rules = (people: string[][], departments = [["name"]]) =>
  engine.setPolicy({ adoption: { witnesses: { people, departments } } });

describe("automatic linking of a person whose mobile number has an account [001-29]", () => {
  it.each([
    ["the name, by default", undefined, { name: "王一" }, "synced"],
    ["the job number, by default", undefined, { jobNumber: "E7" }, "synced"],
    ["the mail, which does not count by default", undefined, { email: "w1@example.com" }, "parked"],
    ["the mail, where it counts", [["mobile", "email"]], { email: "W1@Example.com" }, "synced"],
    ["the name, where it does not count", [["mobile", "email"]], { name: "王一" }, "parked"],
    ["two of three", [["mobile", "name", "email"]], { name: "王一" }, "parked"],
    ["three of three", [["mobile", "name", "email"]], { name: "王一", email: "w1@example.com" }, "synced"],
    ["everything, where nothing counts", [], { name: "王一", jobNumber: "E7" }, "parked"],
  ])("goes by %s", async (_title, people, holder, state) => {
    if (people !== undefined) await rules(people);
    holds(holder);
    const person = await addUser("王一", { ...phone, ...mail("w1@example.com"), ...number("E7") });
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe(state);
    expect([...engine.vendor.users.keys()]).toEqual(["x9"]);
    if (state === "parked") expect((await engine.stateOf(person)).code).toBe("mobile-taken");
  });

  it("makes another one where it is gone by the time that it is taken", async () => {
    holds({ name: "王一" });
    const person = await addUser("王一", phone);
    fail("users.update", "not-found");
    await engine.step();
    while (callsOf("users.update") === 0) await engine.clock.advance(1_000).then(() => engine.step());
    engine.vendor.users.delete("x9");
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "synced" });
    expect([...engine.vendor.users.keys()]).toEqual([person]);
  });

  it("gives it to one of two who are both like it, although they are delivered side by side", async () => {
    holds({ name: "王一" });
    const people = [await addUser("王一", phone), await addUser("王一", phone)];
    await engine.drain();
    const states = await Promise.all(people.map(async (person) => (await engine.stateOf(person)).state));
    expect(states.sort()).toEqual(["parked", "synced"]);
    expect([...engine.vendor.users.keys()]).toEqual(["x9"]);
    expect(await query("select remote_id from link where resource_type = 'User'")).toEqual([
      { remote_id: "x9" },
    ]);
  });
});

describe("automatic linking of departments [001-29]", () => {
  const holdsDepartment = () =>
    engine.vendor.departments.set("77", { remoteId: "77", name: "研发", parentRemoteId: "1" });

  it("goes by the name below the same parent", async () => {
    holdsDepartment();
    const group = await addGroup("研发");
    await engine.drain();
    expect((await engine.stateOf(group)).state).toBe("synced");
    expect(engine.vendor.departments.get("77")?.sourceId).toBe(group);
  });

  it("takes none where names do not count", async () => {
    await rules([], []);
    holdsDepartment();
    const group = await addGroup("研发");
    await engine.drain();
    expect(await engine.stateOf(group)).toMatchObject({ state: "parked", code: "department-held" });
    expect(engine.vendor.departments.get("77")?.sourceId).toBeUndefined();
  });
});
