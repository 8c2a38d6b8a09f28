import { countBySection, isConforming, type Judged, type Report, type Verdict } from "./report.js";

const VERDICTS: readonly Verdict[] = ["passed", "failed", "skipped", "not run", "not seen"];

/** The whole report in Markdown: verdict, sections, what failed and was skipped, then every requirement. */
export function toMarkdown(report: Report): string {
  const failed = report.judged.filter(({ verdict }) => verdict === "failed");
  const skipped = report.outcomes.filter(({ result }) => result === "skipped");
  return [
    "# SCIM conformance",
    "",
    `${report.url}, ${report.startedAt.toISOString()}: ${verdictOf(report)}`,
    "",
    `| section | ${VERDICTS.join(" | ")} |`,
    `| --- |${VERDICTS.map(() => " ---: |").join("")}`,
    ...[...countBySection(report.judged)].map(([section, counts]) => row(section, counts)),
    row("all", total(report.judged)),
    "",
    "## Failed",
    "",
    ...(failed.length === 0
      ? ["Nothing."]
      : ["| id | level | requirement | found |", "| --- | --- | --- | --- |"]),
    ...failed.map(({ requirement: { id, level, statement }, message = "" }) =>
      [`| ${id}`, level, statement, `${cell(message)} |`].join(" | "),
    ),
    "",
    "## Skipped",
    "",
    ...(skipped.length === 0 ? ["Nothing."] : ["| check | why |", "| --- | --- |"]),
    ...skipped.map(({ check, message = "" }) => `| ${check.title} | ${cell(message)} |`),
    "",
    "## Every requirement",
    "",
    "| id | level | requirement | verdict |",
    "| --- | --- | --- | --- |",
    ...report.judged.map(({ requirement: { id, level, statement }, verdict, message }) => {
      const why = verdict === "not seen" ? `: ${cell(message ?? "")}` : "";
      return `| ${id} | ${level} | ${cell(statement)} | ${verdict}${why} |`;
    }),
    "",
  ].join("\n");
}

/** The same for programs. */
export function toJson(report: Report): string {
  const requirements = report.judged.map(({ requirement, verdict, message }) => ({
    id: requirement.id,
    level: requirement.level,
    binds: requirement.binds,
    requirement: requirement.statement,
    verdict,
    ...(message !== undefined && { message }),
  }));
  const checks = report.outcomes.map(({ check, result, message, tookMs }) => ({
    title: check.title,
    covers: check.covers,
    result,
    ...(message !== undefined && { message }),
    tookMs: Math.round(tookMs),
  }));
  const { url, startedAt } = report;
  const document = { url, startedAt, conforming: isConforming(report), requirements, checks };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A few lines for the console. */
export function toSummary(report: Report): string {
  const rfcs = [...new Set(report.judged.map(({ requirement }) => requirement.id.slice(0, 4)))];
  const lines = rfcs.map((rfc) => {
    const counts = total(report.judged.filter(({ requirement }) => requirement.id.startsWith(rfc)));
    return `RFC ${rfc}: ${VERDICTS.map((verdict) => `${counts[verdict]} ${verdict}`).join(", ")}`;
  });
  const failed = report.judged.filter(({ verdict }) => verdict === "failed");
  const findings = failed.map(
    ({ requirement: { id, level, statement }, message }) =>
      `  ${id} ${level}: ${statement}\n    ${message ?? ""}`,
  );
  return [...lines, ...findings, verdictOf(report)].join("\n");
}

function verdictOf(report: Report): string {
  const failed = report.judged.filter(({ verdict }) => verdict === "failed").length;
  if (!isConforming(report)) return "not conforming: requirements are broken.";
  return failed === 0 ? "nothing seen is against the RFCs." : "conforming; recommendations are not followed.";
}

function total(judged: readonly Judged[]): Record<Verdict, number> {
  const counts = { passed: 0, failed: 0, skipped: 0, "not run": 0, "not seen": 0 };
  for (const { verdict } of judged) counts[verdict]++;
  return counts;
}

function row(name: string, counts: Record<Verdict, number>): string {
  return `| ${name} | ${VERDICTS.map((verdict) => counts[verdict]).join(" | ")} |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
