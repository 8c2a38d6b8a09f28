import { beforeEach, describe, expect, it } from "vitest";
import {
  claimEventHints,
  endEventHint,
  insertEventHints,
  nextEventHintAt,
} from "../../../src/persistence/event-store.js";
import { createOrderedIds } from "../../../src/platform/ids.js";
import { lookAtDueHints } from "../../../src/provisioning/events/event-watch.js";
import type { LookNote } from "../../../src/provisioning/events/look-at-hints.js";
import { createAdoptValues } from "../../../src/provisioning/reconciliation/adopt-values.js";
import { ORGANIZATION_GROUP_URN as ORGANIZATION } from "../../../src/scim/schema/urns.js";
import { shareReconciliation } from "../reconciliation/share-reconciliation.js";
import { nothing } from "../share-engine.js";

const shared = shareReconciliation();
const { engine, addGroup, addUser, join, patch, settle, reconcile, writes, person, department, query } =
  shared;

const nextId = createOrderedIds();
let looked: LookNote[];
beforeEach(async () => {
  looked = [];
  await query("truncate event_hint, event_receipt");
});

/** The vendor says that something happened to records, and time passes until they are looked at. */
async function tell(type: "User" | "Group", ...remoteIds: string[]): Promise<void> {
  await insertEventHints(shared.database(), {
    tenantId: engine.context.tenantId,
    connectionId: engine.connectionId,
    records: remoteIds.map((remoteId) => ({ resourceType: type, remoteId })),
    eventType: type === "User" ? "user_modify_org" : "org_dept_modify",
    correlationId: "event-request",
    receivedAt: engine.clock.now(),
    dueAt: engine.clock.now(),
  });
}

/** Looks at what is due, and answers what that showed. */
async function look(signal = new AbortController().signal): Promise<string[]> {
  const before = looked.length;
  await lookAtDueHints(
    {
      database: shared.database(),
      clock: engine.clock,
      connections: engine.openConnections,
      adoptValues: createAdoptValues({
        database: shared.database(),
        clock: engine.clock,
        directory: engine.directory,
      }),
      nextRunId: nextId,
      onLook: (note) => looked.push(note),
    },
    signal,
  );
  return looked.slice(before).map((note) => note.outcome);
}

const hints = () => query("select remote_id, looks from event_hint");
const runs = () =>
  shared.runs().list(engine.context.tenantId, { connectionId: engine.connectionId, limit: 50 });
const rows = async () => {
  const all = [];
  for (const { run } of await runs()) {
    const query = { runId: run.id, limit: 50 };
    all.push(...(await shared.runs().rows(engine.context.tenantId, engine.connectionId, query)));
  }
  return all;
};

async function company() {
  const team = await addGroup("研发");
  const dev = await addUser("李二", { title: "工程师" });
  await join(team, dev);
  await settle();
  return { team, dev };
}

