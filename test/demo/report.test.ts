import { describe, expect, it } from "vitest";
import { type Report, renderReport } from "../../src/demo/report.js";
import type { Roster } from "../../src/demo/roster.js";
import { textWidth } from "../../src/demo/text-table.js";

const linked: Roster = {
  departments: [
    { id: "402", name: "小组", parentId: "401" },
    { id: "401", name: "研发中心" },
  ],
  people: [
    { id: "p1", name: "王明", departmentIds: ["401"] },
    { id: "p2", name: "李静", departmentIds: ["401", "402"], managerId: "p1" },
  ],
};

const report: Report = {
  company: linked,
  scim: linked,
  linked,
  dingtalk: linked,
  differences: [],
  calls: [
    { path: "/topapi/v2/user/create", calls: 2, throttled: 0, lost: 1 },
    { path: "/topapi/v2/user/update", calls: 13, throttled: 4, lost: 0 },
  ],
  attempts: { total: 20, retried: 5 },
  scimRequests: { requests: 33, repeated: 0 },
  parked: [{ name: "罗未央", reason: "Mobile missing", remedy: "Give a mobile." }],
  idleDelay: { meanMs: 41.6, deliveries: 8 },
  elapsedMs: 61_234,
};

const lines = renderReport(report).split("\n");

function linesOf(title: string): string[] {
  const start = lines.indexOf(`== ${title} ==`);
  const end = lines.indexOf("", start);
  return lines.slice(start + 1, end === -1 ? undefined : end);
}

describe("the final report", () => {
  it("says what each side holds", () => {
    expect(linesOf("What each side holds")).toEqual([
      "side             departments  people  memberships  with manager  ids written back",
      "───────────────  ───────────  ──────  ───────────  ────────────  ─────────────────────────",
      "company records            2       2            3             1",
      "SCIM                       2       2            3             1  2 ddtalkId, 2 ddAccountId",
      "DingTalk                   2       2            3             1",
    ]);
  });

  it("shows both trees side by side, parents first and children indented, in columns that line up", () => {
    const tree = linesOf("The tree, as SCIM tells it and as DingTalk holds it (people directly inside)");
    expect(tree.slice(2)).toEqual([
      "研发中心 (2)  401       研发中心 (2)  401", //
      "  小组 (1)    402         小组 (1)    402",
    ]);
    expect(new Set(tree.slice(2).map(textWidth)).size).toBe(1);
  });

  it("shows the last people of both sides with their ids and departments", () => {
    expect(linesOf("The people who joined last")).toEqual([
      "SCIM                   ddAccountId  DingTalk               userid",
      "─────────────────────  ───────────  ─────────────────────  ──────",
      "王明, 研发中心         p1           王明, 研发中心         p1",
      "李静, 小组 + 研发中心  p2           李静, 小组 + 研发中心  p2",
    ]);
  });

  it("shows where DingTalk lacks a department or a person", () => {
    const text = renderReport({ ...report, dingtalk: { departments: [], people: [] } });
    expect(text.match(/\(missing\)/g)).toHaveLength(4);
  });

  it("counts the calls of each path, and what went wrong with them", () => {
    expect(linesOf("DingTalk calls").slice(2)).toEqual([
      "/topapi/v2/user/create      2                       1",
      "/topapi/v2/user/update     13          4",
      "all                        15          4            1",
      "Attempts at delivery: 20, tried again after a refusal or silence: 5.",
      "SCIM and OAuth2 requests of the identity provider: 33, repeated: 0.",
      "From the SCIM commit to DingTalk having it, when idle: 42 ms on average of 8 deliveries.",
    ]);
  });

  it("names who is parked, why, and what to do", () => {
    expect(linesOf("Parked")).toEqual(["罗未央: Mobile missing", "  What to do: Give a mobile."]);
    expect(renderReport({ ...report, parked: [] })).toContain("== Parked ==\nNobody.");
  });

  it("says that all sides agree, or lists where they do not", () => {
    expect(linesOf("Verdict")).toEqual(["All sides agree. The run took 61.2 s."]);
    const differences = Array.from({ length: 22 }, (_, index) => `difference ${index}`);
    const text = renderReport({ ...report, differences });
    expect(text).toContain("22 differences after 61.2 s:\n- difference 0\n");
    expect(text).toContain("- difference 19\n... and 2 more");
    expect(text).not.toContain("agree");
  });
});
