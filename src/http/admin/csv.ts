/** What a cell can hold. */
export type CsvCell = string | number | boolean | null;

/** How a file begins, so that spreadsheets read it as UTF-8 and Chinese names are not garbled. */
export const CSV_BEGIN = "\uFEFF";

/**
 * What spreadsheets take for the beginning of a formula, in half and full width. Values come from other systems, and a
 * cell such as `=HYPERLINK(…)` would run at whoever opens the file (OWASP, "CSV Injection").
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u;

/** One line of a CSV file (RFC 4180): every cell in quotes, and none that a spreadsheet would take for a formula. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(cell: CsvCell): string {
  const text = cell === null ? "" : String(cell);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
