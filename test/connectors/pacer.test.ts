import { describe, expect, it } from "vitest";
import { createPacer } from "../../src/connectors/pacer.js";
import { createFakeClock } from "../support/fake-clock.js";

function pacerWithLog(ratePerSecond: number) {
  const clock = createFakeClock();
  const zero = clock.now().getTime();
  const pacer = createPacer({ clock, ratePerSecond });
  const starts: { path: string; at: number }[] = [];
  const ask = (path: string, signal?: AbortSignal) =>
    pacer
      .reserve(path, signal)
      .then(() => starts.push({ path, at: Math.round(clock.now().getTime() - zero) }));
  return { clock, pacer, starts, ask };
}

describe("the in-memory pacer", () => {
  it("spaces the starts on one path evenly instead of letting a burst through", async () => {
    const { clock, starts, ask } = pacerWithLog(10);
    for (let call = 0; call < 5; call += 1) void ask("/a");
    await clock.advance(1_000);
    expect(starts.map(({ at }) => at)).toEqual([0, 100, 200, 300, 400]);
  });

  it("never lets more than the rate start within any second", async () => {
    const { clock, starts, ask } = pacerWithLog(15);
    for (let call = 0; call < 60; call += 1) void ask("/a");
    await clock.advance(10_000);
    expect(starts).toHaveLength(60);
    for (const { at } of starts) {
      expect(starts.filter((other) => other.at >= at && other.at < at + 999).length).toBeLessThanOrEqual(15);
    }
  });

  it("paces each path by itself", async () => {
    const { clock, starts, ask } = pacerWithLog(1);
    void ask("/a");
    void ask("/b");
    await clock.advance(10);
    expect(starts.map(({ path }) => path)).toEqual(["/a", "/b"]);
  });

  it("saves up no credit while nobody calls", async () => {
    const { clock, starts, ask } = pacerWithLog(10);
    await clock.advance(60_000);
    for (let call = 0; call < 3; call += 1) void ask("/a");
    await clock.advance(1_000);
    expect(starts.map(({ at }) => at - 60_000)).toEqual([0, 100, 200]);
  });

  it("holds back new calls and those that wait already after a penalty", async () => {
    const { clock, pacer, starts, ask } = pacerWithLog(10);
    for (let call = 0; call < 3; call += 1) void ask("/a");
    await clock.advance(0);
    await pacer.penalise("/a", 1_000);
    void ask("/a");
    void ask("/b");
    await clock.advance(5_000);
    const onA = starts.filter(({ path }) => path === "/a").map(({ at }) => at);
    expect(onA).toHaveLength(4);
    expect(onA.slice(1).every((at) => at >= 1_000)).toBe(true);
    expect(new Set(onA).size).toBe(4);
    expect(starts.find(({ path }) => path === "/b")?.at).toBe(0);
  });

  it("gives up waiting when the signal aborts", async () => {
    const { clock, ask } = pacerWithLog(1);
    const controller = new AbortController();
    void ask("/a");
    const second = ask("/a", controller.signal);
    await clock.advance(0);
    controller.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    expect(clock.sleeping()).toBe(0);
  });

  it("refuses a rate that would never let a call start", () => {
    expect(() => createPacer({ clock: createFakeClock(), ratePerSecond: 0 })).toThrow(RangeError);
    expect(() => createPacer({ clock: createFakeClock(), ratePerSecond: Number.NaN })).toThrow(RangeError);
  });

  it("uses less of the rate after a penalty and all of it again 15 seconds later, never more", async () => {
    const { clock, pacer, starts, ask } = pacerWithLog(10);
    await pacer.penalise("/a", 0);
    for (let call = 0; call < 20; call += 1) void ask("/a");
    await clock.advance(60_000);
    expect(starts.filter(({ at }) => at < 1_000)).toHaveLength(7);
    const slow = starts.length;
    for (let call = 0; call < 100; call += 1) void ask("/a");
    await clock.advance(60_000);
    const late = starts.slice(slow).map(({ at }) => at);
    expect(late[10] ?? 0).toBe((late[0] ?? 0) + 1_000);
  });
});
