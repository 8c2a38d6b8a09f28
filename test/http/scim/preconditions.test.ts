import { describe, expect, it } from "vitest";
import { namesVersion } from "../../../src/http/scim/preconditions.js";

describe("entity tag lists", () => {
  it.each([
    ['W/"3"', true],
    ['"3"', true],
    ["*", true],
    [' W/"1" ,W/"3"', true],
    ['W/"30"', false],
    ["3", false],
    ["", false],
    ['W/"2", "4"', false],
  ])("%s names version 3: %s", (header, expected) => {
    expect(namesVersion(header, 'W/"3"')).toBe(expected);
  });

  it("reads a header of a hundred thousand tags in linear time", () => {
    const started = performance.now();
    expect(namesVersion('W/"1",'.repeat(100_000), 'W/"3"')).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
