/**
 * DingTalk's `order` values have 18 digits, more than a JavaScript number holds. The simulator keeps them exact
 * both ways, so that a client which reads them with a plain `JSON.parse` and writes them back is caught.
 */

/** A string as a whole, or an integer: digits of a fraction or an exponent have something before or behind. */
const STRING_OR_LONG_INTEGER = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/**
 * Parses JSON; integers of 16 and more digits arrive as strings of digits.
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExactJson(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  // Only text known to be valid JSON reaches the pattern: on an unclosed string it would take quadratic time.
  if (!/\d{16}/.test(text)) return plain;
  return JSON.parse(
    text.replace(STRING_OR_LONG_INTEGER, (token) => (token.startsWith('"') ? token : `"${token}"`)),
  );
}

const MARK = "\u0000bigint:";
const MARKED = /"\\u0000bigint:(-?\d+)"/g;

/** Writes JSON in which a `bigint` becomes a bare integer of all its digits. */
export function writeExactJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, member: unknown) =>
    typeof member === "bigint" ? `${MARK}${member}` : member,
  );
  return text.replace(MARKED, "$1");
}
