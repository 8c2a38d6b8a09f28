import type { RowCount, RunRowKind, RunRowResult } from "../../persistence/run-row-store.js";
import type { Run } from "../../persistence/run-store.js";

/** A run in numbers. */
export interface RunSummary {
  /** Records that are as they were sent. */
  same: number;
  /** Differences left alone by a decision or the policy. */
  ignored: number;
  /** Rows by what was found. */
  found: Record<RunRowKind, number>;
  /** Rows by what became of what was ordered: counted from the vendor's answers. */
  results: Record<RunRowResult, number>;
}

/** Puts a run's counts together. */
export function summarise({ progress }: Run, counts: readonly RowCount[]): RunSummary {
  const summary: RunSummary = {
    same: progress.same,
    ignored: progress.ignored,
    found: {
      drift: 0,
      missing: 0,
      unlinked: 0,
      orphan: 0,
      foreign: 0,
      pending: 0,
      undelivered: 0,
      "not-comparable": 0,
    },
    results: { ordered: 0, done: 0, failed: 0, held: 0, skipped: 0 },
  };
  for (const { kind, result, count } of counts) {
    summary.found[kind] += count;
    if (result !== null) summary.results[result] += count;
  }
  return summary;
}
