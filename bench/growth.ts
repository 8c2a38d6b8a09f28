import { fillBoth, newLedgers, openContest, pair, prepareDatabases, warmUp } from "./contest.js";
import { type Contest, measureScenario, type PairedScenario, type Turn } from "./measure.js";
import { runArrivals } from "./open-loop.js";
import type { BenchOptions } from "./options.js";
import { fixed, table } from "./report.js";
import { addMember, readWithoutMembers } from "./scenarios/groups.js";
import { mixedLoad } from "./scenarios/mixed.js";
import { type Population, planPopulation, SMALL_GROUP } from "./scenarios/population.js";
import type { Scenario } from "./scenarios/scenario.js";
import { userPages, userReads } from "./scenarios/user-reads.js";
import { type Ledger, userWrites } from "./scenarios/user-writes.js";
import { quantile } from "./statistics.js";

/** Arrivals a second of the open loop: what Entra ID sends at most to one application. */
const ARRIVALS_PER_SECOND = 25;
/** The open loop's promise, in milliseconds, and that of the memory, in bytes (docs/performance.md). */
const P99_GOAL_MS = 25;
const MEMORY_GOAL_BYTES = 250 * 1024 * 1024;

interface SizeResult {
  size: number;
  /** By scenario. */
  turns: Map<string, { gateway: Turn | undefined; bare: Turn | undefined }>;
  memory: { gateway: number; bare: number };
}

/**
 * Measures how operations grow with the directory: the same requests at each size, on databases of their own. At the
 * largest size, the open loop as well. Markdown.
 */
export async function measureGrowth(
  serverUrl: string,
  options: BenchOptions,
  progress: (step: string) => void,
): Promise<string> {
  const results: SizeResult[] = [];
  let openLoop = "";
  for (const size of options.growthSizes) {
    const undo: (() => Promise<void>)[] = [];
    try {
      progress(`growth: ${size.toLocaleString("en-US")} people`);
      const newcomers = Math.min(options.newcomers, size);
      const population = planPopulation({ users: size, newcomers, largeGroup: size, groups: 2 });
      const databases = await prepareDatabases(serverUrl, population, (step) => undo.push(step));
      const contest = await openContest(databases, population, (step) => undo.push(step));
      await fillBoth(contest, population);
      const ledgers = newLedgers(population);
      await warmUp(contest, population, ledgers);
      const scenarios = pair(ledgers, (ledger) => growthScenarios(population, ledger));
      results.push(await measureSize(size, contest, scenarios, options, progress));
      if (size === options.growthSizes.at(-1)) {
        progress("open loop");
        openLoop = await measureOpenLoop(contest, population, ledgers.gateway, options);
      }
    } finally {
      for (const step of undo.reverse()) await step();
    }
  }
  return `${renderGrowthTable(results)}\n\n${renderMemory(results)}\n\n${openLoop}`;
}

const SMALL = `groups of ${SMALL_GROUP}`;

function growthScenarios(population: Population, ledger: Ledger): Scenario[] {
  const { smallGroups, largeGroups, largeGroup } = population;
  const [bulk] = userWrites(population, ledger).slice(-1);
  return [
    ...userReads(population),
    ...userPages(population),
    ...userWrites(population, ledger).filter((scenario) => scenario.name !== bulk?.name),
    addMember(population, `PATCH /Groups/{id} add member, ${SMALL}`, smallGroups, SMALL_GROUP),
    addMember(population, "PATCH /Groups/{id} add member, groups of everybody", largeGroups, largeGroup),
    readWithoutMembers("GET /Groups/{id} without members, groups of everybody", largeGroups),
  ];
}

async function measureSize(
  size: number,
  contest: Contest,
  scenarios: readonly PairedScenario[],
  options: BenchOptions,
  progress: (step: string) => void,
): Promise<SizeResult> {
  const turns: SizeResult["turns"] = new Map();
  for (const scenario of scenarios) {
    progress(`  ${scenario.gateway.name}`);
    const brief = { ...options, rounds: 1, turnMs: options.growthTurnMs };
    const plain = (one: Scenario): Scenario => ({ ...one, showsOutboxCost: false });
    const paired = { gateway: plain(scenario.gateway), bare: plain(scenario.bare) };
    const { turns: measured } = await measureScenario(contest, paired, brief);
    turns.set(scenario.gateway.name, { gateway: measured.gateway[0], bare: measured.bare[0] });
  }
  const memory = {
    gateway: await contest.gateway.contestant.residentBytes(),
    bare: await contest.bare.contestant.residentBytes(),
  };
  return { size, turns, memory };
}

