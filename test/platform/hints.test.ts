import { expect, it } from "vitest";
import { createHints } from "../../src/platform/hints.js";
import { createFakeClock } from "../support/fake-clock.js";

const clock = createFakeClock();

function restOf(hints: ReturnType<typeof createHints>, known: number) {
  const rest = { isOver: false, ends: Promise.resolve() };
  rest.ends = hints.rest(1_000, known).then(() => {
    rest.isOver = true;
  });
  return rest;
}

it("who rests is woken by a hint, and every other one who rests too", async () => {
  const hints = createHints(clock);
  const rests = [restOf(hints, hints.given()), restOf(hints, hints.given())];
  hints.give();
  await Promise.all(rests.map(({ ends }) => ends));
  expect(clock.sleeping()).toBe(0);
});

it("a hint that came during the look is not slept over", async () => {
  const hints = createHints(clock);
  const known = hints.given();
  hints.give();
  await hints.rest(1_000, known);
  expect(clock.sleeping()).toBe(0);
});

it("without a hint a rest lasts as long as it was asked for", async () => {
  const hints = createHints(clock);
  hints.give();
  const rest = restOf(hints, hints.given());
  await clock.advance(999);
  expect(rest.isOver).toBe(false);
  await clock.advance(1);
  expect(rest.isOver).toBe(true);
});
