import { describe, expect, it } from "vitest";
import { cutToWidth, renderTable, textWidth } from "../../src/demo/text-table.js";

describe("the width of a text", () => {
  it.each([
    ["", 0],
    ["abc", 3],
    ["研发中心", 8],
    ["R&D 研发", 8],
    ["（测试）", 8],
    ["，", 2],
    ["e\u0301", 1],
    ["─…", 2],
    ["𠮷", 2],
    ["한글", 4],
  ])("of %j is %i columns", (text, width) => {
    expect(textWidth(text)).toBe(width);
  });
});

describe("cutting a text", () => {
  it.each([
    ["abc", 3, "abc"],
    ["abcd", 3, "ab…"],
    ["研发中心", 8, "研发中心"],
    ["研发中心", 7, "研发中…"],
    ["研发中心", 6, "研发…"],
    ["研发中心", 0, ""],
  ])("turns %j at %i columns into %j", (text, columns, expected) => {
    expect(cutToWidth(text, columns)).toBe(expected);
    expect(textWidth(cutToWidth(text, columns))).toBeLessThanOrEqual(columns);
  });
});

describe("a table", () => {
  it("keeps its columns in line when cells mix Chinese and Latin", () => {
    const lines = renderTable(
      [{ title: "部门" }, { title: "people", align: "right" }, { title: "id" }],
      [
        ["研发中心", "7", "401"],
        ["R&D", "12", "402"],
      ],
    );
    expect(lines).toEqual([
      "部门      people  id", //
      "────────  ──────  ───",
      "研发中心       7  401",
      "R&D           12  402",
    ]);
  });

  it("shows its titles when it has no rows", () => {
    expect(renderTable([{ title: "a" }, { title: "bc" }], [])).toEqual(["a  bc", "─  ──"]);
  });
});
