/** A piece of a filter or path; `at` is its 1-based position in characters. */
export type Token =
  | { kind: "word"; text: string; at: number }
  | { kind: "string"; value: string; at: number }
  | { kind: "number"; value: number; text: string; at: number }
  /** Text without quotes that is neither a name nor a number, such as `j.doe@example.com`. */
  | { kind: "bare"; text: string; at: number }
  | { kind: "(" | ")" | "[" | "]" | "end"; at: number };

/** Raises the caller's error for something wrong at a 1-based position. */
export type Refuse = (at: number, problem: string) => never;

// Sticky expressions over disjoint character classes: each looks at a character once, so reading is linear.
const SPACE = /[ \t]+/y;
const WORD = /[A-Za-z$_.][\w$.:-]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD_CHARACTER = /[\w$.:-]/;
const BARE = /[^ \t()[\]"]+/y;
const DELIMITER = /[ \t()[\]"]/;

/**
 * Cuts a filter (RFC 7644 section 3.4.2.2) or a PATCH path (section 3.5.2) into tokens, in linear time. With
 * `bareText`, what is no token of the RFC's grammar becomes one of kind `bare` up to the next space or bracket.
 */
export function readTokens(text: string, refuse: Refuse, bareText = false): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  const match = (expression: RegExp): string | undefined => {
    expression.lastIndex = position;
    const found = expression.exec(text)?.[0];
    position += found?.length ?? 0;
    return found;
  };
  while (true) {
    match(SPACE);
    const at = position + 1;
    const character = text[position];
    if (character === undefined) {
      tokens.push({ kind: "end", at });
      return tokens;
    }
    if (character === "(" || character === ")" || character === "[" || character === "]") {
      position += 1;
      tokens.push({ kind: character, at });
      continue;
    }
    if (character === '"') {
      const end = endOfString(text, position);
      if (end === undefined) refuse(at, "the string that starts here is not closed");
      tokens.push({ kind: "string", value: readString(text.slice(position, end), at, refuse), at });
      position = end;
      continue;
    }
    const start = position;
    const isWhole = () => {
      const next = text[position];
      return next === undefined || DELIMITER.test(next);
    };
    const word = match(WORD);
    if (word !== undefined && (isWhole() || !bareText)) {
      tokens.push({ kind: "word", text: word, at });
      continue;
    }
    const number = word === undefined ? match(NUMBER) : undefined;
    if (bareText && (number === undefined || !isWhole())) {
      position = start;
      tokens.push({ kind: "bare", text: match(BARE) ?? "", at });
      continue;
    }
    if (number === undefined) {
      const shown = JSON.stringify(String.fromCodePoint(text.codePointAt(position) ?? 0));
      refuse(at, `unexpected character ${shown}`);
    }
    const value = Number(number);
    const next = text[position];
    if (!Number.isFinite(value)) refuse(at, "the number is too large");
    if (next !== undefined && WORD_CHARACTER.test(next)) refuse(at, "this is not a number");
    tokens.push({ kind: "number", value, text: number, at });
  }
}

/** The index after the closing quote, or undefined when there is none. */
function endOfString(text: string, start: number): number | undefined {
  for (let index = start + 1; index < text.length; index += 1) {
    const character = text[index];
    if (character === "\\") index += 1;
    else if (character === '"') return index + 1;
  }
  return undefined;
}

/** Strings are JSON strings (RFC 7644 figure 1), with every JSON escape, even of half a surrogate pair. */
function readString(literal: string, at: number, refuse: Refuse): string {
  let value: unknown;
  try {
    value = JSON.parse(literal);
  } catch {
    refuse(at, "the string has an escape or control character that JSON does not allow");
  }
  return typeof value === "string" ? value : refuse(at, "this is not a string");
}
