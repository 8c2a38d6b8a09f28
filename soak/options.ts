import { parseArgs } from "node:util";

/** What `npm run soak` is to do. */
export interface Options {
  /** First seed and how many. */
  from: number;
  seeds: number;
  /** Most happenings in a script. */
  longest: number;
  /** Which database: a PostgreSQL URL of an empty database, else the embedded one in memory. */
  databaseUrl: string | undefined;
  /** A script to replay instead, as a failure prints it. */
  script: string | undefined;
  /** How long to look for a shorter script of a failure, milliseconds. */
  shrinkMs: number;
}

export const USAGE = `npm run soak -- [options]

Plays random changes, faults, deaths of workers and clock jumps, each seed on an emptied database, and checks that
DingTalk ends as SCIM says (docs/delivery/proof.md).

  --seeds N       how many seeds (10000)
  --from S        the first of them (1)
  --seed S        this one only, with its diary
  --script JSON   replays a script as a failure printed it
  --longest N     most happenings in a script (60)
  --database URL  an empty PostgreSQL database; without it the embedded one, in memory
  --shrink S      seconds to look for a shorter script of a failure (120)
  --help`;

/**
 * Reads the command line; undefined when help was asked for.
 * @throws Error saying which option is wrong
 */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      seeds: { type: "string" },
      from: { type: "string" },
      seed: { type: "string" },
      script: { type: "string" },
      longest: { type: "string" },
      database: { type: "string" },
      shrink: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return undefined;
  const one = values.seed === undefined ? undefined : whole("seed", values.seed, 0);
  return {
    from: one ?? whole("from", values.from, 1),
    seeds: one === undefined ? whole("seeds", values.seeds, 10_000) : 1,
    longest: whole("longest", values.longest, 60),
    databaseUrl: values.database,
    script: values.script,
    shrinkMs: whole("shrink", values.shrink, 120) * 1_000,
  };
}

function whole(name: string, given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  const number = Number(given);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new Error(`--${name} is a whole number, not "${given}"`);
  }
  return number;
}
