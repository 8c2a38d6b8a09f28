import { CATALOGUE } from "./requirements/catalogue.js";
import { isMandatory, placeOf, type Requirement } from "./requirements/requirement.js";
import type { Outcome } from "./runner.js";

/** How a requirement came out: the worst of its checks; "not seen" where no check can tell. */
export type Verdict = "passed" | "failed" | "skipped" | "not run" | "not seen";

/** A requirement and what the run says of it. */
export interface Judged {
  requirement: Requirement;
  verdict: Verdict;
  /** What is wrong, why it was skipped, or why nothing can be seen. */
  message?: string;
}

/** What a run found, ready to be written. */
export interface Report {
  url: string;
  startedAt: Date;
  outcomes: readonly Outcome[];
  judged: readonly Judged[];
}

/** Lays the outcomes of the checks out over the catalogue. */
export function judge(url: string, startedAt: Date, outcomes: readonly Outcome[]): Report {
  const byId = new Map(CATALOGUE.map((requirement) => [requirement.id, requirement]));
  const judged = CATALOGUE.map((requirement) => judgeOne(requirement, outcomes, byId));
  return { url, startedAt, outcomes, judged };
}

/** Whether no requirement that is a must is broken. */
export function isConforming(report: Report): boolean {
  return !report.judged.some(
    ({ requirement, verdict }) => verdict === "failed" && isMandatory(requirement.level),
  );
}

/** How many requirements came out how, by RFC and section. */
export function countBySection(judged: readonly Judged[]): Map<string, Record<Verdict, number>> {
  const counts = new Map<string, Record<Verdict, number>>();
  for (const { requirement, verdict } of judged) {
    const { rfc, section } = placeOf(requirement.id);
    const key = section === "errata" ? `errata of RFC ${rfc}` : `RFC ${rfc} section ${section}`;
    const row = counts.get(key) ?? { passed: 0, failed: 0, skipped: 0, "not run": 0, "not seen": 0 };
    row[verdict]++;
    counts.set(key, row);
  }
  return counts;
}

function judgeOne(
  requirement: Requirement,
  outcomes: readonly Outcome[],
  byId: Map<string, Requirement>,
): Judged {
  const { proof } = requirement;
  switch (proof.by) {
    case "nothing":
      return { requirement, verdict: "not seen", message: proof.reason };
    case "test":
      return { requirement, verdict: "not seen", message: "not to be seen from outside" };
    case "other": {
      const original = byId.get(proof.id);
      if (original === undefined)
        throw new Error(`${requirement.id} repeats ${proof.id}, which does not exist`);
      return { ...judgeOne(original, outcomes, byId), requirement };
    }
    case "check":
      return {
        requirement,
        ...verdictOf(outcomes.filter(({ check }) => check.covers.includes(requirement.id))),
      };
    default:
      return proof satisfies never;
  }
}

function verdictOf(outcomes: readonly Outcome[]): { verdict: Verdict; message?: string } {
  for (const verdict of ["failed", "passed", "skipped"] as const) {
    const decisive = outcomes.find(({ result }) => result === verdict);
    if (decisive === undefined) continue;
    return { verdict, ...(decisive.message !== undefined && { message: decisive.message }) };
  }
  return { verdict: "not run" };
}