async function measureOpenLoop(
  contest: Contest,
  population: Population,
  ledger: Ledger,
  options: BenchOptions,
): Promise<string> {
  const mixed = mixedLoad(population, ledger);
  const { largeGroups, largeGroup } = population;
  const join = addMember(population, "join", largeGroups.slice(0, 1), largeGroup);
  const look = readWithoutMembers("look", largeGroups);
  await mixed.prepare?.(contest.gateway.client);
  await join.prepare?.(contest.gateway.client);
  let turn = 0;
  const next = (connection: number) => {
    turn += 1;
    if (turn % 10 === 0) return join.next(0);
    return turn % 10 === 5 ? look.next(connection) : mixed.next(connection);
  };
  const plan = { next, perSecond: ARRIVALS_PER_SECOND, durationMs: options.openLoopMs };
  await runArrivals(contest.gateway.contestant, { ...plan, durationMs: options.openLoopMs / 5 });
  const latencies = await runArrivals(contest.gateway.contestant, plan);
  const p99 = quantile(latencies, 0.99);
  const verdict = p99 <= P99_GOAL_MS ? "met" : "**missed**";
  return (
    `## Open loop\n\n${ARRIVALS_PER_SECOND} requests a second for ${options.openLoopMs / 1_000} s, the mixed load and every ` +
    `fifth request on a group of ${largeGroup.toLocaleString("en-US")} among ${largeGroup.toLocaleString("en-US")} people: ` +
    `p50 ${fixed(quantile(latencies, 0.5))} ms, p95 ${fixed(quantile(latencies, 0.95))} ms, ` +
    `**p99 ${fixed(p99)} ms** (goal ${P99_GOAL_MS} ms: ${verdict}), longest ${fixed(Math.max(...latencies))} ms, ` +
    `${latencies.length.toLocaleString("en-US")} requests, none wrong.`
  );
}

function renderGrowthTable(results: readonly SizeResult[]): string {
  const sizes = results.map(({ size }) => size.toLocaleString("en-US"));
  const head = [
    "p50 in ms, gateway (bare)",
    ...sizes,
    `gateway ${sizes.at(-1)} : ${sizes[0]}`,
    `bare ${sizes.at(-1)} : ${sizes[0]}`,
    "gateway + db CPU ms, largest",
    "growth of it",
  ];
  const p50 = (turn: Turn | undefined) => (turn ? quantile(turn.latenciesMs, 0.5) : Number.NaN);
  const cpu = (turn: Turn | undefined) =>
    turn ? turn.cpuMs + (turn.databaseCpuMs ?? Number.NaN) : Number.NaN;
  const [first] = results;
  const last = results.at(-1);
  const rows = [...(first?.turns.keys() ?? [])].map((name) => {
    const at = (result: SizeResult | undefined) => result?.turns.get(name);
    const growth = (of: (turn: Turn | undefined) => number, side: "gateway" | "bare") =>
      `${(of(at(last)?.[side]) / of(at(first)?.[side])).toFixed(2)}x`;
    return [
      name,
      ...results.map((result) => `${fixed(p50(at(result)?.gateway))} (${fixed(p50(at(result)?.bare))})`),
      `**${growth(p50, "gateway")}**`,
      growth(p50, "bare"),
      fixed(cpu(at(last)?.gateway)),
      growth(cpu, "gateway"),
    ];
  });
  return `## Growth with the directory\n\n${table(head, rows)}`;
}

function renderMemory(results: readonly SizeResult[]): string {
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20).toLocaleString("en-US");
  const rows = results.map(({ size, memory }) => [
    size.toLocaleString("en-US"),
    mebibytes(memory.gateway),
    mebibytes(memory.bare),
    memory.gateway <= MEMORY_GOAL_BYTES ? "met" : "**missed**",
  ]);
  const goal = `goal ${mebibytes(MEMORY_GOAL_BYTES)} MiB`;
  return `## Memory\n\nResident after the requests above.\n\n${table(["people", "gateway MiB", "bare MiB", goal], rows)}`;
}
