import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { QUIRKS } from "../../../src/scim/dialect/quirks.js";

it("docs/dialects.md has a row for every quirk and no other", async () => {
  const written = await readFile(new URL("../../../docs/dialects.md", import.meta.url), "utf8");
  const rows = Object.entries(QUIRKS).map(
    ([name, { description, profiles }]) => `| \`${name}\` | ${description} | ${profiles.join(", ")} |`,
  );
  const section = written.slice(written.indexOf("## Quirks"), written.indexOf("**Attributes that"));
  expect(section.split("\n").filter((line) => line.startsWith("| `"))).toEqual(rows);
});
