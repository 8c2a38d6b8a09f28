/** Writes docs/conformance.md from the catalogue and the checks (`npm run docs:conformance`). */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { renderConformanceDocs } from "../conformance/render-docs.js";

const target = fileURLToPath(new URL("../docs/conformance.md", import.meta.url));
await writeFile(target, renderConformanceDocs());
console.log(`wrote ${target}`);
