import { beforeEach, describe, expect, it } from "vitest";
import {
  createAdoptionProposals,
  type ListedProposal,
  ProposalOverError,
} from "../../../src/provisioning/adoption/proposals.js";
import { DICTIONARY_USER_URN as DICTIONARY } from "../../../src/scim/schema/urns.js";
import { createTimelines, type Place, type TimelineEntry } from "../../../src/timeline/timeline.js";
import { shareEngine } from "../share-engine.js";

const { engine, database, query, addGroup, addUser, join, patch, fail, callsOf } = shareEngine();

const MOBILE = "13912345678";
const phone = { phoneNumbers: [{ type: "mobile", value: MOBILE }] };

const holds = (extra: object = {}) =>
  engine.vendor.users.set("x9", {
    remoteId: "x9",
    name: "王一",
    mobile: MOBILE,
    departmentRemoteIds: ["1"],
    ...extra,
  });
const desk = () => createAdoptionProposals({ database: database(), clock: engine.clock });
const proposals = () =>
  desk().list(engine.context.tenantId, { connectionId: engine.connectionId, limit: 100 });
async function only(): Promise<ListedProposal> {
  const all = await proposals();
  const open = all.filter(({ state }) => state === "open" || state === "rejected" || state === "approved");
  if (open[0] === undefined || open.length > 1) throw new Error(`${open.length} proposals`);
  return open[0];
}
async function decide(decision: "approved" | "rejected") {
  return desk().decide(engine.context, engine.connectionId, (await only()).id, decision);
}
const writes = () => engine.vendor.calls.filter(({ operation }) => /update|remove/.test(operation));

beforeEach(async () => {
  await engine.setPolicy({ adoption: { mode: "manual" } });
});

