import { type Dialect, take as takeQuirk } from "../dialect/dialect.js";
import { badRequest } from "../errors.js";
import { isStorableText } from "../storable-text.js";
import type { AttributePath, ComparisonOperator, Filter, FilterValue } from "./ast.js";
import { readAttributePath } from "./attribute-path.js";
import { type Refuse, readTokens, type Token } from "./read-tokens.js";

/** What one filter may cost. */
export interface FilterLimits {
  /** Longest accepted text, in characters. */
  maxLength: number;
  /** Deepest nesting of parentheses, `not` and brackets. */
  maxDepth: number;
  /** Most comparisons and `pr` tests. */
  maxClauses: number;
}

/** Far above what identity providers send, far below what costs noticeable time. */
const DEFAULT_LIMITS: FilterLimits = { maxLength: 8_000, maxDepth: 32, maxClauses: 100 };

/** How a filter is read. */
export interface FilterOptions {
  /** Limits other than the usual ones. */
  limits?: Partial<FilterLimits>;
  /** What the client may deviate in; without it the RFC alone counts. */
  dialect?: Dialect;
}

/** A PATCH path as written: an attribute, perhaps with a filter on its elements and a sub-attribute behind it. */
export interface PatchPath {
  path: AttributePath;
  filter?: Filter;
  /** The sub-attribute after the bracket; one before it is in `path`. */
  subAttribute?: string;
}

/**
 * Parses a filter (RFC 7644 section 3.4.2.2): `not` before `and` before `or`, names and operators in any case, any
 * run of spaces. Where the dialect allows it, it takes `emails[type eq "work"].value eq "x"`, which Entra ID's
 * reference queries use, as one condition on the same element, and values without quotes. Takes linear time.
 *
 * @throws ScimError 400 invalidFilter, naming the position, for anything malformed or above the limits.
 */
export function parseFilter(text: string, options: FilterOptions = {}): Filter {
  const allowed = { ...DEFAULT_LIMITS, ...options.limits };
  const refuse: Refuse = (at, problem) => {
    throw badRequest("invalidFilter", `The filter cannot be read at character ${at}: ${problem}.`);
  };
  refuseLongText(text, allowed, refuse);
  const { dialect } = options;
  const tokens = readTokens(text, refuse, dialect?.allows("unquoted-filter-value"));
  const parser = filterParser(tokens, allowed, refuse, dialect);
  const filter = parser.filter(0, false);
  parser.end();
  return filter;
}

/**
 * Parses the path of a PATCH operation (RFC 7644 section 3.5.2, figure 7).
 *
 * @throws ScimError 400 invalidPath; 400 invalidFilter for what is wrong inside the brackets.
 */
export function parsePatchPath(text: string): PatchPath {
  const opening = text.indexOf("[");
  const closing = text.lastIndexOf("]");
  const refuse: Refuse = (at, problem) => {
    const inFilter = opening >= 0 && at > opening + 1 && (closing < opening || at <= closing + 1);
    throw badRequest(
      inFilter ? "invalidFilter" : "invalidPath",
      `The path cannot be read at character ${at}: ${problem}.`,
    );
  };
  refuseLongText(text, DEFAULT_LIMITS, refuse);
  const tokens = readTokens(text, refuse);
  // "add emails[type eq "x"].value" stores what the brackets say; a filter only looks for it.
  for (const token of tokens) {
    if (token.kind === "string" && !isStorableText(token.value)) {
      refuse(token.at, "the string has a character that is not allowed");
    }
  }
  const parser = filterParser(tokens, DEFAULT_LIMITS, refuse, undefined);
  const path = parser.patchPath();
  parser.end();
  return path;
}

function refuseLongText(text: string, limits: FilterLimits, refuse: Refuse): void {
  if (text.length > limits.maxLength) {
    refuse(limits.maxLength + 1, `it is longer than ${limits.maxLength} characters`);
  }
}

const OPERATORS: Record<ComparisonOperator, true> = {
  eq: true,
  ne: true,
  co: true,
  sw: true,
  ew: true,
  gt: true,
  ge: true,
  lt: true,
  le: true,
};

function isOperator(word: string): word is ComparisonOperator {
  return Object.hasOwn(OPERATORS, word);
}

