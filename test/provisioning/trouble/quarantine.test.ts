import { describe, expect, it } from "vitest";
import { shareEngine } from "../share-engine.js";

const { engine, query, addUser, patch, fail, callsOf } = shareEngine();

interface ConnectionRow {
  pause_count: number;
  paused_until: Date | null;
  paused_since: Date | null;
  pause_reason: { code: string; message: string } | null;
}

async function connection(): Promise<ConnectionRow> {
  const [row] = await query<ConnectionRow>(
    "select pause_count, paused_until, paused_since, pause_reason from connection",
  );
  if (row === undefined) throw new Error("there is no connection");
  return row;
}

const told = () =>
  query<{ kind: string; code: string; repeats: number }>(
    "select kind, reason->>'code' as code, repeats from notification order by id",
  );

/** So many people, past their settle time. */
async function addPeople(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await addUser(`员工${n}`));
  await engine.clock.advance(6_000);
  return ids;
}

function failAlways(times: number, code = "60020"): void {
  for (let n = 0; n < times; n++) fail("users.create", "unauthorized", {}, { code });
}

describe("a quarantine", () => {
  it("tries one delivery when its pause is over, and each pause is longer than the last [001-43]", async () => {
    await addPeople(5);
    failAlways(7);
    expect(await engine.step()).toBe(5);
    expect(await engine.step()).toBe(0);
    const first = await connection();
    expect(first).toMatchObject({ pause_count: 1, pause_reason: { code: "60020" } });
    for (const [pauseMs, count] of [
      [60_000, 2],
      [120_000, 3],
    ] as const) {
      await engine.clock.advance(pauseMs - 1);
      expect(await engine.step()).toBe(0);
      await engine.clock.advance(1);
      expect(await engine.step()).toBe(1);
      expect(await connection()).toMatchObject({ pause_count: count, paused_since: first.paused_since });
    }
    expect(callsOf("users.create")).toBe(7);
  });

  it("ends with the first success, and everything that was queued goes out, coalesced, once", async () => {
    const people = await addPeople(8);
    failAlways(5);
    await engine.step();
    for (const [n, id] of people.entries()) {
      for (const title of ["助理", "主管", `经理${n}`]) {
        await patch("User", id, { op: "add", path: "title", value: title });
      }
    }
    await engine.drain();
    expect(engine.vendor.users.size).toBe(8);
    expect([...engine.vendor.users.values()].map(({ title }) => title).sort()).toEqual(
      people.map((_id, n) => `经理${n}`).sort(),
    );
    // Five that failed before; each of the eight then took one call, with the newest state of its person.
    expect(callsOf("users.create")).toBe(5 + 8);
    expect(callsOf("users.update")).toBe(0);
    expect(await connection()).toEqual({
      pause_count: 0,
      paused_until: null,
      paused_since: null,
      pause_reason: null,
    });
  });

  it("is told once for each reason, and so is the recovery", async () => {
    await addPeople(3);
    failAlways(5);
    fail("users.create", "unauthorized", {}, { code: "60011" });
    await engine.drain();
    expect(await told()).toEqual([
      { kind: "quarantine", code: "60020", repeats: 2 },
      { kind: "quarantine", code: "60011", repeats: 0 },
      { kind: "recovered", code: "recovered", repeats: 0 },
    ]);
  });

  it("is noted for the log when it begins, after each probe that failed, and when it ends", async () => {
    await addPeople(3);
    failAlways(4);
    await engine.drain();
    const notes = engine.quarantineNotes.map(({ kind, reason, until }) => ({
      kind,
      code: reason.code,
      until,
    }));
    expect(notes).toEqual([
      { kind: "began", code: "60020", until: expect.any(Date) },
      { kind: "went-on", code: "60020", until: expect.any(Date) },
      { kind: "ended", code: "recovered" },
    ]);
  });

  it("ends when the probe is refused for its own values: the connection works", async () => {
    const [person] = await addPeople(1);
    failAlways(1);
    await engine.step();
    fail("users.create", "rejected", {}, { code: "60103" });
    await engine.drain();
    expect((await engine.stateOf(person ?? "")).state).toBe("parked");
    expect((await connection()).pause_count).toBe(0);
  });

  it("goes on to the next delivery when the probe has nothing to call about", async () => {
    const [first, second] = await addPeople(2);
    failAlways(2);
    await engine.step();
    await patch("User", first ?? "", { op: "remove", path: "phoneNumbers" });
    await patch("User", second ?? "", { op: "add", path: "title", value: "经理" });
    await engine.clock.advance(60_000);
    expect(await engine.step()).toBe(1);
    expect(await engine.step()).toBe(1);
    expect(engine.vendor.users.size).toBe(1);
    expect((await connection()).pause_count).toBe(0);
  });

  it("begins when ten deliveries in a row failed on their way, and not before", async () => {
    const [person] = await addPeople(1);
    for (let n = 0; n < 11; n++) fail("users.create", "transient", {}, { code: "reset" });
    for (let n = 0; n < 9; n++) {
      while ((await engine.step()) === 0) await engine.clock.advance(1_000);
    }
    expect((await connection()).pause_count).toBe(0);
    while ((await engine.step()) === 0) await engine.clock.advance(1_000);
    expect(await connection()).toMatchObject({
      pause_count: 1,
      pause_reason: { code: "vendor-unreachable", message: expect.stringContaining("injected") },
    });
    await engine.drain();
    expect((await engine.stateOf(person ?? "")).state).toBe("synced");
    expect((await told()).map(({ kind }) => kind)).toEqual(["quarantine", "recovered"]);
  });

  it("lasts as long as the vendor's ban of the address", async () => {
    await addPeople(1);
    fail("users.create", "throttled", {}, { code: "address-banned", retryAfterMs: 300_000, banMs: 300_000 });
    await engine.step();
    const { paused_until, paused_since } = await connection();
    expect((paused_until?.getTime() ?? 0) - (paused_since?.getTime() ?? 0)).toBe(300_000);
    await engine.drain();
    expect(engine.vendor.users.size).toBe(1);
  });
});
