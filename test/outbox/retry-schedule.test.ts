import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultRetrySchedule, retryDelay } from "../../src/outbox/retry-schedule.js";

describe("the retry schedule", () => {
  it.each([
    [0, 1_000],
    [1, 2_000],
    [5, 32_000],
    [8, 256_000],
    [9, 300_000],
    [1_000, 300_000],
  ])("after %i failed tries pauses at most %i ms", (tries, bound) => {
    expect(retryDelay(tries, defaultRetrySchedule, () => 1)).toBe(bound);
    expect(retryDelay(tries, defaultRetrySchedule, () => 0)).toBe(bound / 2);
  });

  it("never pauses less than half of the bound nor longer than the longest", () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (tries, random) => {
        const pause = retryDelay(tries, defaultRetrySchedule, () => random);
        return pause >= 500 && pause <= defaultRetrySchedule.longestMs;
      }),
    );
  });
});
