import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { findTests } from "./find-tests.js";
import { renderAcceptance } from "./render-acceptance.js";
import { ACCEPTANCE_ROWS } from "./rows.js";

/** Rows that no test shows; the page lists them. Take an id away with the test that shows it. */
const NOT_SHOWN_YET: readonly string[] = ["001-29"];

it("docs/acceptance.md says which tests show which row (npm run docs:acceptance writes it)", async () => {
  const written = await readFile(new URL("../../docs/acceptance.md", import.meta.url), "utf8");
  expect(written).toBe(renderAcceptance(ACCEPTANCE_ROWS, await findTests()));
});

it("every row is shown by a test, but for those that are known not to be", async () => {
  const tests = await findTests();
  const missing = ACCEPTANCE_ROWS.filter(({ id }) => !tests.has(id)).map(({ id }) => id);
  expect(missing.filter((id) => !NOT_SHOWN_YET.includes(id))).toEqual([]);
});
