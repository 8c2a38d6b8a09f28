import { describe, expect, it } from "vitest";
import { createDeliveryLog } from "../../../src/provisioning/delivery-log.js";
import { defaultTenantId } from "../../support/database.js";
import { shareEngine } from "../share-engine.js";

const { engine, query, database, addUser, patch, fail, callsOf } = shareEngine();

const told = async () =>
  (
    await query<{ kind: string; code: string }>(
      "select kind, reason->>'code' as code from notification where kind <> 'delivery-failed' order by id",
    )
  ).map(({ kind, code }) => `${kind} ${code}`);

async function addPeople(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await addUser(`员工${n}`));
  await engine.clock.advance(6_000);
  return ids;
}

const pauseOf = async () =>
  (await query<{ code: string | null }>("select pause_reason->>'code' as code from connection"))[0]?.code;

const queueNow = async () =>
  engine.connections.queue(await engine.connections.get(defaultTenantId, engine.connectionId));

describe("people outside of what the app may see", () => {
  const refuse = (times: number) => {
    for (let n = 0; n < times; n++)
      fail("users.create", "rejected", {}, { code: "50002", concerns: "scope", message: "outside" });
  };

  it("are parked one by one, while others are delivered in between", async () => {
    const people = await addPeople(9);
    refuse(9);
    await engine.drain();
    await addPeople(1);
    await engine.drain();
    refuse(9);
    await addPeople(9);
    await engine.drain();
    expect(await pauseOf()).toBeNull();
    expect((await engine.stateOf(people[0] ?? "")).state).toBe("parked");
    expect(await told()).toEqual([]);
  });

  it("let the connection rest when ten in a row are refused; one is tried until one is let in", async () => {
    await addPeople(14);
    refuse(12);
    for (let steps = 0; steps < 4; steps++) await engine.step();
    expect(await pauseOf()).toBe("scope-lost");
    expect(callsOf("users.create")).toBe(10);
    await engine.clock.advance(60_000);
    await engine.step();
    expect(callsOf("users.create")).toBe(11);
    expect(await pauseOf()).toBe("scope-lost");
    await engine.drain();
    expect(await pauseOf()).toBeNull();
    expect(await told()).toEqual(["quarantine scope-lost", "recovered recovered"]);
    // Nine were parked before it added up; all others came in.
    expect(engine.vendor.users.size).toBe(5);
  });

  it("do not keep a connection in a quarantine that had another reason", async () => {
    await addPeople(2);
    fail("users.create", "unauthorized", {}, { code: "60020" });
    fail("users.create", "unauthorized", {}, { code: "60020" });
    await engine.step();
    expect(await pauseOf()).toBe("60020");
    refuse(1);
    await engine.clock.advance(60_000);
    await engine.step();
    expect(await pauseOf()).toBeNull();
  });
});

describe("a company that may have no more people", () => {
  const full = (times: number) => {
    for (let n = 0; n < times; n++)
      fail("users.create", "rejected", {}, { code: "40024", concerns: "head-count", message: "Full." });
  };

  it("gets nobody added, while changes and removals go on; then one is tried, and the others follow", async () => {
    const [first = "", second = ""] = await addPeople(2);
    await engine.drain();
    full(7);
    const waiting = await addPeople(12);
    for (let steps = 0; steps < 5; steps++) await engine.step();
    const calls = callsOf("users.create");
    expect(calls).toBeLessThanOrEqual(2 + 5);
    expect(await engine.stateOf(waiting[11] ?? "")).toMatchObject({
      state: "pending",
      code: "creates-stopped",
    });
    const { createsStopped } = await queueNow();
    expect(createsStopped?.until.getTime()).toBeGreaterThan(engine.clock.now().getTime());
    expect(createsStopped?.waiting).toBe(12);

    await patch("User", first, { op: "add", path: "title", value: "经理" });
    await engine.directory.remove(engine.context, "User", second);
    await engine.clock.advance(6_000);
    await engine.step();
    expect(engine.vendor.users.get(first)?.title).toBe("经理");
    expect(engine.vendor.users.has(second)).toBe(false);
    expect(callsOf("users.create")).toBe(calls);

    await engine.clock.advance(600_000);
    await engine.step();
    expect(callsOf("users.create")).toBe(calls + 1);
    await engine.drain();
    expect(engine.vendor.users.size).toBe(13);
    expect(callsOf("users.create")).toBe(2 + 7 + 12);
    // Once an hour: the fewer were refused side by side at first, the more are tried one by one, with longer waits.
    expect(new Set(await told())).toEqual(new Set(["creates-stopped creates-stopped"]));
    expect((await queueNow()).createsStopped).toBeNull();
  });

  it("is tried at once when an administrator retries one of those who wait", async () => {
    full(1);
    const [person = ""] = await addPeople(1);
    await engine.step();
    await addPeople(3);
    await engine.step();
    expect(engine.vendor.users.size).toBe(0);
    const [row] = await query<{ id: string }>("select id from delivery where resource_id = $1", [person]);
    const log = createDeliveryLog({ database: database(), clock: engine.clock });
    await log.retry(engine.context, row?.id ?? "");
    await engine.step();
    expect(engine.vendor.users.size).toBe(4);
  });
});
