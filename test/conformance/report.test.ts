import { describe, expect, it } from "vitest";
import { check } from "../../conformance/check.js";
import { readOptions } from "../../conformance/options.js";
import { isConforming, judge, type Report } from "../../conformance/report.js";
import type { Outcome } from "../../conformance/runner.js";
import { toJson, toMarkdown, toSummary } from "../../conformance/write-report.js";

const MUST = "7644-3.6-01";
const SHOULD = "7644-3.6-03";

function outcome(result: Outcome["result"], covers: string[], message?: string): Outcome {
  const about = check(`a check of ${covers.join()}`, covers, () => Promise.resolve());
  return { check: about, result, tookMs: 1, ...(message !== undefined && { message }) };
}

const reportOf = (...outcomes: Outcome[]): Report =>
  judge("http://127.0.0.1:1/scim/v2", new Date(0), outcomes);
const verdictOf = (report: Report, id: string) =>
  report.judged.find(({ requirement }) => requirement.id === id)?.verdict;

describe("a report", () => {
  it("takes a requirement for failed when one of its checks failed, whatever the others say", () => {
    const report = reportOf(
      outcome("passed", [MUST]),
      outcome("failed", [MUST], "no"),
      outcome("skipped", [MUST]),
    );
    expect(verdictOf(report, MUST)).toBe("failed");
  });

  it("never takes skipped for passed", () => {
    expect(verdictOf(reportOf(outcome("skipped", [MUST], "not offered")), MUST)).toBe("skipped");
  });

  it("says of a requirement that no check ran for, and of one that cannot be seen, that it is so", () => {
    expect(verdictOf(reportOf(), MUST)).toBe("not run");
    expect(verdictOf(reportOf(), "7643-4.1.2-01")).toBe("not seen");
  });

  it("judges what is said twice by the check of the original", () => {
    expect(verdictOf(reportOf(outcome("failed", ["7643-4.1.1-02"], "no")), "7643-8.7.1-02")).toBe("failed");
  });

  it("is conforming unless a MUST, SHALL or REQUIRED is broken", () => {
    expect(isConforming(reportOf(outcome("failed", [SHOULD], "no"), outcome("passed", [MUST])))).toBe(true);
    expect(isConforming(reportOf(outcome("failed", [MUST], "no")))).toBe(false);
  });

  it("names in every form what failed and why", () => {
    const report = reportOf(outcome("failed", [MUST], "GET answered 200 | not 404"));
    expect(toMarkdown(report)).toContain("GET answered 200 \\| not 404");
    expect(toSummary(report)).toContain(`${MUST} MUST`);
    expect(JSON.parse(toJson(report))).toMatchObject({
      conforming: false,
      checks: [{ result: "failed", message: "GET answered 200 | not 404" }],
    });
  });

  it("counts every requirement once in the table of sections", () => {
    const report = reportOf(outcome("passed", [MUST]));
    const all =
      toMarkdown(report)
        .split("\n")
        .find((line) => line.startsWith("| all |")) ?? "";
    const total = all
      .match(/\d+/g)
      ?.map(Number)
      .reduce((sum, count) => sum + count, 0);
    expect(total).toBe(report.judged.length);
  });
});

describe("the command line", () => {
  it("takes an address without the slash at its end, a client, a report and the ids to check", () => {
    const args = ["--url", "http://127.0.0.1:1/scim/v2/", "--client", "c", "--secret", "s"];
    expect(readOptions([...args, "--report", "r.md", "--only", "7644-3.5.2, 7644-3.6"])).toEqual({
      url: "http://127.0.0.1:1/scim/v2",
      credentials: { client: "c", secret: "s" },
      report: "r.md",
      only: ["7644-3.5.2", "7644-3.6"],
    });
  });

  it.each([[[]], [["--url", "nowhere"]], [["--url", "http://127.0.0.1:1", "--colour", "red"]]])(
    "refuses %o",
    (args) => {
      expect(() => readOptions(args)).toThrow();
    },
  );

  it("shows help where it is asked to", () => {
    expect(readOptions(["--help"])).toBeUndefined();
  });
});
