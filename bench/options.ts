import { parseArgs } from "node:util";

/** How one run of the bench is carried out. */
export interface BenchOptions {
  /** A server on which databases may be created; without it a temporary one is started. */
  databaseUrl: string | undefined;
  /** Show the plans of the hot queries instead of measuring requests. */
  explain: boolean;
  /** Also write what is printed to `bench/results/`. */
  record: boolean;
  quick: boolean;
  /** Rounds of every scenario; in each, every contestant has its turn. */
  rounds: number;
  /** Longest measured part of a turn, in milliseconds. */
  turnMs: number;
  /** Load before the measured part of a turn, in milliseconds. */
  warmUpMs: number;
  /** People in the directory before the first request. */
  users: number;
  /** Further people who are in no group, to be added to one. */
  newcomers: number;
  /** Members of the large groups. */
  largeGroup: number;
  /** Requests under way at a time, each on its own connection. */
  connections: number;
  /** Which part to measure: the ratios to the limit, the growth with the directory, or both. */
  parts: "all" | "ratios" | "growth";
  /** Only scenarios whose name holds this text are compared; empty for all. */
  match: string;
  /** People in the directory at each step of the growth. */
  growthSizes: readonly number[];
  /** Longest measured part of a turn of the growth, in milliseconds. */
  growthTurnMs: number;
  /** Length of the open loop, in milliseconds. */
  openLoopMs: number;
}

const USAGE = `Usage: npm run bench [-- options]
  --quick     a smoke test of the bench itself, well under a minute
  --explain   show the plans of the hot queries instead
  --record    also write the result to bench/results/
  --rounds N  rounds of each scenario (3)
  --only PART ratios (to the limit) or growth (with the directory); both without it
  --match TEXT  compare only scenarios whose name holds the text
  --users N   people in the directory, for ratios and plans (10,000)
BENCH_DATABASE_URL names a PostgreSQL server where databases may be created; without it, one is started.`;

/** The arguments are not ones the bench knows; the message is the usage. */
export class BenchUsageError extends Error {
  override readonly name = "BenchUsageError";
}

/** Reads arguments and environment. @throws BenchUsageError */
export function readBenchOptions(args: string[], env: NodeJS.ProcessEnv): BenchOptions {
  const { quick, explain, record, rounds, users, only = "all", match = "" } = readFlags(args);
  if (only !== "all" && only !== "ratios" && only !== "growth") {
    throw new BenchUsageError(`--only must be ratios or growth.\n${USAGE}`);
  }
  const chosen = rounds === undefined ? undefined : Number(rounds);
  if (chosen !== undefined && !(Number.isInteger(chosen) && chosen >= 1 && chosen <= 20)) {
    throw new BenchUsageError(`--rounds must be a whole number from 1 to 20.\n${USAGE}`);
  }
  const people = users === undefined ? undefined : Number(users);
  if (people !== undefined && !(Number.isInteger(people) && people >= 100 && people <= 1_000_000)) {
    throw new BenchUsageError(`--users must be a whole number from 100 to 1,000,000.\n${USAGE}`);
  }
  const size = quick
    ? {
        ...{ rounds: 1, turnMs: 250, warmUpMs: 100, users: 1_000, newcomers: 500, largeGroup: 1_000 },
        ...{ growthSizes: [200, 1_000], growthTurnMs: 200, openLoopMs: 2_000 },
      }
    : {
        ...{ rounds: 3, turnMs: 2_000, warmUpMs: 1_000, users: 10_000, newcomers: 5_000, largeGroup: 10_000 },
        ...{ growthSizes: [1_000, 10_000, 100_000], growthTurnMs: 1_000, openLoopMs: 20_000 },
      };
  return {
    databaseUrl: env["BENCH_DATABASE_URL"] || undefined,
    quick,
    explain,
    record,
    connections: 8,
    parts: only,
    match,
    ...size,
    ...(people !== undefined && {
      users: people,
      newcomers: Math.min(size.newcomers, people),
      largeGroup: people,
    }),
    rounds: chosen ?? size.rounds,
  };
}

function readFlags(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        quick: { type: "boolean", default: false },
        explain: { type: "boolean", default: false },
        record: { type: "boolean", default: false },
        rounds: { type: "string" },
        users: { type: "string" },
        only: { type: "string" },
        match: { type: "string" },
      },
    });
    return values;
  } catch (error) {
    throw new BenchUsageError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}