/** Recursive descent; `depth` is carried down so that no input can exhaust the stack. */
function filterParser(
  tokens: readonly Token[],
  limits: FilterLimits,
  refuse: Refuse,
  dialect: Dialect | undefined,
) {
  let next = 0;
  let clauses = 0;

  // The last token is always "end", so running past it keeps giving "end".
  const peek = (ahead = 0): Token =>
    tokens[Math.min(next + ahead, tokens.length - 1)] ?? { kind: "end", at: 1 };
  const take = (): Token => {
    const token = peek();
    next += 1;
    return token;
  };
  const keyword = (token: Token): string | undefined =>
    token.kind === "word" ? token.text.toLowerCase() : undefined;
  const expect = (kind: Token["kind"], wanted: string): void => {
    const token = take();
    if (token.kind !== kind) refuse(token.at, `expected ${wanted}, found ${describe(token)}`);
  };
  const deeper = (depth: number, at: number): number => {
    if (depth >= limits.maxDepth) refuse(at, `it is nested deeper than ${limits.maxDepth} levels`);
    return depth + 1;
  };

  function joined(
    kind: "and" | "or",
    operand: (depth: number, inElement: boolean) => Filter,
  ): (depth: number, inElement: boolean) => Filter {
    return (depth, inElement) => {
      const first = operand(depth, inElement);
      if (keyword(peek()) !== kind) return first;
      const operands = [first];
      while (keyword(peek()) === kind) {
        take();
        operands.push(operand(depth, inElement));
      }
      return { kind, operands };
    };
  }

  function group(depth: number, inElement: boolean): Filter {
    const opening = take();
    const filter = anyOf(deeper(depth, opening.at), inElement);
    expect(")", 'a closing ")"');
    return filter;
  }

  function term(depth: number, inElement: boolean): Filter {
    const token = peek();
    if (token.kind === "(") return group(depth, inElement);
    if (keyword(token) === "not" && peek(1).kind === "(") {
      take();
      return { kind: "not", operand: group(depth, inElement) };
    }
    const path = attributePath();
    if (peek().kind !== "[") return test(path);
    if (inElement) refuse(peek().at, "brackets cannot stand inside brackets");
    const filter = elementFilter(depth);
    const behind = subAttributeBehind();
    if (behind === undefined) return { kind: "valuePath", path, filter };
    if (dialect === undefined || !takeQuirk(dialect, "condition-behind-brackets")) {
      refuse(token.at, "a condition must stand inside the brackets");
    }
    return { kind: "valuePath", path, filter: { kind: "and", operands: [filter, test(behind)] } };
  }

  function elementFilter(depth: number): Filter {
    const opening = take();
    const filter = anyOf(deeper(depth, opening.at), true);
    expect("]", 'a closing "]"');
    return filter;
  }

  /** `.value` directly after a bracket. */
  function subAttributeBehind(): AttributePath | undefined {
    const token = peek();
    if (token.kind !== "word" || !token.text.startsWith(".")) return undefined;
    take();
    const path = readAttributePath(token.text.slice(1));
    if (path === undefined || path.subAttribute !== undefined || path.schema !== undefined) {
      refuse(token.at, "expected one sub-attribute name after the bracket");
    }
    return path;
  }

  function attributePath(): AttributePath {
    const token = take();
    if (token.kind !== "word") refuse(token.at, `expected an attribute name, found ${describe(token)}`);
    const path = readAttributePath(token.text);
    if (path === undefined) refuse(token.at, `"${token.text}" is not an attribute name`);
    return path;
  }

  function test(path: AttributePath): Filter {
    const token = take();
    clauses += 1;
    if (clauses > limits.maxClauses) refuse(token.at, `it has more than ${limits.maxClauses} conditions`);
    const operator = keyword(token);
    if (operator === "pr") return { kind: "present", path };
    if (operator === undefined || !isOperator(operator)) {
      refuse(token.at, `expected an operator such as eq, found ${describe(token)}`);
    }
    return { kind: "comparison", path, operator, ...comparisonValue() };
  }

  function comparisonValue(): { value: FilterValue; unquoted?: string } {
    const token = take();
    if (token.kind === "string") return { value: token.value };
    const mayBeText = dialect?.allows("unquoted-filter-value") === true;
    if (token.kind === "number") return { value: token.value, ...(mayBeText && { unquoted: token.text }) };
    const word = keyword(token);
    if (word === "null") return { value: null };
    if (token.kind === "word" && (word === "true" || word === "false")) {
      return { value: word === "true", ...(mayBeText && { unquoted: token.text }) };
    }
    if ((token.kind === "word" || token.kind === "bare") && mayBeText) {
      dialect.note("unquoted-filter-value");
      return { value: token.text };
    }
    return refuse(
      token.at,
      `expected a value in double quotes, a number, true, false or null, found ${describe(token)}`,
    );
  }

  const anyOf: (depth: number, inElement: boolean) => Filter = joined("or", joined("and", term));

  return {
    filter: anyOf,
    patchPath(): PatchPath {
      const path = attributePath();
      if (peek().kind !== "[") return { path };
      const filter = elementFilter(0);
      const behind = subAttributeBehind();
      return behind === undefined ? { path, filter } : { path, filter, subAttribute: behind.attribute };
    },
    end(): void {
      const token = peek();
      if (token.kind !== "end") refuse(token.at, `expected the end, found ${describe(token)}`);
    },
  };
}

function describe(token: Token): string {
  switch (token.kind) {
    case "end":
      return "the end";
    case "word":
    case "bare":
      return `"${token.text}"`;
    case "string":
      return "a string";
    case "number":
      return "a number";
    case "(":
    case ")":
    case "[":
    case "]":
      return `"${token.kind}"`;
    default: {
      const never: never = token;
      return never;
    }
  }
}
