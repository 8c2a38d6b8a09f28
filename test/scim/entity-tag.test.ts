import { describe, expect, it } from "vitest";
import { entityTag, namesTag, namesVersion } from "../../src/scim/entity-tag.js";

describe("the tag of a resource", () => {
  it("is its version, weak", () => {
    expect(entityTag(3)).toBe('W/"3"');
    expect(entityTag(3, [])).toBe('W/"3"');
  });

  it("tells apart which groups are shown with a person", () => {
    const one = entityTag(3, [{ value: "a", display: "研发部" }]);
    const renamed = entityTag(3, [{ value: "a", display: "研究部" }]);
    expect(one).toMatch(/^W\/"3-[0-9a-f]{1,8}"$/);
    expect(renamed).not.toBe(one);
    expect(entityTag(3, [{ value: "a", display: "研发部" }])).toBe(one);
  });
});

describe("a list of tags (RFC 9110 section 13.1)", () => {
  it.each([
    ['W/"3"', true],
    ['"3"', true],
    ["*", true],
    [" * ", true],
    [' W/"1" ,W/"3"', true],
    ['"a,b", "3"', true],
    ['W/"30"', false],
    ['w/"3"', false],
    ["3", false],
    ["", false],
    [",,,", false],
    ['"3', false],
    ['W/"3" W/"4"', false],
    ['"*"', false],
    ['"a,3"', false],
    ['W/"2", "4"', false],
  ])("%s names version 3: %s", (header, expected) => {
    expect(namesVersion(header, 3)).toBe(expected);
    expect(namesTag(header, 'W/"3"')).toBe(expected);
  });

  it("names a version with any groups, but a tag only with the same ones", () => {
    expect(namesVersion('W/"3-8f2a01c7"', 3)).toBe(true);
    expect(namesVersion('W/"3-8f2a01c7"', 2)).toBe(false);
    expect(namesTag('W/"3-8f2a01c7"', 'W/"3-8f2a01c7"')).toBe(true);
    expect(namesTag('W/"3-8f2a01c7"', 'W/"3"')).toBe(false);
    expect(namesTag('W/"3"', 'W/"3-8f2a01c7"')).toBe(false);
  });

  it.each(['W/"1",', " ", '"', 'W/"', ",", "\t,"])(
    "of a hundred thousand times %j is read at once",
    (part) => {
      const started = performance.now();
      expect(namesVersion(part.repeat(100_000), 3)).toBe(false);
      expect(performance.now() - started).toBeLessThan(2_000);
    },
  );
});
