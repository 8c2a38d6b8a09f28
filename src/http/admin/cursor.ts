import { ProblemError } from "../problem-error.js";
import { idSchema } from "./read-input.js";

/** A page of an admin list. */
export interface Page<T> {
  items: T[];
  /** For the next page's `cursor`; null on the last page. */
  nextCursor: string | null;
}

/** The id after which a page begins, out of the caller's cursor. @throws ProblemError 400 invalid_cursor */
export function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const result = idSchema.safeParse(Buffer.from(cursor, "base64url").toString("utf8"));
  if (result.success) return result.data;
  throw new ProblemError(
    400,
    "invalid_cursor",
    "The cursor is not one of this list; begin again without it.",
  );
}

/** Makes a page of up to `limit` entries out of the `limit + 1` that were read. */
export function toPage<Row extends { id: string }, T>(
  rows: readonly Row[],
  limit: number,
  present: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(present),
    nextCursor: last === undefined ? null : writeCursor(last.id),
  };
}

/** The cursor of a page that begins after this id. */
export function writeCursor(id: string): string {
  return Buffer.from(id, "utf8").toString("base64url");
}