describe("a look at a record that an event named", () => {
  it("drops what our own writes caused: nothing is sent, ordered or noted", async () => {
    const { dev } = await company();
    const before = await query("select generation, state from delivery order by id");
    await tell("User", dev);
    await tell("Group", department("研发").remoteId);
    expect(await look()).toEqual(["echo", "echo"]);
    expect(writes()).toEqual([]);
    expect(await query("select generation, state from delivery order by id")).toEqual(before);
    expect(await runs()).toEqual([]);
    expect(await hints()).toEqual([]);
  });

  it("sends again what was changed by hand, as a run of this one record, without listing anything", async () => {
    const { dev } = await company();
    Object.assign(person(dev), { title: "经理" });
    await tell("User", dev, dev);
    expect(await look()).toEqual(["repaired"]);
    await engine.drain();
    expect(person(dev)).toMatchObject({ title: "工程师" });
    expect(await runs()).toMatchObject([
      {
        run: { trigger: "event", status: "succeeded", actor: "event", correlationId: "event-request" },
        summary: { found: { drift: 1 }, results: { done: 1 } },
      },
    ]);
    expect(await rows()).toMatchObject([
      {
        kind: "drift",
        resourceId: dev,
        drifts: [{ field: "title", expected: "工程师", found: "经理", choice: "push" }],
        action: "push",
        result: "done",
      },
    ]);
    expect(engine.vendor.calls.filter(({ operation }) => operation.includes("list"))).toEqual([]);
    await tell("User", dev);
    expect(await look()).toEqual(["echo"]);
  });

  it("takes the vendor's value over where the policy says so", async () => {
    const { dev } = await company();
    await engine.setPolicy({ drift: { default: "push", users: { title: "adopt" } } });
    await settle();
    Object.assign(person(dev), { title: "经理" });
    await tell("User", dev);
    expect(await look()).toEqual(["repaired"]);
    await engine.drain();
    expect((await engine.directory.read(engine.context, "User", dev, nothing)).attributes["title"]).toBe(
      "经理",
    );
    expect(person(dev)).toMatchObject({ title: "经理" });
    expect(writes()).toEqual([]);
    expect(await rows()).toMatchObject([{ kind: "drift", action: "adopt", result: "done" }]);
  });

  it("leaves alone what the policy says is to be left", async () => {
    const { dev } = await company();
    await engine.setPolicy({ drift: { users: { title: "ignore" } } });
    await settle();
    Object.assign(person(dev), { title: "经理" });
    await tell("User", dev);
    expect(await look()).toEqual(["left"]);
    expect(person(dev)).toMatchObject({ title: "经理" });
    expect(await runs()).toEqual([]);
  });

  it("makes a person anew who was removed by hand, and loses nobody", async () => {
    const { dev } = await company();
    engine.vendor.users.delete(dev);
    await tell("User", dev);
    expect(await look()).toEqual(["repaired"]);
    await engine.drain();
    expect(person(dev)).toMatchObject({ name: "李二", title: "工程师" });
    expect(await rows()).toMatchObject([{ kind: "missing", action: "create", result: "done" }]);
  });

  it("concludes nothing from absence while the app sees less than it did", async () => {
    const { dev } = await company();
    await reconcile();
    engine.vendor.users.delete(dev);
    engine.vendor.scope = { ...engine.vendor.scope, wholeCompany: false, departmentRemoteIds: [] };
    engine.vendor.calls.length = 0;
    await tell("User", dev);
    expect(await look()).toEqual(["scope-shrunk"]);
    await engine.drain();
    expect(writes()).toEqual([]);
    expect(await query("select 1 from link where resource_id = $1", [dev])).toHaveLength(1);
    expect((await runs()).map(({ run }) => run.trigger)).toEqual(["manual"]);
  });

  it("repairs a department that was renamed, and one that was removed", async () => {
    const { team } = await company();
    const { remoteId } = department("研发");
    Object.assign(department("研发"), { name: "研究院" });
    await tell("Group", remoteId);
    expect(await look()).toEqual(["repaired"]);
    await engine.drain();
    expect(department("研发").remoteId).toBe(remoteId);
    const empty = await addGroup("市场", { [ORGANIZATION]: { parent: { value: team } } });
    await settle();
    const removed = department("市场").remoteId;
    engine.vendor.departments.delete(removed);
    await tell("Group", removed);
    expect(await look()).toEqual(["repaired"]);
    await engine.drain();
    expect(department("市场").remoteId).not.toBe(removed);
    expect(await rows()).toMatchObject([
      { kind: "missing", resourceId: empty },
      { kind: "drift", resourceId: team },
    ]);
  });

  it("does not even read a person that is none of ours", async () => {
    await company();
    await tell("User", "manager123");
    expect(await look()).toEqual(["unknown"]);
    expect(engine.vendor.calls.map(({ operation }) => operation)).toEqual(["readScope"]);
    expect(await runs()).toEqual([]);
  });

  it("leaves what others made where it is, and removes nothing", async () => {
    const { dev } = await company();
    engine.vendor.departments.set("77", { remoteId: "77", name: "外包", parentRemoteId: "1" });
    await tell("Group", "77", "78");
    expect(await look()).toEqual(["unknown", "unknown"]);
    // Removed in SCIM while the connection was off: what is left there is for a run that reads everything.
    await engine.connections.disable(engine.context, engine.connectionId);
    await engine.directory.remove(engine.context, "User", dev);
    await query("delete from delivery where resource_id = $1", [dev]);
    await engine.connections.enable(engine.context, engine.connectionId);
    await query("delete from delivery where resource_id = $1", [dev]);
    await tell("User", dev);
    expect(await look()).toEqual(["orphan"]);
    expect(writes()).toEqual([]);
  });

  it("finds a lost link again", async () => {
    const { dev } = await company();
    await query("delete from link where resource_id = $1", [dev]);
    await tell("User", dev);
    expect(await look()).toEqual(["repaired"]);
    await engine.drain();
    expect(await query("select remote_id from link where resource_id = $1", [dev])).toEqual([
      { remote_id: dev },
    ]);
    expect(writes().filter(({ operation }) => operation === "users.create")).toEqual([]);
  });

  it("waits while the record's own delivery is on its way, and reads nothing until then", async () => {
    const { dev } = await company();
    await patch("User", dev, { op: "replace", path: "title", value: "架构师" });
    await tell("User", dev);
    expect(await look()).toEqual(["later"]);
    expect(engine.vendor.calls.filter(({ operation }) => operation === "users.read")).toEqual([]);
    await engine.drain();
    expect(await look()).toEqual([]);
    await engine.clock.advance(2_000);
    expect(await look()).toEqual(["echo"]);
  });

  it("is made twelve times within half an hour, and then left to the next run", async () => {
    const { dev } = await company();
    await query("update delivery set state = 'held' where resource_id = $1", [dev]);
    await tell("User", dev);
    const begun = engine.clock.now().getTime();
    const seen: string[] = [];
    for (;;) {
      const next = await nextEventHintAt(shared.database());
      if (next === undefined) break;
      await engine.clock.advance(Math.max(0, next.getTime() - engine.clock.now().getTime()));
      seen.push(...(await look()));
    }
    expect(seen).toEqual([...Array<string>(11).fill("later"), "given-up"]);
    expect(engine.clock.now().getTime() - begun).toBeLessThan(1_800_000);
    expect(await hints()).toEqual([]);
  });

  it("is put off while the vendor refuses the connection, and not lost", async () => {
    const { dev } = await company();
    Object.assign(person(dev), { title: "经理" });
    await tell("User", dev);
    shared.fail("readScope", "unauthorized");
    expect(await look()).toEqual(["later"]);
    await engine.clock.advance(2_000);
    expect(await look()).toEqual(["repaired"]);
  });

  it("rests while the connection is off or paused", async () => {
    const { dev } = await company();
    await tell("User", dev);
    await query("update connection set paused_until = $1", [new Date(engine.clock.now().getTime() + 60_000)]);
    expect(await look()).toEqual([]);
    await engine.clock.advance(60_000);
    await query("update connection set enabled = false");
    expect(await look()).toEqual([]);
    await query("update connection set enabled = true");
    expect(await look()).toEqual(["echo"]);
  });

  it("is due again at once where the process is told to stop before it", async () => {
    const { dev } = await company();
    await tell("User", dev);
    expect(await look(AbortSignal.abort())).toEqual([]);
    expect(await look()).toEqual(["echo"]);
  });

  it("is made once more where another event came while it was made", async () => {
    const { dev } = await company();
    await tell("User", dev);
    const [claimed] = await claimEventHints(shared.database(), {
      now: engine.clock.now(),
      leaseMs: 60_000,
      limit: 5,
    });
    if (claimed === undefined) throw new Error("nothing was due");
    expect(await look()).toEqual([]);
    await tell("User", dev);
    await endEventHint(shared.database(), claimed);
    expect(await look()).toEqual(["echo"]);
    expect(await hints()).toEqual([]);
  });

  it("comes back when the process that took it died", async () => {
    const { dev } = await company();
    await tell("User", dev);
    await claimEventHints(shared.database(), { now: engine.clock.now(), leaseMs: 60_000, limit: 5 });
    expect(await look()).toEqual([]);
    await engine.clock.advance(60_001);
    expect(await look()).toEqual(["echo"]);
  });

  it("does not count as the last run of the connection", async () => {
    const { dev } = await company();
    await reconcile();
    Object.assign(person(dev), { title: "经理" });
    await tell("User", dev);
    await look();
    const [last] = await shared.runs().last(engine.context.tenantId, [engine.connectionId]);
    expect(last?.run.trigger).toBe("manual");
  });
});
