import { describe, expect, it } from "vitest";
import { createDeliveryLog } from "../../src/provisioning/delivery-log.js";
import { NothingToApproveError } from "../../src/provisioning/mobile-change/approve-delivery.js";
import {
  DICTIONARY_USER_URN as DICTIONARY,
  ENTERPRISE_USER_URN as ENTERPRISE,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
} from "../../src/scim/schema/urns.js";
import { shareEngine } from "./share-engine.js";

const { engine, database, addGroup, addUser, join, patch, query, fail, callsOf } = shareEngine();

const recreate = () => query(`update connection set policy = '{"mobileChange": "recreate"}'`);
const renumber = (person: string, value: string) =>
  patch("User", person, { op: "replace", path: "phoneNumbers", value: [{ type: "mobile", value }] });
const [OLD, NEW, OTHER] = ["19900000001", "19911112222", "19933334444"];

async function start(extra = {}) {
  const person = await addUser("王一", { phoneNumbers: [{ type: "mobile", value: OLD }], ...extra });
  await engine.drain();
  await recreate();
  return person;
}

async function approve(person: string) {
  const [row] = await query<{ id: string }>("select id from delivery where resource_id = $1", [person]);
  const deliveries = createDeliveryLog({ database: database(), clock: engine.clock });
  return deliveries.approve(engine.context, row?.id ?? "");
}

const mobileOf = (person: string) => engine.vendor.users.get(person)?.mobile;

