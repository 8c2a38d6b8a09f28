import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { withClient } from "./bench-databases.js";
import { fillBoth, newLedgers, openContest, pair, prepareDatabases, tidyBoth, warmUp } from "./contest.js";
import { buildGateway } from "./contestants.js";
import { explainHotQueries } from "./explain.js";
import { measureGrowth } from "./growth.js";
import { measureScenario, type PairedScenario, type ScenarioResult } from "./measure.js";
import { type BenchOptions, BenchUsageError, readBenchOptions } from "./options.js";
import { renderReport } from "./report.js";
import { groupScenarios } from "./scenarios/groups.js";
import { mixedLoad } from "./scenarios/mixed.js";
import { planPopulation, SMALL_GROUP } from "./scenarios/population.js";
import { userPages, userReads } from "./scenarios/user-reads.js";
import { userWrites } from "./scenarios/user-writes.js";
import { describeSurroundings } from "./surroundings.js";
import { startTemporaryPostgres } from "./temporary-postgres.js";

const RESULTS = new URL("./results/", import.meta.url);

/** What has to be undone at the end, newest first. */
const undo: (() => Promise<void>)[] = [];
const onEnd = (step: () => Promise<void>) => undo.push(step);

async function main(): Promise<void> {
  const options = readBenchOptions(process.argv.slice(2), process.env);
  const startedAt = new Date();
  const serverUrl = options.databaseUrl ?? (await startDatabaseServer());
  const surroundings = await withClient(serverUrl, (client) =>
    describeSurroundings(client, options, startedAt),
  );
  const result = options.explain ? await explainPlans(serverUrl, options) : await compete(serverUrl, options);
  const day = startedAt.toISOString().slice(0, 10);
  const title = options.explain ? `Plans of the hot queries, ${day}` : `Bench, ${day}`;
  const text = `# ${title}\n\n${surroundings}\n\n${result}\n`;
  console.log(text);
  if (options.record) await record(options.explain ? `explain-${day}.md` : `${day}.md`, text);
}

async function startDatabaseServer(): Promise<string> {
  progress("starting a temporary PostgreSQL");
  return startTemporaryPostgres((stop) => undo.push(stop));
}

async function explainPlans(serverUrl: string, options: BenchOptions): Promise<string> {
  progress("creating the database");
  const population = planPopulation({ ...options, groups: 1 });
  const databases = await prepareDatabases(serverUrl, population, onEnd);
  return explainHotQueries(databases.gatewayUrl, population);
}

async function compete(serverUrl: string, options: BenchOptions): Promise<string> {
  progress("compiling the gateway");
  await buildGateway();
  const parts: string[] = [];
  if (options.parts !== "growth") parts.push(await measureRatios(serverUrl, options));
  if (options.parts !== "ratios") parts.push(await measureGrowth(serverUrl, options, progress));
  return parts.join("\n\n");
}

async function measureRatios(serverUrl: string, options: BenchOptions): Promise<string> {
  progress("creating the databases");
  const population = planPopulation({ ...options, groups: options.connections });
  const databases = await prepareDatabases(serverUrl, population, onEnd);
  progress("starting both servers");
  const contest = await openContest(databases, population, onEnd);
  const ledgers = newLedgers(population);
  progress("warming up");
  await warmUp(contest, population, ledgers);

  const results: ScenarioResult[] = [];
  const measureAll = async (scenarios: readonly PairedScenario[]) => {
    for (const scenario of scenarios) {
      if (!scenario.gateway.name.includes(options.match)) continue;
      progress(scenario.gateway.name);
      results.push(await measureScenario(contest, scenario, options));
    }
  };
  await measureAll(pair(ledgers, () => [...userReads(population), ...userPages(population)]));
  await measureAll(pair(ledgers, (ledger) => userWrites(population, ledger)));
  progress("filling the groups");
  await fillBoth(contest, population);
  await measureAll(pair(ledgers, () => groupScenarios(population)));
  await tidyBoth(contest);
  await measureAll(pair(ledgers, (ledger) => [mixedLoad(population, ledger)]));
  const names = {
    small: `groups of ${SMALL_GROUP}`,
    large: `groups of ${population.largeGroup.toLocaleString("en-US")}`,
  };
  return `${describeLoad(options)}\n\n${renderReport(results, names)}`;
}

function describeLoad({ users, newcomers, rounds, turnMs, connections }: BenchOptions): string {
  return (
    `${(users + newcomers).toLocaleString("en-US")} people at the start; ${connections} connections, each sending its next ` +
    `request when its last is answered and checked; ${rounds} round(s) of turns of up to ${turnMs / 1_000} s. Rates and ` +
    "CPU are medians of the rounds, percentiles are over all requests, ratios are medians of the rounds' own " +
    "(least to greatest). A goal is met by throughput or by CPU of server and database."
  );
}

async function record(name: string, text: string): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  const file = new URL(name, RESULTS);
  await writeFile(file, text);
  progress(`written to ${fileURLToPath(file)}`);
}

function progress(step: string): void {
  process.stderr.write(`${(performance.now() / 1_000).toFixed(1).padStart(7)} s  ${step}\n`);
}

async function undoAll(): Promise<void> {
  for (const step of undo.splice(0).reverse()) {
    await step().catch((error: unknown) => process.stderr.write(`while cleaning up: ${String(error)}\n`));
  }
}

// A reader that has seen enough (`| head`) must not keep the bench from cleaning up.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void undoAll().finally(() => process.exit(130)));
}

try {
  await main();
} catch (error) {
  const isForTheUser = error instanceof BenchUsageError;
  process.stderr.write(`${error instanceof Error && !isForTheUser ? error.stack : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await undoAll();
}
