import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { penaliseSlot, reserveSlot } from "../../src/persistence/rate-slot-store.js";
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
const reserve = async (slot: ReturnType<typeof newSlot>, nowMs: number, intervalMs = 50) =>
  (await reserveSlot(test.database, { ...slot, now: at(nowMs), intervalMs })).getTime() - noon;

describe("the shared pacer", () => {
  it("grants the present moment on a path that was quiet, then one interval later each", async () => {
    const slot = newSlot();
    expect([await reserve(slot, 0), await reserve(slot, 0), await reserve(slot, 10)]).toEqual([0, 50, 100]);
    expect(await reserve(slot, 1000)).toBe(1000);
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
      await penaliseSlot(test.database, { ...slot, until: at(1000) });
      expect([await reserve(slot, 0), await reserve(slot, 0)]).toEqual([1000, 1050]);
    }
  });

  it("never brings a start forward by a penalty that ends earlier", async () => {
    const slot = newSlot();
    await penaliseSlot(test.database, { ...slot, until: at(1000) });
    await penaliseSlot(test.database, { ...slot, until: at(500) });
    expect(await reserve(slot, 0)).toBe(1000);
  });
});
