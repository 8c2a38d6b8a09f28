import { configOptions } from "./options.js";

/** The page `docs/configuration.md`, from the table of options. */
export function renderConfigDocs(): string {
  const rows = Object.values(configOptions).map(
    ({ name, fallback, meaning, expected }) =>
      `| \`${name}\` | ${cell(fallback)} | ${cell(expected)} | ${cell(meaning)} |`,
  );
  return [
    "# Configuration",
    "",
    "The gateway is configured by environment variables only. They are checked at start: if one cannot be used,",
    "the process ends with a message that names it and says what it should be. An empty variable counts as absent.",
    "",
    "| variable | default | must be | meaning |",
    "|---|---|---|---|",
    ...rows,
    "",
    "This page is generated from `src/config/options.ts` by `npm run docs:config`.",
    "",
  ].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
