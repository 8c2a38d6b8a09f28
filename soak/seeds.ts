import fc from "fast-check";
import { type Script, scripts } from "./happenings.js";
import { type FinishedRun, PromiseBroken, runScript } from "./run-script.js";
import type { Theatre } from "./theatre.js";

/** A seed whose run broke a promise: the shortest script found that still does, and how its run went. */
export interface FailedSeed {
  seed: number;
  message: string;
  script: Script;
  diary: readonly string[];
}

/** How a seed is run. */
export interface SeedOptions {
  /** Most happenings in a script. */
  longest: number;
  /** How long to look for a shorter script of a failure, milliseconds. */
  shrinkMs: number;
}

/** Runs one seed; where it fails, looks for the shortest script that fails too. */
export async function runSeed(
  theatre: Theatre,
  seed: number,
  options: SeedOptions,
): Promise<FinishedRun | FailedSeed> {
  const [script] = fc.sample(scripts(options.longest), { seed, numRuns: 1 });
  if (script === undefined) throw new Error("nothing was drawn");
  try {
    return await runScript(theatre, script);
  } catch (error) {
    if (!(error instanceof PromiseBroken)) throw error;
    return shorten(theatre, seed, script, error, options);
  }
}

async function shorten(
  theatre: Theatre,
  seed: number,
  whole: Script,
  first: PromiseBroken,
  { longest, shrinkMs }: SeedOptions,
): Promise<FailedSeed> {
  let script = whole;
  let broken = first;
  const until = performance.now() + shrinkMs;
  const property = fc.asyncProperty(scripts(longest), async (candidate) => {
    // fast-check's own limit would leave the last run going on, on the database of the next.
    if (performance.now() > until) return;
    try {
      await runScript(theatre, candidate);
    } catch (error) {
      if (!(error instanceof PromiseBroken)) throw error;
      script = candidate;
      broken = error;
      throw error;
    }
  });
  await fc.check(property, { seed, numRuns: 1 });
  return { seed, message: broken.message, script, diary: broken.diary };
}

/** Whether the seed failed. */
export function hasFailed(result: FinishedRun | FailedSeed): result is FailedSeed {
  return "message" in result;
}

/** A failed seed for people: what was broken, the steps to it, and the script for a replay. */
export function describeFailure({ seed, message, script, diary }: FailedSeed): string {
  const readings = script.contrary ? "contrary" : "usual";
  return [
    `Seed ${seed} broke a promise (${readings} readings of DingTalk's documents): ${message}`,
    "",
    ...diary.map((line) => `  ${line}`),
    "",
    `  script: ${JSON.stringify(script)}`,
  ].join("\n");
}
