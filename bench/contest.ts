import pg from "pg";
import { completeDocuments } from "./bare/statements.js";
import { type BenchDatabases, createBenchDatabases, withClient } from "./bench-databases.js";
import { startBareServer, startGateway } from "./contestants.js";
import { runLoad } from "./load.js";
import type { Contest, PairedScenario, Side } from "./measure.js";
import { mixedLoad } from "./scenarios/mixed.js";
import { fillGroups, type Population, populate, tidy } from "./scenarios/population.js";
import type { Scenario } from "./scenarios/scenario.js";
import { type Ledger, newLedger } from "./scenarios/user-writes.js";
import { freePort } from "./server-process.js";

/** Registers what has to be undone at the end, newest first. */
export type OnEnd = (step: () => Promise<void>) => void;

/** Creates the two databases, with the people in the first one. */
export async function prepareDatabases(
  serverUrl: string,
  population: Population,
  onEnd: OnEnd,
): Promise<BenchDatabases> {
  const databases = await createBenchDatabases(serverUrl);
  onEnd(() => databases.drop());
  await withClient(databases.gatewayUrl, (client) => populate(client, population));
  return databases;
}

/** Starts both servers on their databases. The gateway has to be compiled. */
export async function openContest(
  databases: BenchDatabases,
  population: Population,
  onEnd: OnEnd,
): Promise<Contest> {
  await databases.copyForBareServer();
  const port = await freePort();
  await withClient(databases.bareUrl, (client) =>
    client.query(completeDocuments(`http://127.0.0.1:${port}`)),
  );
  const gateway: Side = {
    contestant: await startGateway(databases.gatewayUrl),
    client: await connect(databases.gatewayUrl, onEnd),
  };
  onEnd(() => gateway.contestant.stop());
  const bare: Side = {
    contestant: await startBareServer(databases.bareUrl, port),
    client: await connect(databases.bareUrl, onEnd),
  };
  onEnd(() => bare.contestant.stop());
  const contest: Contest = { gateway, bare, connectionId: population.connectionId };
  await tidyBoth(contest);
  return contest;
}

/** Fills the groups on both sides. */
export async function fillBoth({ gateway, bare }: Contest, population: Population): Promise<void> {
  await Promise.all([fillGroups(gateway.client, population), fillGroups(bare.client, population)]);
  await tidyBoth({ gateway, bare });
}

/** Load before anything is measured, in milliseconds for each side. */
const WARM_UP_MS = 4_000;

/**
 * Lets both servers compile what they run often and open their connections: the gateway has far more code, and its first
 * thousands of requests would say more about the compiler than about it.
 */
export async function warmUp(contest: Contest, population: Population, ledgers: Ledgers): Promise<void> {
  for (const side of ["gateway", "bare"] as const) {
    const mixed = mixedLoad(population, ledgers[side]);
    await mixed.prepare?.(contest[side].client);
    const next = (connection: number) => mixed.next(connection);
    await runLoad(contest[side].contestant, { next, connections: 8, durationMs: WARM_UP_MS });
  }
  await tidyBoth(contest);
}

/** Lets neither side profit from being the one that was vacuumed last. */
export async function tidyBoth({ gateway, bare }: Pick<Contest, "gateway" | "bare">): Promise<void> {
  await Promise.all([tidy(gateway.client), tidy(bare.client)]);
}

/** What each side has done so far. */
export interface Ledgers {
  gateway: Ledger;
  bare: Ledger;
}

/** Ledgers of an untouched population. */
export function newLedgers(population: Population): Ledgers {
  return { gateway: newLedger(population), bare: newLedger(population) };
}

/** The same scenarios for both sides: they count what they have done, so each side has its own. */
export function pair(ledgers: Ledgers, make: (ledger: Ledger) => Scenario[]): PairedScenario[] {
  const others = make(ledgers.bare);
  return make(ledgers.gateway).flatMap((gateway, index) => {
    const bare = others[index];
    return bare ? [{ gateway, bare }] : [];
  });
}

async function connect(url: string, onEnd: OnEnd): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: "scim bench" });
  await client.connect();
  onEnd(() => client.end());
  return client;
}
