import { once } from "node:events";
import type { Response } from "express";
import type { RunRow } from "../../provisioning/reconciliation/runs.js";
import type { JsonValue } from "../../scim/schema/attribute.js";
import { CSV_BEGIN, type CsvCell, csvLine } from "./csv.js";

const COLUMNS = [
  "resourceType",
  "name",
  "resourceId",
  "remoteId",
  "kind",
  "field",
  "expected",
  "found",
  "choice",
  "action",
  "result",
  "reasonCode",
  "reason",
  "remedy",
  "settledAt",
] as const;

/** Answers the rows of a run that follow a row, in their order; none at the end. */
export type ReadRows = (after: string | undefined) => Promise<RunRow[]>;

/**
 * Streams rows as CSV, a line for each field that differs, and one for a row without any. Of what was read no more is
 * kept than the receiver is about to take. Phone numbers were masked before they were stored. What goes wrong in the
 * middle breaks the connection off, so that nobody takes a part for the whole.
 */
export async function streamRows(response: Response, first: RunRow[], readRows: ReadRows): Promise<void> {
  response.write(CSV_BEGIN + csvLine(COLUMNS));
  try {
    for (let rows = first; rows.length > 0 && !response.destroyed; rows = await readRows(rows.at(-1)?.id)) {
      const goesOn = response.write(rows.flatMap(linesOf).join(""));
      // A receiver that went away drains nothing any more.
      if (!goesOn) await Promise.race([once(response, "drain"), once(response, "close")]);
    }
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  }
}

function linesOf(row: RunRow): string[] {
  const drifts = row.drifts.length === 0 ? [undefined] : row.drifts;
  return drifts.map((drift) =>
    csvLine([
      row.resourceType,
      row.name,
      row.resourceId,
      row.remoteId,
      row.kind,
      drift?.field ?? null,
      drift === undefined ? null : cellOf(drift.expected),
      drift === undefined ? null : cellOf(drift.found),
      drift?.choice ?? null,
      row.action,
      row.result,
      row.reason?.code ?? null,
      row.reason?.message ?? null,
      row.reason?.remedy ?? null,
      row.settledAt?.toISOString() ?? null,
    ]),
  );
}

function cellOf(value: JsonValue): CsvCell {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
