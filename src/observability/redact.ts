/** What stands in the place of a value that must not be shown. */
export const REDACTED = "[redacted]";

/** How deep a logged object is followed; what lies deeper is left out. */
const MAX_DEPTH = 8;

/** How many entries of one logged array or object are shown. */
const MAX_ENTRIES = 100;

/**
 * Names whose values are secrets or personal data, compared without case, `-` and `_`. Names alone are no
 * protection for free text, so texts pass `redactText` as well.
 */
const SENSITIVE_ENDINGS = ["token", "secret", "password", "passwd", "secretkey", "apikey", "privatekey"];
const SENSITIVE_PARTS = ["mobile", "phone", "authorization", "cookie", "assertion", "email"];
const SENSITIVE_NAMES = new Set([
  "username",
  "givenname",
  "familyname",
  "middlename",
  "nickname",
  "formatted",
  "addresses",
  "idcard",
  "params",
  "parameters",
]);

/** Whether values under this name must not reach a log: credentials, contact data, names of people. */
export function isSensitiveName(name: string): boolean {
  const known = judgedNames.get(name);
  if (known !== undefined) return known;
  const sensitive = judgeName(name);
  if (judgedNames.size < MAX_JUDGED_NAMES) judgedNames.set(name, sensitive);
  return sensitive;
}

/** The same few names stand in every line; names out of a request body must not fill the memory. */
const judgedNames = new Map<string, boolean>();
const MAX_JUDGED_NAMES = 1_000;

function judgeName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[-_]/g, "");
  return (
    SENSITIVE_NAMES.has(plain) ||
    SENSITIVE_ENDINGS.some((ending) => plain.endsWith(ending)) ||
    SENSITIVE_PARTS.some((part) => plain.includes(part))
  );
}

/**
 * Credentials and mainland mobile numbers inside free text: an Authorization value, a `name=value` pair of a URL
 * or form, and eleven digits that begin like a mobile number and belong to no longer number and to no UUID. Every
 * expression runs in linear time.
 */
const TEXT_RULES: readonly [RegExp, string][] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{4,}/gi, `$1 ${REDACTED}`],
  [
    /\b(access_?token|refresh_?token|token|client_?secret|app_?secret|password|secret)(["']?\s?[=:]\s?["']?)[^\s"'&,;}]+/gi,
    `$1$2${REDACTED}`,
  ],
  [/(?<![\d.]|[\da-f]{4}-[\da-f]?)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)/gi, "[mobile]"],
];

/** The shortest text that a rule can find something in: `token=x`. */
const SHORTEST_FINDING = 7;

/**
 * Without one of these in it, a text is what it was: every rule needs a word or the first digits of a mobile number. Most texts of a
 * line are ids, paths and names, which then cost one look instead of three replacements (of 10 µs a request, 3).
 */
const SUSPICIOUS = /bearer|basic|token|secret|password|1[3-9]\d[ -]?\d{4}[ -]?\d{4}/i;

/** The text with credentials and mobile numbers blotted out. */
export function redactText(text: string): string {
  if (text.length < SHORTEST_FINDING || !SUSPICIOUS.test(text)) return text;
  let result = text;
  for (const [pattern, replacement] of TEXT_RULES) result = result.replaceAll(pattern, replacement);
  return result;
}

/**
 * `value` fit for a log, a copy where anything in it has to be replaced: what stands under a sensitive name is replaced, every text passes
 * `redactText`, and depth and width are bounded. Errors keep their type, message, stack, code and cause only,
 * because database errors carry the statement's parameters in further properties.
 */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (value === null || typeof value !== "object") return value;
  if (depth >= MAX_DEPTH) return "[too deep]";
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return value;
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((entry) => redactValue(entry, depth + 1));
  if (isPlain(value) && isFit(value, depth)) return value;
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, entry] of entries.slice(0, MAX_ENTRIES)) {
    const label = String(name);
    copy[label] = isSensitiveName(label) && !isEmpty(entry) ? REDACTED : redactValue(entry, depth + 1);
  }
  return copy;
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether nothing in the object needs to be replaced: the line of a request, for one, is then not copied. */
function isFit(value: Record<string, unknown>, depth: number): boolean {
  let entries = 0;
  for (const name in value) {
    entries += 1;
    const entry = value[name];
    if (entries > MAX_ENTRIES || redactValue(entry, depth + 1) !== entry) return false;
    if (isSensitiveName(name) && !isEmpty(entry)) return false;
  }
  return true;
}

/** Absence is no secret and often the very thing to be seen. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const code: unknown = "code" in error ? error.code : undefined;
  return {
    type: error.name,
    message: redactText(error.message),
    ...(error.stack !== undefined && { stack: redactText(error.stack) }),
    ...(typeof code === "string" && { code }),
    ...(error.cause !== undefined && { cause: redactValue(error.cause, depth + 1) }),
  };
}
