import { describe, expect, it } from "vitest";
import { createProgress } from "../../src/demo/progress.js";
import type { Clock } from "../../src/platform/clock.js";

function createWatch(terminal: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  let now = 0;
  const clock: Clock = { now: () => new Date(now), elapsedMs: () => now, sleep: async () => undefined };
  const progress = createProgress({ ...terminal, write: (text) => written.push(text) }, clock);
  return { written, progress, pass: (ms: number) => (now += ms) };
}

describe("progress on a terminal", () => {
  it("writes one line over and over, and lets lines that stay take its place", () => {
    const { written, progress } = createWatch({ isTTY: true, columns: 40 });
    progress.show("10 of 20");
    progress.show("11 of 20");
    progress.show("11 of 20");
    progress.say("Done.");
    progress.say("Next.");
    expect(written).toEqual([
      "\r\u001b[2K  10 of 20",
      "\r\u001b[2K  11 of 20",
      "\r\u001b[2KDone.\n",
      "Next.\n",
    ]);
  });

  it("never fills the terminal's width", () => {
    const { written, progress } = createWatch({ isTTY: true, columns: 12 });
    progress.show("研发中心研发中心");
    expect(written).toEqual(["\r\u001b[2K  研发中心…"]);
  });
});

describe("progress into a file", () => {
  it("writes plain lines, the state only every three seconds", () => {
    const { written, progress, pass } = createWatch({});
    progress.show("1");
    pass(2_999);
    progress.show("2");
    pass(1);
    progress.show("3");
    progress.say("Done.");
    expect(written).toEqual(["  1\n", "  3\n", "Done.\n"]);
  });
});
