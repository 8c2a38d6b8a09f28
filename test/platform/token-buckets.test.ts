import { describe, expect, it } from "vitest";
import { createTokenBuckets } from "../../src/platform/token-buckets.js";
import { createFakeClock } from "../support/fake-clock.js";

const size = { perSecond: 10, capacity: 3 };

function open(maxKeys = 100) {
  const clock = createFakeClock();
  return { clock, buckets: createTokenBuckets({ clock, maxKeys }) };
}

describe("createTokenBuckets", () => {
  it("gives the whole bucket at once, and then as much as flows in", async () => {
    const { clock, buckets } = open();
    expect([1, 2, 3].map(() => buckets.take("a", size))).toEqual([0, 0, 0]);
    expect(buckets.take("a", size)).toBeCloseTo(100);
    await clock.advance(99);
    expect(buckets.take("a", size)).toBeCloseTo(1);
    await clock.advance(1);
    expect(buckets.take("a", size)).toBe(0);
    expect(buckets.take("a", size)).toBeCloseTo(100);
  });

  it("holds no more than the bucket after a long pause", async () => {
    const { clock, buckets } = open();
    await clock.advance(86_400_000);
    const taken = Array.from({ length: 10 }, () => buckets.take("a", size)).filter((wait) => wait === 0);
    expect(taken).toHaveLength(3);
  });

  it("lets through exactly what was promised over a long time, whenever it is asked", async () => {
    const { clock, buckets } = open();
    let taken = 0;
    for (let step = 0; step < 1_000; step += 1) {
      if (buckets.take("a", { perSecond: 7, capacity: 1 }) === 0) taken += 1;
      await clock.advance(10);
    }
    expect(taken).toBeGreaterThanOrEqual(64);
    expect(taken).toBeLessThanOrEqual(71);
  });

  it("keeps a bucket for each key, and takes nothing when it only looks", () => {
    const { buckets } = open();
    for (let look = 0; look < 10; look += 1) expect(buckets.wait("a", size)).toBe(0);
    for (let time = 0; time < 3; time += 1) buckets.take("a", size);
    expect(buckets.wait("a", size)).toBeCloseTo(100);
    expect(buckets.take("b", size)).toBe(0);
  });

  it("goes by a new size at once", () => {
    const { buckets } = open();
    for (let time = 0; time < 3; time += 1) buckets.take("a", { perSecond: 0.001, capacity: 3 });
    expect(buckets.take("a", size)).toBeLessThanOrEqual(100);
  });

  it("forgets the oldest bucket when there are too many", () => {
    const { buckets } = open(2);
    for (const key of ["a", "b", "c"]) buckets.take(key, { perSecond: 1, capacity: 1 });
    expect(["b", "c", "a"].map((key) => buckets.wait(key, { perSecond: 1, capacity: 1 }) > 0)).toEqual([
      true,
      true,
      false,
    ]);
  });
});
