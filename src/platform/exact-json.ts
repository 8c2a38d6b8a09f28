/**
 * Parses JSON without corrupting 64-bit integers: a whole number of 16 digits or more becomes a string of its
 * digits, as `JSON.parse` would round it (DingTalk's department `order` has 18 digits, IDaaS 1.x ids 19).
 * @throws SyntaxError when the text is not JSON
 */
export function parseExactJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!/\d{16}/.test(text)) return value;
  // The text is known to be valid JSON here, so every string ends and the pattern runs in linear time.
  const exact = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    /^-?\d{16,}$/.test(token) ? `"${token}"` : token,
  );
  return JSON.parse(exact);
}

const MARK = "\u0000integer:";
const MARKED = /"\\u0000integer:(-?\d+)"/g;

/** Writes JSON in which a `bigint` is a bare integer of all its digits. */
export function writeExactJson(value: unknown): string {
  let marked = false;
  const text = JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== "bigint") return member;
    marked = true;
    return `${MARK}${member}`;
  });
  // Nothing else begins with U+0000: text with it is stored nowhere.
  return marked ? text.replace(MARKED, "$1") : text;
}
