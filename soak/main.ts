/** `npm run soak`: random changes, faults and deaths until told to stop; every failure is a fault of the product. */
import { openDatabase } from "../src/persistence/database.js";
import { scriptFrom } from "./happenings.js";
import { type Options, readOptions, USAGE } from "./options.js";
import { PromiseBroken, runScript } from "./run-script.js";
import { describeFailure, hasFailed, runSeed } from "./seeds.js";
import { prepareDatabase, type Theatre } from "./theatre.js";

/** How often the progress is told, in seeds. */
const TOLD_EVERY = 100;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return;
  }
  const database = await openDatabase({ url: options.databaseUrl, migrate: true });
  try {
    const theatre = await prepareDatabase(database);
    const failed =
      options.script === undefined ? await runSeeds(theatre, options) : await replay(theatre, options.script);
    if (failed > 0) process.exitCode = 1;
  } finally {
    await database.close();
  }
}

async function runSeeds(theatre: Theatre, { from, seeds, longest, shrinkMs }: Options): Promise<number> {
  const failed: number[] = [];
  const sum = { happenings: 0, turns: 0, vendorCalls: 0 };
  const startedAt = performance.now();
  for (let done = 0; done < seeds; done++) {
    const result = await runSeed(theatre, from + done, { longest, shrinkMs });
    if (hasFailed(result)) {
      failed.push(result.seed);
      console.log(`\n${describeFailure(result)}\n`);
    } else {
      if (seeds === 1) console.log(result.diary.join("\n"));
      for (const name of ["happenings", "turns", "vendorCalls"] as const) sum[name] += result[name];
    }
    if ((done + 1) % TOLD_EVERY === 0 || done + 1 === seeds) {
      const seconds = Math.round((performance.now() - startedAt) / 1_000);
      const figures = `${sum.happenings} happenings, ${sum.turns} turns, ${sum.vendorCalls} vendor calls`;
      console.log(`seeds ${from} to ${from + done}: ${failed.length} failed; ${figures}; ${seconds} s`);
    }
  }
  if (failed.length > 0) console.log(`Failed seeds: ${failed.join(", ")}`);
  return failed.length;
}

async function replay(theatre: Theatre, text: string): Promise<number> {
  try {
    const { diary } = await runScript(theatre, scriptFrom(text));
    console.log(`${diary.join("\n")}\nNo promise was broken.`);
    return 0;
  } catch (error) {
    if (!(error instanceof PromiseBroken)) throw error;
    console.log(`${error.diary.join("\n")}\n${error.message}`);
    return 1;
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
