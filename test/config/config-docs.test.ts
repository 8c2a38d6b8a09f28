import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { configOptions } from "../../src/config/options.js";
import { renderConfigDocs } from "../../src/config/render-config-docs.js";

it("docs/configuration.md says what the table of options says (npm run docs:config writes it)", async () => {
  const written = await readFile(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  expect(written).toBe(renderConfigDocs());
});

it("documents every option in a row of its own", () => {
  const rows = renderConfigDocs().split("\n");
  for (const { name } of Object.values(configOptions)) {
    expect(rows.filter((row) => row.startsWith(`| \`${name}\` |`))).toHaveLength(1);
  }
});
