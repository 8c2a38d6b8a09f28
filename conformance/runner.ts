import type { Check } from "./check.js";
import { Skipped } from "./expect.js";
import { createSurroundings, type Target } from "./surroundings.js";

/** How one check went. */
export interface Outcome {
  check: Check;
  result: "passed" | "failed" | "skipped";
  /** What is wrong, or why it was skipped. */
  message?: string;
  tookMs: number;
}

/** Runs one check and deletes what it made. Never throws: an unexpected error is a failed check. */
export async function runCheck(target: Target, check: Check): Promise<Outcome> {
  const startedAt = performance.now();
  const surroundings = createSurroundings(target);
  const outcome = await check.run(surroundings).then(
    () => ({ result: "passed" }) as const,
    (error: unknown) => ({
      result: error instanceof Skipped ? ("skipped" as const) : ("failed" as const),
      message: error instanceof Error ? error.message : String(error),
    }),
  );
  // A check that fails half-way may have deleted already what is deleted here; what a server refuses to delete
  // has been the subject of a check of its own.
  await surroundings.cleanUp().catch(() => undefined);
  return { check, ...outcome, tookMs: performance.now() - startedAt };
}
