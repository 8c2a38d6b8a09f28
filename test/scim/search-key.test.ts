import { describe, expect, it } from "vitest";
import type { AttributeType } from "../../src/scim/schema/attribute.js";
import {
  DICTIONARY_GROUP_URN,
  DICTIONARY_USER_URN,
  ENTERPRISE_USER_URN,
} from "../../src/scim/schema/urns.js";
import { searchDifference, searchEntries, sortName } from "../../src/scim/search-entries.js";
import { searchKey, storedKeys } from "../../src/scim/search-key.js";

const text = { type: "string" } as const;
const decimal = { type: "decimal" } as const;
const dateTime = { type: "dateTime" } as const;

describe("the key of a value in the search index", () => {
  it.each([
    ["Zhang.San@Example.com", "zhang.san@example.com"],
    ["ΑΣ", "ας"],
    ["ẞ", "ß"],
    ["K", "k"],
    ["İ", "i"],
    ["ÄÖ", "äö"],
  ])("is the same for %s and %s, which a database may take for equal", (left, right) => {
    expect(searchKey(text, left)).toBe(searchKey(text, right));
  });

  it.each([
    ["王伟明", "王伟"],
    ["ΟΔΟΣ ΑΣ", "οδοσ"],
    [`${"😀".repeat(99)}x😀y`, `${"😀".repeat(99)}X😀`],
    ["x".repeat(300), "x".repeat(250)],
  ])("of a text begins with the key of what it begins with", (whole, prefix) => {
    expect(searchKey(text, whole)?.startsWith(searchKey(text, prefix) ?? "?")).toBe(true);
  });

  it("is well-formed and short, however long the text", () => {
    const key = searchKey(text, `a${"😀".repeat(500)}`) ?? "";
    expect(key.length).toBeLessThanOrEqual(200);
    expect(Buffer.from(key).toString()).toBe(key);
  });

  it("orders numbers, and moments whatever their zones", () => {
    const numbers = [-1e300, -2, -0.5, 0, 1e-9, 1, 2, 10, 1e300];
    expect(numbers.map((number) => searchKey(decimal, number)).sort()).toEqual(
      numbers.map((number) => searchKey(decimal, number)),
    );
    expect(searchKey(decimal, -0)).toBe(searchKey(decimal, 0));
    const moments = [
      "0000-06-01T00:00:00Z",
      "0001-01-01T00:00:00Z",
      "1969-12-31T23:59:59Z",
      "2025-01-31T08:00:00.001+08:00",
      "2025-01-31T00:00:00.002Z",
    ];
    expect(moments.map((moment) => searchKey(dateTime, moment)).sort()).toEqual(
      moments.map((moment) => searchKey(dateTime, moment)),
    );
  });

  it.each([
    ["2025-01-31T08:00:00+08:00", "2025-01-31T00:00:00Z"],
    ["2025-01-31T00:00:00.1239Z", "2025-01-31T00:00:00.123Z"],
    ["2025-01-31T00:00:00.999999999Z", "2025-01-31T00:00:01Z"],
    ["0000-02-03T00:00:00Z", "0000-01-01T00:00:00Z"],
  ])("is that of the moment: %s is %s", (left, right) => {
    expect(searchKey(dateTime, left)).toBe(searchKey(dateTime, right));
  });

  it("does not exist for a value of another type, which nothing stored equals", () => {
    expect(searchKey(decimal, "1")).toBeUndefined();
    expect(searchKey(text, 1)).toBeUndefined();
    expect(searchKey(dateTime, "yesterday")).toBeUndefined();
    expect(searchKey({ type: "boolean" }, "true")).toBeUndefined();
  });

  it("is stored for every type that the attribute may have", () => {
    const moment = "2025-01-31T08:00:00Z";
    expect(storedKeys(moment)).toEqual([
      { kind: "plain", key: searchKey(text, moment) },
      { kind: "exact", key: moment },
      { kind: "dateTime", key: searchKey(dateTime, moment) },
    ]);
    expect(storedKeys(7)).toEqual([{ kind: "plain", key: searchKey(decimal, 7) }]);
    expect(storedKeys(false)).toEqual([{ kind: "plain", key: "false" }]);
    expect(storedKeys({ a: 1 })).toEqual([]);
  });

  it("keeps text as it is, up to 200 characters, where case counts", () => {
    expect(storedKeys("Straße")).toContainEqual({ kind: "exact", key: "Straße" });
    expect(storedKeys("😀".repeat(300))).toContainEqual({ kind: "exact", key: "😀".repeat(200) });
  });
});

