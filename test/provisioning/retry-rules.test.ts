import { describe, expect, it } from "vitest";
import { ConnectorError } from "../../src/connectors/errors.js";
import { policySchema, readPolicy } from "../../src/provisioning/connections/policy.js";
import { failureOutcome } from "../../src/provisioning/trouble/failure-outcome.js";

const now = new Date("2026-03-01T08:00:00Z");

function outcomeOf(kind: "transient" | "dependency-missing", tries: number, stored: object = {}) {
  const error = new ConnectorError(kind, { code: "x", message: "x" });
  const { retry } = readPolicy({ retry: stored });
  return failureOutcome(error, { now, tries, triesOfThis: tries, schedule: retry, random: () => 1 }).outcome;
}

describe("the retry rules of a connection", () => {
  it("are eight tries, from a second to five minutes, where it says nothing", () => {
    expect(readPolicy({}).retry).toEqual({ firstMs: 1_000, longestMs: 300_000, tries: 8 });
  });

  it("set the pauses", () => {
    const rules = { firstMs: 200, longestMs: 500 };
    const at = (tries: number) => {
      const outcome = outcomeOf("transient", tries, rules);
      return outcome.kind === "retry" ? outcome.at.getTime() - now.getTime() : undefined;
    };
    expect([0, 1, 2, 9].map(at)).toEqual([200, 400, 500, 500]);
  });

  it.each([
    ["dependency-missing", 7, {}, "parked"],
    ["dependency-missing", 6, {}, "retry"],
    ["dependency-missing", 1, { tries: 2 }, "parked"],
    ["transient", 100, { tries: 2 }, "retry"],
  ] as const)("end %s after %i failed tries or not, by %o: %s", (kind, tries, stored, expected) => {
    expect(outcomeOf(kind, tries, stored).kind).toBe(expected);
  });

  it.each([{ firstMs: 1 }, { longestMs: 1.5 }, { tries: 0 }, { times: 3 }])(
    "refuse %o when saved",
    (retry) => {
      expect(policySchema.safeParse({ retry }).success).toBe(false);
    },
  );
});
