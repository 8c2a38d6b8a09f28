import { describe, expect, it } from "vitest";
import { createFakeClock } from "./fake-clock.js";

describe("createFakeClock", () => {
  it("stands still until it is moved", async () => {
    const clock = createFakeClock("2026-01-01T00:00:00Z");
    expect(clock.now()).toEqual(new Date("2026-01-01T00:00:00Z"));
    await clock.advance(1500);
    expect(clock.now()).toEqual(new Date("2026-01-01T00:00:01.500Z"));
  });

  it("wakes sleepers in the order of their times, each at its own", async () => {
    const clock = createFakeClock("2026-01-01T00:00:00Z");
    const woken: string[] = [];
    const sleep = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push(`${name} at ${clock.now().getTime() - Date.UTC(2026, 0, 1)}`);
    };
    const all = [sleep("late", 300), sleep("first", 100), sleep("second", 100), sleep("never", 1000)];
    await clock.advance(999);
    expect(woken).toEqual(["first at 100", "second at 100", "late at 300"]);
    expect(clock.sleeping()).toBe(1);
    await clock.advance(1);
    await Promise.all(all);
  });

  it("lets a sleeper sleep again inside the same window", async () => {
    const clock = createFakeClock();
    let rounds = 0;
    const loop = (async () => {
      while (rounds < 5) {
        await clock.sleep(10);
        rounds += 1;
      }
    })();
    await clock.advance(50);
    expect(rounds).toBe(5);
    await loop;
  });

  it("rejects a sleep that is aborted, before or meanwhile", async () => {
    const clock = createFakeClock();
    const abort = new AbortController();
    const sleep = clock.sleep(10, abort.signal);
    abort.abort(new Error("enough"));
    await expect(sleep).rejects.toThrow("enough");
    await expect(clock.sleep(10, abort.signal)).rejects.toThrow("enough");
    expect(clock.sleeping()).toBe(0);
  });
});
