import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DECREASE,
  FULL_SHARE,
  LEAST_SHARE,
  ONE_REFUSAL_MS,
  type RateShare,
  RECOVERY_PER_SECOND,
  shareAt,
  slowed,
} from "../../src/connectors/adaptive-rate.js";
import { closedUntil, penaliseSlot, reserveSlot } from "../../src/persistence/rate-slot-store.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";

const test = shareTestDatabase();

const noon = Date.UTC(2026, 0, 1, 12);
/** Milliseconds after noon. */
const at = (ms: number) => new Date(noon + ms);
const newSlot = () => ({
  tenantId: defaultTenantId,
  connectionId: randomUUID(),
  path: "/topapi/v2/user/create",
});
const reserve = async (
  slot: ReturnType<typeof newSlot>,
  nowMs: number,
  intervalMs = 50,
  recoveryPerSecond = 0.01,
) =>
  (await reserveSlot(test.database, { ...slot, now: at(nowMs), intervalMs, recoveryPerSecond })).getTime() -
  noon;

const rules = { decrease: 0.5, least: 0.05, recoveryPerSecond: 0.01, oneRefusalMs: 1_000 };

describe("the shared pacer", () => {
  it("grants the present moment on a path that was quiet, then one interval later each", async () => {
    const slot = newSlot();
    expect([await reserve(slot, 0), await reserve(slot, 0), await reserve(slot, 10)]).toEqual([0, 50, 100]);
    expect(await reserve(slot, 1000)).toBe(1000);
  });

  it("is not held up by what was given, or closed, before the clock was set back", async () => {
    const slot = newSlot();
    const hour = 3_600_000;
    await reserve(slot, hour);
    await penaliseSlot(test.database, { ...slot, now: at(hour), until: at(hour + 2_000), rules });
    expect(await closedUntil(test.database, { ...slot, now: at(hour) })).toEqual(at(hour + 2_000));
    expect(await reserve(slot, 0)).toBe(0);
    expect(await closedUntil(test.database, { ...slot, now: at(0) })).toBeUndefined();
  });

  it("keeps intervals of fractions of a millisecond", async () => {
    const slot = newSlot();
    for (let call = 0; call < 8; call += 1) await reserve(slot, 0, 12.5);
    expect(await reserve(slot, 0, 12.5)).toBe(100);
  });

  it("gives concurrent callers different times", async () => {
    const slot = newSlot();
    const granted = await Promise.all(Array.from({ length: 20 }, () => reserve(slot, 0)));
    expect(granted.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, call) => call * 50));
  });

  it("paces paths and connections apart from each other", async () => {
    const slot = newSlot();
    await reserve(slot, 0);
    expect(await reserve({ ...slot, path: "/topapi/v2/user/update" }, 0)).toBe(0);
    expect(await reserve({ ...slot, connectionId: randomUUID() }, 0)).toBe(0);
  });

  it("starts nothing before the end of a penalty, on a known and on a new path", async () => {
    const [known, fresh] = [newSlot(), newSlot()];
    await reserve(known, 0);
    for (const slot of [known, fresh]) {
      await penaliseSlot(test.database, { ...slot, now: at(0), until: at(1000), rules });
      expect([await reserve(slot, 0), await reserve(slot, 0)]).toEqual([1000, 1100]);
    }
  });

  it("never brings a start forward by a penalty that ends earlier", async () => {
    const slot = newSlot();
    await penaliseSlot(test.database, { ...slot, now: at(0), until: at(1000), rules });
    await penaliseSlot(test.database, { ...slot, now: at(0), until: at(500), rules });
    expect(await reserve(slot, 0)).toBe(1000);
  });

  it("slows a path down by half at each refusal, once for those that come together, and recovers slowly", async () => {
    const slot = newSlot();
    const gap = async (nowMs: number) => (await reserve(slot, nowMs)) * -1 + (await reserve(slot, nowMs));
    const penalise = (nowMs: number) =>
      penaliseSlot(test.database, { ...slot, now: at(nowMs), until: at(nowMs), rules });
    for (const ms of [0, 10, 999]) await penalise(ms);
    expect(await gap(1_000)).toBeCloseTo(50 / 0.51, 0);
    await penalise(2_000);
    expect(await gap(2_000)).toBeCloseTo(50 / 0.26, 0);
    expect(await gap(27_000)).toBeCloseTo(50 / 0.51, 0);
    expect(await gap(120_000)).toBe(50);
  });

  it("computes what the pacer in memory computes", async () => {
    const slot = newSlot();
    const inMemory = {
      decrease: DECREASE,
      least: LEAST_SHARE,
      recoveryPerSecond: RECOVERY_PER_SECOND,
      oneRefusalMs: ONE_REFUSAL_MS,
    };
    let share: RateShare = FULL_SHARE;
    let next = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ wait: fc.integer({ min: 0, max: 5_000 }), refused: fc.boolean() }), {
          maxLength: 12,
        }),
        async (steps) => {
          for (const { wait, refused } of steps) {
            const now = next + wait;
            if (refused) {
              share = slowed(share, noon + now);
              await penaliseSlot(test.database, { ...slot, now: at(now), until: at(now), rules: inMemory });
            }
            const first = await reserve(slot, now, 50, RECOVERY_PER_SECOND);
            const second = await reserve(slot, now, 50, RECOVERY_PER_SECOND);
            expect(Math.abs(second - first - 50 / shareAt(share, noon + now))).toBeLessThanOrEqual(1);
            next = Math.ceil(second + 50 / shareAt(share, noon + now)) + 1;
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  it("never starts more than the cap in any second, whatever two processes ask and the vendor refuses", async () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 400 }),
      calls: fc.integer({ min: 1, max: 8 }),
      skew: fc.integer({ min: -30, max: 30 }),
      refused: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const slot = newSlot();
        const starts: number[] = [];
        let now = 0;
        for (const { wait, calls, skew, refused } of steps) {
          now += wait;
          // The second process' clock is not exactly the first one's.
          const times = Array.from({ length: calls }, (_, call) => now + (call % 2 === 0 ? 0 : skew));
          starts.push(...(await Promise.all(times.map((time) => reserve(slot, time)))));
          const penalty = { now: at(now), until: at(now + 200), rules };
          if (refused) await penaliseSlot(test.database, { ...slot, ...penalty });
        }
        for (const start of starts) {
          const within = starts.filter((other) => other >= start && other < start + 999);
          expect(within.length).toBeLessThanOrEqual(20);
        }
      }),
      { numRuns: 15 },
    );
  });
});
