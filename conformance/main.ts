/** `npm run conformance`: checks a running SCIM server from outside. */
import { writeFile } from "node:fs/promises";
import type { Check } from "./check.js";
import { CHECKS } from "./checks/all-checks.js";
import { obtainToken } from "./obtain-token.js";
import { type Options, readOptions, USAGE } from "./options.js";
import { isConforming, judge, type Report } from "./report.js";
import { type Outcome, runCheck } from "./runner.js";
import { discover } from "./surroundings.js";
import { toJson, toMarkdown, toSummary } from "./write-report.js";

async function run(options: Options): Promise<Report> {
  const startedAt = new Date();
  console.log(`Checking ${options.url}: creates and deletes users and groups named "conformance-…".`);
  const target = await discover(options.url, await obtainToken(options.url, options.credentials));
  const outcomes: Outcome[] = [];
  for (const check of CHECKS.filter((candidate) => isAskedFor(candidate, options.only))) {
    const outcome = await runCheck(target, check);
    outcomes.push(outcome);
    const message = outcome.message === undefined ? "" : `: ${outcome.message}`;
    console.log(`${outcome.result.padEnd(7)} ${check.title}${message}`);
  }
  return judge(options.url, startedAt, outcomes);
}

function isAskedFor(check: Check, only: readonly string[]): boolean {
  return only.length === 0 || check.covers.some((id) => only.some((asked) => id.startsWith(asked)));
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return;
  }
  const report = await run(options);
  console.log(toSummary(report));
  if (options.report !== undefined) {
    await writeFile(options.report, toMarkdown(report));
    await writeFile(options.report.replace(/(\.md)?$/, ".json"), toJson(report));
  }
  if (!isConforming(report)) process.exitCode = 1;
}

/** The message, and behind it why: fetch hides what went wrong in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}

main().catch((error: unknown) => {
  console.error(describe(error));
  process.exitCode = 2;
});