describe("in manual mode, a person whose account exists [001-29]", () => {
  it("waits for an approval, with a proposal that says what agrees, and is linked by it", async () => {
    holds({ email: "other@example.com" });
    const person = await addUser("王一", { ...phone, emails: [{ type: "work", value: "w1@example.com" }] });
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "parked", code: "adoption-approval" });
    expect(await only()).toMatchObject({
      resourceId: person,
      remoteId: "x9",
      remoteName: "王一",
      remoteMobile: "139******78",
      agree: ["mobile", "name"],
      disagree: ["email"],
      strength: "probable",
      contested: false,
      state: "open",
    });
    expect(writes()).toEqual([]);
    await decide("approved");
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
    expect(engine.vendor.users.get("x9")).toMatchObject({ name: "王一", email: "w1@example.com" });
    expect([...engine.vendor.users.keys()]).toEqual(["x9"]);
    expect((await proposals()).map(({ state }) => state)).toEqual(["linked"]);
    const audit = await query<{ actor: string; object_name: string }>(
      "select actor, object_name from audit_entry where action = 'adoption-proposal.approved'",
    );
    expect(audit).toEqual([{ actor: "test", object_name: "王一" }]);
  });

  it("makes no call while a proposal is open [001-58]", async () => {
    holds();
    const person = await addUser("王一", phone);
    await engine.drain();
    engine.vendor.calls.length = 0;
    await patch("User", person, { op: "add", path: "title", value: "T" });
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "parked", code: "adoption-approval" });
    expect(engine.vendor.calls).toEqual([]);
  });

  it("is created when the proposal is rejected, as soon as the number is free; until then the refusal is explained", async () => {
    holds();
    const person = await addUser("王一", phone);
    await engine.drain();
    await decide("rejected");
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "parked", code: "adoption-rejected" });
    expect((await only()).state).toBe("rejected");
    await patch("User", person, {
      op: "replace",
      path: "phoneNumbers",
      value: [{ type: "mobile", value: "13711112222" }],
    });
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
    expect([...engine.vendor.users.keys()].sort()).toEqual([person, "x9"].sort());
  });

  it("can be approved after a rejection", async () => {
    holds();
    const person = await addUser("王一", phone);
    await engine.drain();
    await decide("rejected");
    await engine.drain();
    await decide("approved");
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
    expect([...engine.vendor.users.keys()]).toEqual(["x9"]);
  });

  it("is proposed anew where the account is not any more what was approved", async () => {
    holds();
    const person = await addUser("王一", phone);
    await engine.drain();
    const { id } = await only();
    const account = engine.vendor.users.get("x9");
    if (account !== undefined) account.name = "李四";
    await desk().decide(engine.context, engine.connectionId, id, "approved");
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("parked");
    expect(writes()).toEqual([]);
    const [first, second] = await proposals();
    expect(first).toMatchObject({ id, state: "outdated", reason: { code: "changed" } });
    expect(first?.reason?.message).toContain("Changed at the vendor: name");
    expect(second).toMatchObject({ state: "open", strength: "weak", agree: ["mobile"], disagree: ["name"] });
  });

  it("is looked at anew where the person is not any more what was proposed", async () => {
    holds();
    const person = await addUser("王一", phone);
    await engine.drain();
    await patch("User", person, { op: "replace", path: "displayName", value: "王二" });
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "parked", code: "mobile-taken" });
    expect((await proposals()).map(({ state, strength }) => [state, strength])).toEqual([
      ["outdated", "certain"],
      ["open", "weak"],
    ]);
  });

  it("is created where the account is gone by the time of the approval", async () => {
    holds();
    const person = await addUser("王一", phone);
    await engine.drain();
    engine.vendor.users.delete("x9");
    await decide("approved");
    await engine.drain();
    expect([...engine.vendor.users.keys()]).toEqual([person]);
    expect((await proposals()).map(({ state, reason }) => [state, reason?.code])).toEqual([
      ["outdated", "record-gone"],
    ]);
  });

  it("leaves a closed proposal when the person is deleted meanwhile, which decides nothing any more", async () => {
    holds();
    const person = await addUser("王一", phone);
    await engine.drain();
    const { id } = await only();
    await engine.directory.remove(engine.context, "User", person);
    await engine.drain();
    expect(await proposals()).toMatchObject([{ state: "closed", reason: { code: "resource-removed" } }]);
    const deciding = desk().decide(engine.context, engine.connectionId, id, "approved");
    await expect(deciding).rejects.toThrow(ProposalOverError);
    expect([...engine.vendor.users.keys()]).toEqual(["x9"]);
  });

  it.each([
    [
      "the answer is lost",
      () => fail("users.update", "transient", { applied: true }, { mayHaveApplied: true }),
    ],
    ["the call fails", () => fail("users.update", "transient")],
  ])("is linked once by an approval where %s", async (_title, trouble) => {
    holds({ name: "王一 " });
    const person = await addUser("王一", phone);
    await engine.drain();
    await decide("approved");
    trouble();
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
    expect([...engine.vendor.users.keys()]).toEqual(["x9"]);
  });

  it("is linked by an approval although the worker dies before it is written down", async () => {
    holds();
    const person = await addUser("王一", phone);
    await engine.drain();
    await decide("approved");
    await engine.callAndDie();
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
    expect([...engine.vendor.users.keys()]).toEqual(["x9"]);
    expect((await proposals()).map(({ state }) => state)).toEqual(["linked"]);
  });

  it("is linked without being asked about where ddAccountId names the account", async () => {
    holds();
    const person = await addUser("王一", { ...phone, [DICTIONARY]: { ddAccountId: "x9" } });
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
    expect(await proposals()).toEqual([]);
  });
});

describe("an account that two people may be", () => {
  it("is a conflict in both modes; approving one ends the other", async () => {
    holds();
    const first = await addUser("王一", phone);
    const second = await addUser("王一", phone);
    await engine.drain();
    expect((await proposals()).map(({ contested }) => contested)).toEqual([true, true]);
    await engine.setPolicy({ adoption: { mode: "automatic" } });
    await engine.drain();
    expect((await engine.stateOf(first)).code).toBe("adoption-conflict");
    expect((await engine.stateOf(second)).code).toBe("adoption-conflict");
    const mine = (await proposals()).find(({ resourceId }) => resourceId === second);
    await desk().decide(engine.context, engine.connectionId, mine?.id ?? "", "approved");
    await engine.drain();
    expect((await engine.stateOf(second)).state).toBe("synced");
    expect((await engine.stateOf(first)).state).toBe("parked");
    const other = (await proposals()).find(({ resourceId }) => resourceId === first);
    expect(other).toMatchObject({ state: "outdated", reason: { code: "decided-otherwise" } });
  });
});

