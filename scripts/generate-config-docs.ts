/** Writes docs/configuration.md from the table of options (`npm run docs:config`). */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { renderConfigDocs } from "../src/config/render-config-docs.js";

const target = fileURLToPath(new URL("../docs/configuration.md", import.meta.url));
await mkdir(fileURLToPath(new URL("../docs/", import.meta.url)), { recursive: true });
await writeFile(target, renderConfigDocs());
console.log(`wrote ${target}`);
