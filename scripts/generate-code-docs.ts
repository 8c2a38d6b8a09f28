/** Writes docs/connectors/dingtalk-codes.md from the code tables and reasons (`npm run docs:codes`). */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { renderCodeDocs } from "../src/connectors/dingtalk/codes/render-code-docs.js";
import { REASONS } from "../src/provisioning/reasons.js";
import { RUN_REASONS } from "../src/provisioning/reconciliation/run-reasons.js";

const target = fileURLToPath(new URL("../docs/connectors/dingtalk-codes.md", import.meta.url));
await writeFile(target, renderCodeDocs({ deliveries: REASONS, runs: RUN_REASONS }));
console.log(`wrote ${target}`);
