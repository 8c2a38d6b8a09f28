import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Queryable } from "../../src/persistence/database.js";
import { createSharedPacer } from "../../src/provisioning/connections/shared-pacer.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";
import { createFakeClock } from "../support/fake-clock.js";

const test = shareTestDatabase();

const PATH = "/topapi/v2/user/create";

/** Two workers with pacers of one connection, and when their calls start. */
function twoWorkers(ratePerSecond: number) {
  const clock = createFakeClock();
  const connectionId = randomUUID();
  let underWay = 0;
  const database: Queryable = {
    query: async (sql, params) => {
      underWay += 1;
      try {
        return await test.database.query(sql, params);
      } finally {
        underWay -= 1;
      }
    },
  };
  const deps = { database, clock, tenantId: defaultTenantId, connectionId, ratePerSecond };
  const pacers = [createSharedPacer(deps), createSharedPacer(deps)] as const;
  const starts: number[] = [];
  const calls: Promise<void>[] = [];
  return {
    clock,
    starts,
    call: (worker: 0 | 1) => {
      const started = pacers[worker].reserve(PATH).then(() => void starts.push(clock.now().getTime()));
      calls.push(started);
    },
    penalise: (worker: 0 | 1, ms: number) => pacers[worker].penalise(PATH, ms),
    /** Lets time pass, with a moment for the database whenever somebody wakes. */
    pass: async (ms: number) => {
      const until = clock.now().getTime() + ms;
      for (let now = clock.now().getTime(); now < until; now = clock.now().getTime()) {
        await afterTheDatabase();
        const wake = clock.nextWake()?.getTime() ?? until;
        await clock.advance(Math.max(0, Math.min(wake, until) - now));
        await afterTheDatabase();
      }
    },
    finish: async () => {
      let over = false;
      const all = Promise.all(calls).then(() => {
        over = true;
      });
      while (!over) {
        await afterTheDatabase();
        const wake = clock.nextWake();
        if (wake !== undefined) await clock.advance(wake.getTime() - clock.now().getTime());
      }
      await all;
    },
  };

  /** Time passes only while no statement is under way, as statements take none here. */
  async function afterTheDatabase(): Promise<void> {
    for (let quiet = 0; quiet < 2; ) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = underWay === 0 ? quiet + 1 : 0;
    }
  }
}

describe("a pacer that workers share", () => {
  it("moves calls that wait already when another worker meets a throttle", async () => {
    const { clock, starts, call, penalise, pass, finish } = twoWorkers(10);
    const began = clock.now().getTime();
    for (let n = 0; n < 4; n++) call(0);
    await pass(50);
    await penalise(1, 2_000);
    await finish();
    const [first, ...others] = starts.map((at) => at - began).sort((a, b) => a - b);
    expect(first).toBe(0);
    expect(others).toHaveLength(3);
    for (const at of others) expect(at).toBeGreaterThanOrEqual(2_050);
  });

  it.each([
    ["starts where its time is only just over", [200], 1],
    ["takes another time where its own has passed by", [5_000], 2],
    ["starts at last where the database is always late", [5_000, 5_000, 5_000, 5_000], 3],
  ])("%s", async (_title, delays, reservations) => {
    const clock = createFakeClock();
    let asked = 0;
    const database: Queryable = {
      query: async (sql, params) => {
        const rows = await test.database.query(sql, params);
        await clock.advance(delays[asked] ?? 0);
        asked += 1;
        return rows as never;
      },
    };
    const deps = {
      database,
      clock,
      tenantId: defaultTenantId,
      connectionId: randomUUID(),
      ratePerSecond: 10,
    };
    await createSharedPacer(deps).reserve(PATH);
    expect(asked).toBe(reservations);
  });

  const step = fc.oneof(
    {
      arbitrary: fc.record({ call: fc.constantFrom<0 | 1>(0, 1), times: fc.integer({ min: 1, max: 6 }) }),
      weight: 4,
    },
    { arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 900 }) }), weight: 3 },
    {
      arbitrary: fc.record({
        penalise: fc.constantFrom<0 | 1>(0, 1),
        ms: fc.integer({ min: 0, max: 2_000 }),
      }),
      weight: 2,
    },
  );

  it("never lets more start than the cap, and nothing while the path is silent, whatever waits", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 20 }),
        fc.array(step, { minLength: 3, maxLength: 14 }),
        async (rate, steps) => {
          const workers = twoWorkers(rate);
          const silences: { from: number; to: number }[] = [];
          for (const one of steps) {
            if ("call" in one) for (let n = 0; n < one.times; n++) workers.call(one.call);
            else if ("pass" in one) await workers.pass(one.pass);
            else {
              await workers.pass(1);
              const from = workers.clock.now().getTime();
              await workers.penalise(one.penalise, one.ms);
              silences.push({ from, to: from + one.ms });
            }
          }
          await workers.finish();
          const starts = workers.starts.sort((a, b) => a - b);
          for (const [index, at] of starts.entries()) {
            const before = starts[index - 1] ?? Number.NEGATIVE_INFINITY;
            expect(at - before).toBeGreaterThanOrEqual(Math.floor(1_000 / rate) - 1);
            for (const { from, to } of silences) expect(at > from && at < to).toBe(false);
          }
        },
      ),
      { numRuns: 25, seed: 20_261_126 },
    );
  }, 60_000);
});