describe("the keys that lists are sorted by", () => {
  const dictionary = (type: AttributeType, caseExact = false) => ({
    keys: [DICTIONARY_USER_URN, "x"],
    attribute: { type, caseExact },
  });

  it.each([
    ["text", dictionary("string"), `${DICTIONARY_USER_URN} x`],
    ["text where case counts", dictionary("string", true), `${DICTIONARY_USER_URN} x (exact)`],
    ["moments", dictionary("dateTime"), `${DICTIONARY_USER_URN} x (dateTime)`],
    ["numbers", dictionary("decimal"), `${DICTIONARY_USER_URN} x`],
    ["booleans", dictionary("boolean"), `${DICTIONARY_USER_URN} x`],
    ["one of many values", { ...dictionary("string"), multiValuedAt: 1 }, undefined],
    [
      "a name",
      { keys: ["name", "familyName"], attribute: { type: "string", caseExact: false } },
      "name familyName",
    ],
    ["what has a column", { keys: ["userName"], attribute: { type: "string", caseExact: false } }, undefined],
  ] as const)("%s", (_, path, name) => {
    expect(sortName("User", path)).toBe(name);
  });
});

describe("the entries of a document", () => {
  it("are the values of the indexed attributes, each once, under their canonical paths", () => {
    const entries = searchEntries("User", {
      userName: "ann",
      title: "Chief",
      name: { familyName: "王", givenName: "伟" },
      emails: [{ value: "A@x.cn", type: "work" }, { value: "a@x.cn" }, { type: "home" }],
      [ENTERPRISE_USER_URN]: { department: "R&D", employeeNumber: "7" },
      [DICTIONARY_USER_URN]: { level: 3, tags: ["a", "B"], remote: true, code: "C" },
    });
    expect(entries).toEqual([
      { attribute: "name familyName", key: "王" },
      { attribute: "name givenName", key: "伟" },
      { attribute: "title", key: "chief" },
      { attribute: "emails value", key: "a@x.cn" },
      { attribute: `${ENTERPRISE_USER_URN} department`, key: "r&d" },
      { attribute: `${DICTIONARY_USER_URN} level`, key: searchKey(decimal, 3) },
      { attribute: `${DICTIONARY_USER_URN} tags`, key: "a" },
      { attribute: `${DICTIONARY_USER_URN} tags`, key: "b" },
      { attribute: `${DICTIONARY_USER_URN} remote`, key: "true" },
      { attribute: `${DICTIONARY_USER_URN} code`, key: "c" },
      { attribute: `${DICTIONARY_USER_URN} code (exact)`, key: "C" },
    ]);
    expect(searchEntries("Group", { title: "x", [DICTIONARY_GROUP_URN]: { code: "C" } })).toEqual([
      { attribute: `${DICTIONARY_GROUP_URN} code`, key: "c" },
      { attribute: `${DICTIONARY_GROUP_URN} code (exact)`, key: "C" },
    ]);
  });

  it("differ by what is gone and what is fresh", () => {
    const [one, two, three] = ["1", "2", "3"].map((key) => ({ attribute: "title", key }));
    if (!one || !two || !three) throw new Error("three entries");
    expect(searchDifference([one, two], [two, three])).toEqual({ gone: [one], fresh: [three] });
  });
});
