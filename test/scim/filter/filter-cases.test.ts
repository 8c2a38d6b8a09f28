import { describe, expect, it } from "vitest";
import { createDialect } from "../../../src/scim/dialect/dialect.js";
import { evaluateFilter } from "../../../src/scim/filter/evaluate-filter.js";
import { parseFilter } from "../../../src/scim/filter/parse-filter.js";
import { resolveFilter, resolveSortPath } from "../../../src/scim/filter/resolve-filter.js";
import type { JsonObject } from "../../../src/scim/schema/attribute.js";
import { expectRefusal } from "../expect-scim-error.js";
import { groupType, userType } from "../sample-types.js";
import cases from "./filter-cases.json" with { type: "json" };
import peopleJson from "./people.json" with { type: "json" };

const people = peopleJson as unknown as JsonObject[];

function matching(text: string, dialect = createDialect("rfc")): string {
  const filter = resolveFilter(parseFilter(text, { dialect }), userType, dialect);
  return people
    .filter((person) => evaluateFilter(filter, person))
    .map(({ id }) => id)
    .join(" ");
}

describe("a filter finds the right people", () => {
  it.each(cases.matching)("%s", (text = "", ids = "") => {
    expect(matching(text)).toBe(ids);
  });
});

describe("a filter outside of the RFC", () => {
  it.each(cases.tolerated)(
    "%s finds somebody where the profile allows %s",
    (text = "", quirk = "", ids = "") => {
      const dialect = createDialect("interop");
      expect(matching(text, dialect)).toBe(ids);
      expect([...dialect.applied]).toEqual([quirk]);
      expectRefusal(() => matching(text), "invalidFilter");
    },
  );
});

describe("a filter on what is never returned is forbidden", () => {
  it.each(['password eq "x"', "password pr", 'userName eq "x" or not (PASSWORD sw "x")'])("%s", (text) => {
    expectRefusal(() => resolveFilter(parseFilter(text), userType), "sensitive");
  });
});

describe("a filter that makes no sense is invalidFilter", () => {
  it.each(cases.refused)("%j", (text) => {
    expectRefusal(() => resolveFilter(parseFilter(text), userType), "invalidFilter");
  });
});

describe("parseFilter", () => {
  it("says where it stopped", () => {
    const { detail } = expectRefusal(() => parseFilter('userName eq "bob" und active pr'), "invalidFilter");
    expect(detail).toBe('The filter cannot be read at character 19: expected the end, found "und".');
  });

  const bomb = (open: string, close: string, depth: number) =>
    `${open.repeat(depth)}userName pr${close.repeat(depth)}`;
  const noLength = { maxLength: 10_000_000 };

  it.each([
    ["20,000 parentheses", bomb("(", ")", 20_000), {}],
    ["20,000 parentheses without a length limit", bomb("(", ")", 20_000), noLength],
    ["100,000 opening parentheses", "(".repeat(100_000), noLength],
    ["20,000 negations", bomb("not (", ")", 20_000), noLength],
    ["33 levels", bomb("(", ")", 33), {}],
    ["8,001 characters", `userName eq "${"x".repeat(7_987)}"`, {}],
    ["101 conditions", Array(101).fill("id pr").join(" or "), {}],
    ["20,000 conditions", Array(20_000).fill("id pr").join(" or "), noLength],
    ["backslashes in an unclosed string", `userName eq "${"\\".repeat(100_000)}`, noLength],
    ["an unclosed string of 4,000 backslashes", `userName eq "${"\\".repeat(4_000)}`, {}],
    ["commas", `userName eq ${",".repeat(100_000)}`, {}],
    ["quotes and backslashes", `userName eq ${'"\\'.repeat(50_000)}`, noLength],
    ["one long word", `${"a".repeat(100_000)} pr`, noLength],
    ["one long number", `userName eq ${"1".repeat(100_000)}`, noLength],
    ["dots and colons", `${"a.:".repeat(30_000)} pr`, noLength],
    ["spaces", `userName${" ".repeat(100_000)}`, noLength],
  ])("refuses %s quickly", (_name, text, limits) => {
    // Once with the tolerant reading too: it must not be the slow one. Time of the processor, since tests run side by side.
    const start = process.cpuUsage();
    expectRefusal(() => resolveFilter(parseFilter(text, { limits }), userType), "invalidFilter");
    const dialect = createDialect("auto");
    expectRefusal(() => resolveFilter(parseFilter(text, { limits, dialect }), userType), "invalidFilter");
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1_000).toBeLessThan(400);
  });

  it.each([
    ["32 levels", bomb("(", ")", 32)],
    ["8,000 characters", `userName eq "${"x".repeat(7_986)}"`],
    ["100 conditions", Array(100).fill("id pr").join(" or ")],
  ])("takes %s", (_name, text) => {
    expect(resolveFilter(parseFilter(text), userType)).toBeDefined();
  });
});

describe("resolveFilter", () => {
  it("gives canonical keys and marks the multi-valued step", () => {
    const resolved = resolveFilter(
      parseFilter("URN:ietf:params:scim:schemas:extension:ORGANIZATION:2.0:User:DEPARTMENTS.VALUE pr"),
      userType,
    );
    expect(resolved).toMatchObject({
      kind: "present",
      target: {
        keys: ["urn:ietf:params:scim:schemas:extension:organization:2.0:User", "departments", "value"],
        multiValuedAt: 1,
      },
    });
  });

  it("knows the members of groups", () => {
    const resolved = resolveFilter(parseFilter('members eq "u1"'), groupType);
    expect(resolved).toMatchObject({ target: { keys: ["members", "value"], multiValuedAt: 0 }, value: "u1" });
  });
});

describe("resolveSortPath", () => {
  it.each([
    ["userName", ["userName"]],
    ["NAME.familyname", ["name", "familyName"]],
    ["emails", ["emails", "value"]],
    ["meta.lastModified", ["meta", "lastModified"]],
    [
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
      ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "employeeNumber"],
    ],
  ])("finds %s", (text, keys) => {
    expect(resolveSortPath(text, userType).keys).toEqual(keys);
  });

  it.each([
    "",
    "nothing",
    "name",
    "meta",
    "password",
    "userName desc",
    'emails[type eq "work"]',
    "addresses",
  ])("refuses %j", (text) => {
    expectRefusal(() => resolveSortPath(text, userType), "invalidPath");
  });
});
