import { describe, expect, it, vi } from "vitest";
import { createFailureBudget, TooManyFailuresError } from "../../src/auth/failure-budget.js";
import { createFakeClock } from "../support/fake-clock.js";

const wrong = async () => undefined;
const right = async () => "the client";

async function openUsedUp(address = "192.0.2.1") {
  const clock = createFakeClock();
  const budget = createFailureBudget({ clock });
  await budget.guard(address, "known", right);
  for (let guess = 0; guess < 100; guess += 1) await budget.guard(address, `guess ${guess}`, wrong);
  return { clock, budget };
}

describe("createFailureBudget", () => {
  it("looks nothing up any more for an address with a hundred failures, and says when to try again", async () => {
    const { budget } = await openUsedUp();
    const lookUp = vi.fn(right);
    const refusal = await budget.guard("192.0.2.1", "another", lookUp).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(TooManyFailuresError);
    expect(refusal).toMatchObject({ waitMs: expect.closeTo(200) });
    expect(lookUp).not.toHaveBeenCalled();
  });

  it("goes on with a credential that was right before, from the same address", async () => {
    const { budget } = await openUsedUp();
    expect(await budget.guard("192.0.2.1", "known", right)).toBe("the client");
  });

  it("forgets that a credential was right when it is not any more", async () => {
    const { budget } = await openUsedUp();
    expect(await budget.guard("192.0.2.1", "known", wrong)).toBeUndefined();
    await expect(budget.guard("192.0.2.1", "known", right)).rejects.toBeInstanceOf(TooManyFailuresError);
  });

  it("lets a new right credential in as soon as the guesser pauses", async () => {
    const { clock, budget } = await openUsedUp();
    await clock.advance(200);
    expect(await budget.guard("192.0.2.1", "another", right)).toBe("the client");
  });

  it("counts each address by itself, and not at all where none is known", async () => {
    const { budget } = await openUsedUp();
    expect(await budget.guard("192.0.2.2", "another", right)).toBe("the client");
    for (let guess = 0; guess < 200; guess += 1) {
      expect(await budget.guard(undefined, `guess ${guess}`, wrong)).toBeUndefined();
    }
  });

  it.each([
    ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true],
    ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
    ["::1", "::2", true],
    ["2001:db8::1", "2001:db8:0:0:5::", true],
  ])("takes %s and %s for the same network: %s", async (first, second, same) => {
    const { budget } = await openUsedUp(first);
    const answer = budget.guard(second, "another", right);
    if (same) await expect(answer).rejects.toBeInstanceOf(TooManyFailuresError);
    else expect(await answer).toBe("the client");
  });
});
