import { expect, it } from "vitest";
import { compiledRules } from "../../../src/scim/resource/compiled-rules.js";

const atMost = (maxLength: number) => ({ type: "string", maxLength });

it("equal rules are compiled once, others by themselves", () => {
  expect(compiledRules(atMost(3))).toBe(compiledRules(atMost(3)));
  expect(compiledRules(atMost(3))("four")).toBe(false);
  expect(compiledRules(atMost(4))("four")).toBe(true);
});

it("of many different rules those are forgotten that were not asked for longest", () => {
  const often = compiledRules(atMost(1));
  const seldom = compiledRules(atMost(2));
  for (let length = 1_000; length < 1_099; length++) {
    compiledRules(atMost(length));
    expect(compiledRules(atMost(1))).toBe(often);
  }
  expect(compiledRules(atMost(2))).not.toBe(seldom);
});
