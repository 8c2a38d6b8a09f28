import { expect, it, vi } from "vitest";
import { whileHeld } from "../../src/platform/while-held.js";
import { createFakeClock } from "../support/fake-clock.js";

/** A lease with its renewals counted, and work that lasts until it is told to end. */
function stage(renew: () => Promise<boolean>) {
  const clock = createFakeClock();
  const lease = { clock, everyMs: 20, renew: vi.fn(renew), onLost: vi.fn(), onError: vi.fn() };
  let end: (outcome: Promise<string>) => void = () => undefined;
  const outcome = whileHeld(lease, () => new Promise<string>((resolve) => (end = resolve)));
  return { clock, lease, outcome, end: (result: Promise<string>) => end(result) };
}

it("a lease is renewed as long as the work goes on, and no longer", async () => {
  const { clock, lease, outcome, end } = stage(async () => true);
  for (let times = 0; times < 3; times++) await clock.advance(20);
  expect(lease.renew).toHaveBeenCalledTimes(3);
  end(Promise.resolve("done"));
  expect(await outcome).toBe("done");
  await clock.advance(100);
  expect(lease.renew).toHaveBeenCalledTimes(3);
  expect(clock.sleeping()).toBe(0);
});

it("a lost lease is told once and renewed no more", async () => {
  const { clock, lease, outcome, end } = stage(async () => false);
  for (let times = 0; times < 3; times++) await clock.advance(20);
  expect([lease.renew.mock.calls.length, lease.onLost.mock.calls.length]).toEqual([1, 1]);
  end(Promise.resolve("given up"));
  await outcome;
});

it("a renewal that fails is told, and the next one is tried", async () => {
  const away = new Error("the database is away");
  const { clock, lease, outcome, end } = stage(() => Promise.reject(away));
  for (let times = 0; times < 2; times++) await clock.advance(20);
  expect(lease.onError.mock.calls).toEqual([[away], [away]]);
  expect(lease.onLost).not.toHaveBeenCalled();
  end(Promise.reject(new Error("the work failed")));
  await expect(outcome).rejects.toThrow("the work failed");
});