describe("in automatic mode, an account whose holder is somebody else by all that is known", () => {
  it("is proposed as well, and linked when an administrator says so", async () => {
    await engine.setPolicy({ adoption: { mode: "automatic" } });
    holds({ name: "李四" });
    const person = await addUser("王一", phone);
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "parked", code: "mobile-taken" });
    expect(await only()).toMatchObject({ strength: "weak", agree: ["mobile"], disagree: ["name"] });
    await decide("approved");
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
    expect(engine.vendor.users.get("x9")?.name).toBe("王一");
  });
});

describe("in manual mode, a department whose name is there already [001-29]", () => {
  const holdsDepartment = () =>
    engine.vendor.departments.set("77", { remoteId: "77", name: "研发", parentRemoteId: "1" });

  it("waits with what is in it, and all are linked or made by one approval", async () => {
    holdsDepartment();
    const group = await addGroup("研发");
    const person = await addUser("王一");
    await join(group, person);
    await engine.drain();
    expect(await engine.stateOf(group)).toMatchObject({ state: "parked", code: "adoption-approval" });
    expect((await engine.stateOf(person)).state).toBe("blocked");
    expect(callsOf("users.create")).toBe(0);
    expect(await only()).toMatchObject({ resourceType: "Group", remoteId: "77", agree: ["name", "parent"] });
    await decide("approved");
    await engine.drain();
    expect(engine.vendor.departments.get("77")?.sourceId).toBe(group);
    expect(engine.vendor.users.get(person)?.departmentRemoteIds).toEqual(["77"]);
  });

  it("is explained when the proposal is rejected, and made when the name is free", async () => {
    holdsDepartment();
    const group = await addGroup("研发");
    await engine.drain();
    await decide("rejected");
    await engine.drain();
    expect(await engine.stateOf(group)).toMatchObject({
      state: "parked",
      code: "adoption-rejected-department",
    });
    await patch("Group", group, { op: "replace", path: "displayName", value: "研发部" });
    await engine.drain();
    expect((await engine.stateOf(group)).state).toBe("synced");
    expect(engine.vendor.departments.get("77")?.sourceId).toBeUndefined();
  });
});

describe("a plan [001-29]", () => {
  it("shows that a link waits for a decision, and what an approval leads to, and writes nothing", async () => {
    holds();
    const person = await addUser("王一", phone);
    const selection = { resourceId: person };
    const before = await engine.plans.planConnection(engine.context, engine.connectionId, selection);
    expect(before.items).toMatchObject([{ outcome: "parked", reason: { code: "adoption-approval" } }]);
    expect(await proposals()).toEqual([]);
    await engine.drain();
    await engine.connections.disable(engine.context, engine.connectionId);
    await decide("approved");
    const after = await engine.plans.planConnection(engine.context, engine.connectionId, selection);
    expect(after.items).toMatchObject([{ action: "adopt", remoteId: { before: null, after: "x9" } }]);
    expect((await only()).state).toBe("approved");
  });
});

describe("the timeline of somebody whose account existed", () => {
  it("shows the proposal, the decision with who took it, and what came of it, on every page [001-29]", async () => {
    holds();
    const person = await addUser("王一", phone);
    await engine.drain();
    await engine.clock.advance(1_000);
    await decide("approved");
    await engine.clock.advance(1_000);
    await engine.drain();
    const timelines = createTimelines({ database: database() });
    const { tenantId } = engine.context;
    const read = (after: Place | undefined, limit: number) =>
      timelines.read(tenantId, "User", person, { after, limit });
    const whole = (await read(undefined, 50))?.entries ?? [];
    const events = whole.flatMap((one) => (one.source === "adoption" ? [[one.event, one.actor]] : []));
    expect(events).toEqual([
      ["linked", null],
      ["approved", "test"],
      ["proposed", null],
    ]);
    const paged: string[] = [];
    for (let after: Place | undefined, more = true; more; ) {
      const entries: TimelineEntry[] = (await read(after, 1))?.entries ?? [];
      paged.push(...entries.slice(0, 1).map(({ source, key }) => `${source} ${key}`));
      after = entries[0];
      more = entries.length > 1;
    }
    expect(paged).toEqual(whole.map(({ source, key }) => `${source} ${key}`));
  });
});
