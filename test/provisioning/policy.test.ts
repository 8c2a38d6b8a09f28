import { describe, expect, it } from "vitest";
import { defaultPolicy, readPolicy } from "../../src/provisioning/connections/policy.js";

describe("the stored policy of a connection", () => {
  it.each([
    ["nothing", undefined],
    ["an empty object", {}],
    ["something else", ["settleMs"]],
    ["a rule of another version", { telepathy: { on: true } }],
    ["a rule that this version does not understand", { settleMs: "soon" }],
  ])("that is %s follows the defaults", (_title, stored) => {
    expect(readPolicy(stored)).toEqual(defaultPolicy);
  });

  it("keeps what is understood beside what is not", () => {
    expect(readPolicy({ settleMs: 100, telepathy: { on: true } })).toEqual({
      ...defaultPolicy,
      settleMs: 100,
    });
  });
});
