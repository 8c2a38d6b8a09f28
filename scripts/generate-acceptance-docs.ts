/** Writes docs/acceptance.md from the rows and the names of the tests (`npm run docs:acceptance`). */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { findTests } from "../test/acceptance/find-tests.js";
import { renderAcceptance } from "../test/acceptance/render-acceptance.js";
import { ACCEPTANCE_ROWS } from "../test/acceptance/rows.js";

const target = fileURLToPath(new URL("../docs/acceptance.md", import.meta.url));
await writeFile(target, renderAcceptance(ACCEPTANCE_ROWS, await findTests()));
console.log(`wrote ${target}`);