describe("a changed mobile number", () => {
  it("is kept with a warning by default, and never sent", async () => {
    const person = await addUser("王一", { phoneNumbers: [{ type: "mobile", value: OLD }] });
    await engine.drain();
    await renumber(person, NEW);
    await engine.drain();
    expect(mobileOf(person)).toBe(OLD);
    const { state, notes } = await engine.stateOf(person);
    expect([state, notes.join()]).toEqual(["synced", expect.stringContaining("mobile number was kept")]);
  });

  it("waits for an approval where it means removing and creating; the rest is sent at once", async () => {
    const person = await start();
    await renumber(person, NEW);
    await patch("User", person, { op: "add", path: "title", value: "主任" });
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "parked", code: "mobile-change-approval" });
    expect(engine.vendor.users.get(person)).toMatchObject({ mobile: OLD, title: "主任" });
    expect(callsOf("users.remove")).toBe(0);
    const approved = await approve(person);
    expect(approved.state).toBe("pending");
    await engine.drain();
    expect(engine.vendor.users.get(person)).toMatchObject({ mobile: NEW, title: "主任" });
    expect(await engine.stateOf(person)).toMatchObject({ state: "synced" });
    expect([callsOf("users.remove"), callsOf("users.create")]).toEqual([1, 2]);
    expect(await query("select 1 from approval")).toEqual([]);
    expect(await query("select actor, action from audit_entry where action like 'delivery.%'")).toMatchObject(
      [{ actor: "test", action: "delivery.approved" }],
    );
  });

  it("is asked for again where it changes once more before it was carried out", async () => {
    const person = await start();
    await renumber(person, NEW);
    await engine.drain();
    await approve(person);
    await renumber(person, OTHER);
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "parked", code: "mobile-change-approval" });
    expect(mobileOf(person)).toBe(OLD);
  });

  it("asks for nothing any more when the old number is back", async () => {
    const person = await start();
    await renumber(person, NEW);
    await engine.drain();
    await renumber(person, OLD);
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "synced" });
    await expect(approve(person)).rejects.toThrow(NothingToApproveError);
  });

  it("removes nobody where somebody else has the new number", async () => {
    const person = await start();
    engine.vendor.users.set("x", { remoteId: "x", name: "别人", mobile: NEW, departmentRemoteIds: ["1"] });
    await renumber(person, NEW);
    await engine.drain();
    await approve(person);
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "parked", code: "mobile-held" });
    expect(mobileOf(person)).toBe(OLD);
  });

  it.each<[string, () => void]>([
    ["the answer of the removal is lost", () => fail("users.remove", "transient", { applied: true })],
    ["the removal fails", () => fail("users.remove", "transient")],
    ["the creation fails", () => fail("users.create", "transient")],
    ["the creation is refused once", () => fail("users.create", "throttled")],
    [
      "the answer of the creation is lost",
      () => fail("users.create", "transient", { applied: true }, { mayHaveApplied: true }),
    ],
  ])("is carried out once where %s", async (_title, trouble) => {
    const person = await start();
    await renumber(person, NEW);
    await engine.drain();
    await approve(person);
    trouble();
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "synced" });
    expect([...engine.vendor.users.keys()]).toEqual([person]);
    expect(mobileOf(person)).toBe(NEW);
  });

  it("survives the death of the worker before anything is written down", async () => {
    const person = await start();
    await renumber(person, NEW);
    await engine.drain();
    await approve(person);
    await engine.callAndDie();
    await engine.drain();
    expect(mobileOf(person)).toBe(NEW);
    expect(callsOf("users.remove")).toBe(1);
    expect(await engine.stateOf(person)).toMatchObject({ state: "synced" });
  });

  it.each([
    ["the old number", OLD],
    ["a third number", OTHER],
  ])(
    "that died between removal and creation leaves a person who is there again with %s",
    async (_t, last) => {
      const person = await start();
      await renumber(person, NEW);
      await engine.drain();
      await approve(person);
      fail("users.create", "rejected");
      await engine.drain();
      expect(engine.vendor.users.has(person)).toBe(false);
      await renumber(person, last);
      await engine.drain();
      expect(mobileOf(person)).toBe(last);
      expect(await engine.stateOf(person)).toMatchObject({ state: "synced" });
    },
  );

  it("takes nothing from those whom the person leads, and from the department", async () => {
    const person = await start();
    const department = await addGroup("研发");
    const report = await addUser("王二", { [ENTERPRISE]: { manager: { value: person } } });
    await join(department, person);
    const managers = { op: "add", path: `${ORGANIZATION}:managers`, value: [{ value: person }] };
    await patch("Group", department, managers);
    await engine.drain();
    const leads = () => [
      engine.vendor.users.get(report)?.managerRemoteId,
      [...engine.vendor.departments.values()].find(({ name }) => name === "研发")?.managerRemoteIds,
    ];
    expect(leads()).toEqual([person, [person]]);
    await renumber(person, NEW);
    await engine.drain();
    await approve(person);
    await engine.drain();
    expect(mobileOf(person)).toBe(NEW);
    expect(leads()).toEqual([person, [person]]);
  });

  it("is asked about as well where an account that is found has another number", async () => {
    engine.vendor.users.set("m7", { remoteId: "m7", name: "王一", mobile: NEW, departmentRemoteIds: ["1"] });
    await recreate();
    const person = await addUser("王一", {
      phoneNumbers: [{ type: "mobile", value: OLD }],
      [DICTIONARY]: { ddAccountId: "m7" },
    });
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "parked", code: "mobile-change-approval" });
    expect(engine.vendor.users.get("m7")).toMatchObject({ mobile: NEW });
    await approve(person);
    await engine.drain();
    expect([...engine.vendor.users.entries()]).toMatchObject([["m7", { mobile: OLD }]]);
  });

  it("keeps the id of an account that was adopted", async () => {
    engine.vendor.users.set("m7", { remoteId: "m7", name: "王一", mobile: OLD, departmentRemoteIds: ["1"] });
    const person = await start();
    expect([...engine.vendor.users.keys()]).toEqual(["m7"]);
    await renumber(person, NEW);
    await engine.drain();
    await approve(person);
    fail("users.create", "rejected");
    await engine.drain();
    await patch("User", person, { op: "add", path: `${ENTERPRISE}:employeeNumber`, value: "E1" });
    await engine.drain();
    expect([...engine.vendor.users.entries()]).toMatchObject([["m7", { mobile: NEW, jobNumber: "E1" }]]);
  });
});
