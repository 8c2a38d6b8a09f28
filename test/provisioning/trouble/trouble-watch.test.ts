import { describe, expect, it } from "vitest";
import { createTroubleWatch } from "../../../src/provisioning/trouble/trouble-watch.js";

/** Feeds deliveries that last a second each, one after the other or side by side; answers when the watch spoke up. */
function spokenUp(signs: string, sideBySide = false): number[] {
  const watch = createTroubleWatch();
  const spoken: number[] = [];
  for (const [index, sign] of [...signs].entries()) {
    const from = sideBySide ? 0 : index * 1_000;
    const startedAt = new Date(from);
    const endedAt = new Date(from + 1_000 + (sideBySide ? index : 0));
    if (watch.observe("c", { startedAt, endedAt, trouble: sign === "x" })) spoken.push(index);
  }
  return spoken;
}

describe("the watch over a connection's trouble", () => {
  it.each([
    ["ten failures in a row", "xxxxxxxxxx", [9]],
    ["nine, a success, and nine more", "xxxxxxxxx.xxxxxxxxx", []],
    ["four of ten, from forty on", "..xx.".repeat(8), []],
    ["four of ten, at the next failure", `${"..xx.".repeat(8)}x`, [40]],
    ["three of ten, however many", "...xx.x...".repeat(20), []],
    ["few failures before many successes", `xxxxxxxxx.${".".repeat(200)}`, []],
  ])("speaks up or not: %s", (_title, signs, expected) => {
    expect(spokenUp(signs)).toEqual(expected);
  });

  it("takes failures side by side for one", () => {
    expect(spokenUp("x".repeat(12), true)).toEqual([]);
  });
});
