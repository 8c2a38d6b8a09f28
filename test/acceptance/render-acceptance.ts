import type { NamedTest } from "./find-tests.js";
import type { AcceptanceRow } from "./rows.js";

/** The page of rows and the tests that show them, as Markdown (docs/acceptance.md). */
export function renderAcceptance(
  rows: readonly AcceptanceRow[],
  tests: ReadonlyMap<string, readonly NamedTest[]>,
): string {
  const shown = rows.filter(({ id }) => tests.has(id));
  const missing = rows.filter(({ id }) => !tests.has(id));
  return [
    "# What is wanted, and which tests show it",
    "",
    "Each row is a behaviour that the outbound side has to have. A test that shows it carries the id in brackets in its name;",
    "`npm run docs:acceptance` collects them. A row may have further tests that do not carry its id.",
    "",
    "| row | wanted | shown by |",
    "| --- | --- | --- |",
    ...shown.map(
      ({ id, wanted }) => `| ${id} | ${cell(wanted)} | ${(tests.get(id) ?? []).map(testCell).join("<br>")} |`,
    ),
    "",
    ...(missing.length === 0
      ? []
      : ["## Not shown yet", "", ...missing.map(({ id, wanted }) => `- ${id}: ${wanted}`), ""]),
  ].join("\n");
}

function testCell({ file, name }: NamedTest): string {
  return `[${file.replace(/^test\//, "").replace(/\.test\.ts$/, "")}](../${file}): ${cell(name)}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "\\<");
}
