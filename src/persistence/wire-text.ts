/**
 * A parameter in the text form of PostgreSQL's protocol, for both drivers, so that they accept the same values: a list
 * is an array of SQL, any other object is JSON, a Date is in UTC.
 */
export function toWireText(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return toArrayLiteral(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function toArrayLiteral(values: readonly unknown[]): string {
  let literal = "";
  for (const value of values) {
    if (literal !== "") literal += ",";
    literal += Array.isArray(value) ? toArrayLiteral(value) : toElement(value);
  }
  return `{${literal}}`;
}

const ESCAPED = /[\\"]/g;

function toElement(value: unknown): string {
  const text = toWireText(value);
  if (text === null) return "NULL";
  return `"${text.includes('"') || text.includes("\\") ? text.replace(ESCAPED, "\\$&") : text}"`;
}
