import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";
import { promisify } from "node:util";
import type pg from "pg";
import type { BenchOptions } from "./options.js";

/** Lines of Markdown that say where, when, of what and with what a result was measured. */
export async function describeSurroundings(
  client: pg.Client,
  options: BenchOptions,
  startedAt: Date,
): Promise<string> {
  const { rows } = await client.query<{ version: string; fsync: string; commit: string }>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync,
            current_setting('synchronous_commit') as commit`,
  );
  const [database] = rows;
  const processors = cpus();
  const lines = [
    `started: ${startedAt.toISOString()}, load average then ${loadBefore}`,
    `command: \`${commandLine(options)}\``,
    `gateway: ${await sourceVersion()}`,
    `machine: ${processors.length} x ${processors[0]?.model ?? "unknown CPU"}, ${Math.round(totalmem() / 2 ** 30)} GiB; ` +
      "client, servers and database share it",
    `Node ${process.versions.node}, PostgreSQL ${database?.version} (fsync ${database?.fsync}, synchronous_commit ` +
      `${database?.commit}${options.databaseUrl === undefined ? ", temporary, default settings" : ", BENCH_DATABASE_URL"})`,
    (await Promise.all(["express", "pg", "typeorm", "undici"].map(versionOf))).join(", "),
  ];
  return lines.map((line) => `- ${line}`).join("\n");
}

const loadBefore = loadavg()
  .map((load) => load.toFixed(1))
  .join(" ");

function commandLine({ explain, quick, rounds, record, parts, match, users }: BenchOptions): string {
  const flags = [quick && "--quick", explain && "--explain", record && "--record"].filter(Boolean);
  if (parts !== "all") flags.push(`--only ${parts}`);
  if (match !== "") flags.push(`--match "${match}"`);
  if (users !== (quick ? 1_000 : 10_000)) flags.push(`--users ${users}`);
  if (!explain && rounds !== (quick ? 1 : 3)) flags.push(`--rounds ${rounds}`);
  return flags.length === 0 ? "npm run bench" : `npm run bench -- ${flags.join(" ")}`;
}

async function sourceVersion(): Promise<string> {
  const git = async (...args: string[]) => (await promisify(execFile)("git", args)).stdout.trim();
  try {
    const changed = await git("status", "--porcelain", "--", "src", "migrations", "package-lock.json");
    return `commit ${await git("rev-parse", "--short", "HEAD")}${changed === "" ? "" : " with changes"}`;
  } catch {
    return "not in a git checkout";
  }
}

async function versionOf(name: string): Promise<string> {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  const described: { version: string } = JSON.parse(await readFile(file, "utf8"));
  return `${name} ${described.version}`;
}
