import type { Entrant, ScenarioResult, Turn } from "./measure.js";
import { median, quantile } from "./statistics.js";

/** The results as Markdown: the table against the limit, the cost of the outbox, the growth of a membership change. */
export function renderReport(
  results: readonly ScenarioResult[],
  groupNames: { small: string; large: string },
): string {
  const sections = [renderAgainstLimit(results), renderOutbox(results), renderGrowth(results, groupNames)];
  return sections.join("\n\n");
}

function renderAgainstLimit(results: readonly ScenarioResult[]): string {
  const head = [
    "operation",
    "goal",
    "gateway /s",
    "bare /s",
    "of the limit",
    "gateway p50 / p99 ms",
    "bare p50 / p99 ms",
    "gateway CPU ms",
    "bare CPU ms",
    "limit by CPU",
    "gateway + db CPU ms",
    "bare + db CPU ms",
    "limit by CPU + db",
  ];
  const rows = results.map(({ name, goal, turns: { gateway, bare } }) => [
    name,
    goal === undefined ? "" : `${goal} % ${isMet(goal, gateway, bare) ? "met" : "**missed**"}`,
    whole(median(gateway.map(rateOf))),
    whole(median(bare.map(rateOf))),
    share(ratios(gateway, bare, rateOf)),
    percentiles(gateway),
    percentiles(bare),
    fixed(median(gateway.map(cpuOf))),
    fixed(median(bare.map(cpuOf))),
    share(ratios(bare, gateway, cpuOf)),
    fixed(median(gateway.map(totalCpuOf))),
    fixed(median(bare.map(totalCpuOf))),
    share(ratios(bare, gateway, totalCpuOf)),
  ]);
  return `## Beside the limit\n\n${table(head, rows)}`;
}

/** By throughput, or by CPU of server and database for one resource, which is the steadier of the two. */
function isMet(goal: number, gateway: readonly Turn[], bare: readonly Turn[]): boolean {
  const shares = [median(ratios(gateway, bare, rateOf)), median(ratios(bare, gateway, totalCpuOf))];
  return shares.some((share) => Math.round(share * 100) >= goal);
}

function renderOutbox(results: readonly ScenarioResult[]): string {
  const head = [
    "operation",
    "with connection /s",
    "without /s",
    "with p50 / p99 ms",
    "without p50 / p99 ms",
    "with CPU ms",
    "without CPU ms",
    "with CPU + db ms",
    "without CPU + db ms",
  ];
  const rows = results
    .filter(({ turns }) => turns.gatewayAlone.length > 0)
    .map(({ name, turns: { gateway, gatewayAlone } }) => [
      name,
      whole(median(gateway.map(rateOf))),
      whole(median(gatewayAlone.map(rateOf))),
      percentiles(gateway),
      percentiles(gatewayAlone),
      fixed(median(gateway.map(cpuOf))),
      fixed(median(gatewayAlone.map(cpuOf))),
      fixed(median(gateway.map(totalCpuOf))),
      fixed(median(gatewayAlone.map(totalCpuOf))),
    ]);
  return `## What ordering the deliveries costs\n\n${table(head, rows)}`;
}

function renderGrowth(results: readonly ScenarioResult[], names: { small: string; large: string }): string {
  const find = (part: string) => results.find((result) => result.name.endsWith(`add member, ${part}`))?.turns;
  const small = find(names.small);
  const large = find(names.large);
  const head = ["one member more: large group to small group", "p50", "CPU", "CPU + db"];
  const rows = (["gateway", "bare"] satisfies Entrant[]).map((entrant) => {
    const pair = [large?.[entrant] ?? [], small?.[entrant] ?? []] as const;
    return [
      entrant,
      times(ratios(...pair, (turn) => quantile(turn.latenciesMs, 0.5))),
      times(ratios(...pair, cpuOf)),
      times(ratios(...pair, totalCpuOf)),
    ];
  });
  return `## Growth with the group\n\n${table(head, rows)}`;
}

const rateOf = (turn: Turn) => turn.resourcesPerSecond;
const cpuOf = (turn: Turn) => turn.cpuMs;
const totalCpuOf = (turn: Turn) => turn.cpuMs + (turn.databaseCpuMs ?? Number.NaN);

/** Round by round, so that each ratio is of two turns that followed each other. */
function ratios(over: readonly Turn[], under: readonly Turn[], numberOf: (turn: Turn) => number): number[] {
  return over.flatMap((turn, round) => {
    const other = under[round];
    return other ? [numberOf(turn) / numberOf(other)] : [];
  });
}

/** Over the requests of all turns. */
function percentiles(turns: readonly Turn[]): string {
  const all = turns.flatMap((turn) => turn.latenciesMs);
  return `${fixed(quantile(all, 0.5))} / ${fixed(quantile(all, 0.99))}`;
}

function share(numbers: readonly number[]): string {
  return withRange(numbers, (number) => `${Math.round(number * 100)} %`);
}

function times(numbers: readonly number[]): string {
  return withRange(numbers, (number) => `${number.toFixed(2)}x`);
}

function withRange(numbers: readonly number[], show: (number: number) => string): string {
  const middle = median(numbers);
  if (Number.isNaN(middle)) return "n/a";
  return numbers.length < 2
    ? show(middle)
    : `**${show(middle)}** (${show(Math.min(...numbers))} to ${show(Math.max(...numbers))})`;
}

function whole(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

/** A number with two digits behind the point, or one from ten up. */
export function fixed(number: number): string {
  return Number.isNaN(number) ? "n/a" : number.toFixed(number < 10 ? 2 : 1);
}

/** A Markdown table; the first column is aligned left. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, index) => (index === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map(line).join("\n");
}
