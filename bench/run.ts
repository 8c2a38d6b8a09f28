import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { type BenchDatabases, createBenchDatabases, withClient } from "./bench-databases.js";
import { buildGateway, startBareServer, startGateway } from "./contestants.js";
import { explainHotQueries } from "./explain.js";
import { groupScenarios } from "./group-scenarios.js";
import { type Contest, measureScenario, type PairedScenario, type ScenarioResult } from "./measure.js";
import { type BenchOptions, BenchUsageError, readBenchOptions } from "./options.js";
import {
  completeDocuments,
  fillGroups,
  type Population,
  planPopulation,
  populate,
  SMALL_GROUP,
  tidy,
} from "./population.js";
import { renderReport } from "./report.js";
import type { Scenario } from "./scenario.js";
import { freePort } from "./server-process.js";
import { describeSurroundings } from "./surroundings.js";
import { startTemporaryPostgres } from "./temporary-postgres.js";
import { userScenarios } from "./user-scenarios.js";

const RESULTS = new URL("./results/", import.meta.url);

/** What has to be undone at the end, newest first. */
const undo: (() => Promise<void>)[] = [];

async function main(): Promise<void> {
  const options = readBenchOptions(process.argv.slice(2), process.env);
  const startedAt = new Date();
  const serverUrl = options.databaseUrl ?? (await startDatabaseServer());
  progress("creating the databases");
  const databases = await createBenchDatabases(serverUrl);
  undo.push(() => databases.drop());
  const population = planPopulation({ ...options, groups: options.connections });
  await withClient(databases.gatewayUrl, (client) => populate(client, population));

  const result = options.explain
    ? await explainHotQueries(databases.gatewayUrl, population)
    : await compete(options, databases, population);
  const surroundings = await withClient(databases.gatewayUrl, (client) =>
    describeSurroundings(client, options, startedAt),
  );
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

async function compete(
  options: BenchOptions,
  databases: BenchDatabases,
  population: Population,
): Promise<string> {
  progress("compiling the gateway");
  await buildGateway();
  progress("copying the database for the bare server");
  await databases.copyForBareServer();
  const port = await freePort();
  await withClient(databases.bareUrl, (client) => completeDocuments(client, `http://127.0.0.1:${port}`));

  progress("starting both servers");
  const gateway = {
    contestant: await startGateway(databases.gatewayUrl),
    client: await connect(databases.gatewayUrl),
  };
  undo.push(() => gateway.contestant.stop());
  const bare = {
    contestant: await startBareServer(databases.bareUrl, port),
    client: await connect(databases.bareUrl),
  };
  undo.push(() => bare.contestant.stop());
  const contest: Contest = { gateway, bare, connectionId: population.connectionId };
  const tidyBoth = () => Promise.all([tidy(gateway.client), tidy(bare.client)]);

  await tidyBoth();
  const people = await measureAll(contest, pair(userScenarios, population), options);
  progress("filling the groups");
  await Promise.all([fillGroups(gateway.client, population), fillGroups(bare.client, population)]);
  await tidyBoth();
  const groups = await measureAll(contest, pair(groupScenarios, population), options);
  const { largeGroup } = population;
  const names = {
    small: `groups of ${SMALL_GROUP}`,
    large: `groups of ${largeGroup.toLocaleString("en-US")}`,
  };
  return `${describeLoad(options)}\n\n${renderReport([...people, ...groups], names)}`;
}

function pair(make: (population: Population) => Scenario[], population: Population): PairedScenario[] {
  const others = make(population);
  return make(population).flatMap((gateway, index) => {
    const bare = others[index];
    return bare ? [{ gateway, bare }] : [];
  });
}

async function measureAll(
  contest: Contest,
  scenarios: readonly PairedScenario[],
  options: BenchOptions,
): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    progress(scenario.gateway.name);
    results.push(await measureScenario(contest, scenario, options));
  }
  return results;
}

function describeLoad({ users, newcomers, rounds, turnMs, connections }: BenchOptions): string {
  return (
    `${(users + newcomers).toLocaleString("en-US")} people at the start; ${connections} connections, each sending its next ` +
    `request when its last is answered and checked; ${rounds} round(s) of turns of up to ${turnMs / 1_000} s. Rates and ` +
    "CPU are medians of the rounds, percentiles are over all requests, ratios are medians of the rounds' own " +
    "(least to greatest)."
  );
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: "scim bench" });
  await client.connect();
  undo.push(() => client.end());
  return client;
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
