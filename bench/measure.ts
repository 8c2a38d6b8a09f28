import type pg from "pg";
import { backendCpuBetween, readBackendCpu } from "./backend-cpu.js";
import type { Contestant } from "./contestants.js";
import { runLoad } from "./load.js";
import type { BenchOptions } from "./options.js";
import type { Scenario } from "./scenarios/scenario.js";

/** Who takes its turn in a round. */
export const ENTRANTS = ["gateway", "gatewayAlone", "bare"] as const;

/**
 * `gateway` has one connection enabled and so orders a delivery with every write, `gatewayAlone` has none, `bare` is
 * the limit.
 */
export type Entrant = (typeof ENTRANTS)[number];

/** A server, its database, and the scenarios as they stand there. */
export interface Side {
  contestant: Contestant;
  client: pg.Client;
}

/** Both sides, and the connection row to switch. */
export interface Contest {
  gateway: Side;
  bare: Side;
  connectionId: string;
}

/** What one turn measured. */
export interface Turn {
  /** Resources a second: of a bulk request, every one counts. */
  resourcesPerSecond: number;
  latenciesMs: number[];
  /** CPU of the server's process for one resource, in milliseconds. */
  cpuMs: number;
  /** CPU of the database's processes for one resource, in milliseconds; undefined where it cannot be seen. */
  databaseCpuMs: number | undefined;
}

/** The turns of a scenario by entrant, in the order of the rounds. */
export interface ScenarioResult {
  name: string;
  /** See {@link Scenario.goal}. */
  goal: number | undefined;
  turns: Record<Entrant, Turn[]>;
}

/** A scenario as it stands on each side: they count what they have done, so each side has its own. */
export interface PairedScenario {
  gateway: Scenario;
  bare: Scenario;
}

/**
 * Measures one scenario: in each round gateway, gateway without connection (where that is asked for) and bare server, one after
 * the other, so that what else happens on the machine meets them alike.
 * @throws Error when an answer or what is stored afterwards is wrong
 */
export async function measureScenario(
  contest: Contest,
  scenario: PairedScenario,
  options: BenchOptions,
): Promise<ScenarioResult> {
  const { name, goal, showsOutboxCost = false } = scenario.gateway;
  const result: ScenarioResult = { name, goal, turns: { gateway: [], gatewayAlone: [], bare: [] } };
  for (let round = 0; round < options.rounds; round += 1) {
    for (const entrant of ENTRANTS) {
      if (entrant === "gatewayAlone" && !showsOutboxCost) continue;
      result.turns[entrant].push(await takeTurn(contest, scenario, entrant, options));
    }
  }
  return result;
}

async function takeTurn(
  contest: Contest,
  paired: PairedScenario,
  entrant: Entrant,
  options: BenchOptions,
): Promise<Turn> {
  const isBare = entrant === "bare";
  const { contestant, client } = isBare ? contest.bare : contest.gateway;
  const scenario = isBare ? paired.bare : paired.gateway;
  await scenario.prepare?.(client);
  if (!isBare) {
    const enabled = entrant === "gateway";
    await client.query("update connection set enabled = $2 where id = $1", [contest.connectionId, enabled]);
  }
  const orderedBefore = await countOrders(client);

  const next = (connection: number) => scenario.next(connection);
  const connections = scenario.connections ?? options.connections;
  const warmUp = await runLoad(contestant, { next, connections, durationMs: options.warmUpMs });
  const cpuBefore = await contestant.cpuSeconds();
  const databaseBefore = await readBackendCpu(client);
  const load = await runLoad(contestant, { next, connections, durationMs: options.turnMs });
  const databaseAfter = await readBackendCpu(client);
  const cpuAfter = await contestant.cpuSeconds();

  const wrong = await scenario.findError?.(client);
  if (wrong !== undefined) throw new Error(`${scenario.name}, ${entrant}: ${wrong}`);
  const ordered = (await countOrders(client)) - orderedBefore;
  const expected = entrant === "gateway" ? warmUp.orders + load.orders : 0;
  if (ordered !== expected) {
    throw new Error(`${scenario.name}, ${entrant}: ${ordered} deliveries were ordered, expected ${expected}`);
  }

  const databaseCpu = backendCpuBetween(databaseBefore, databaseAfter);
  return {
    resourcesPerSecond: load.resources / load.seconds,
    latenciesMs: load.latenciesMs,
    cpuMs: ((cpuAfter - cpuBefore) * 1_000) / load.resources,
    databaseCpuMs: databaseCpu === undefined ? undefined : (databaseCpu * 1_000) / load.resources,
  };
}

/** A delivery is ordered by making its row or by raising the row's generation. */
async function countOrders(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ orders: number }>(
    "select coalesce(sum(generation), 0)::int as orders from delivery",
  );
  return rows[0]?.orders ?? 0;
}
