import type { AttributeDefinition, JsonValue } from "./schema/attribute.js";

/** Longest key, in UTF-16 units: four such keys fit into one index page together with their paths. */
const MAX_KEY_LENGTH = 200;

/**
 * The key under which the search index holds a value of an attribute, for a filter to look up. Only a candidate: every
 * value that equals `value` by the rules of SCIM has this key, and so may others.
 *
 * - text: folded, whatever caseExact says, and cut to {@link MAX_KEY_LENGTH}. Equal texts have equal keys, and the key
 *   of a prefix is a prefix of the key. The order of keys is that of the texts without regard to case, but not the one
 *   that the database's `lower` gives: no `gt` and `lt` on them.
 * - numbers and dateTimes: 16 hex digits in the order of the values.
 * - booleans: `true` and `false`.
 *
 * Undefined where the value does not fit the attribute's type, so that nothing stored can equal it.
 */
export function searchKey(
  attribute: Pick<AttributeDefinition, "type">,
  value: JsonValue,
): string | undefined {
  switch (attribute.type) {
    case "string":
    case "reference":
    case "binary":
      return typeof value === "string" ? textKey(value) : undefined;
    case "integer":
    case "decimal":
      return typeof value === "number" ? numberKey(value) : undefined;
    case "dateTime":
      return typeof value === "string" ? instantKey(value) : undefined;
    case "boolean":
      return typeof value === "boolean" ? String(value) : undefined;
    case "complex":
      return undefined;
    default:
      return attribute.type satisfies never;
  }
}

/**
 * The keys of one kind are in the order of the values: the order in which a list is sorted.
 *
 * - `plain`: what {@link searchKey} gives for every type but dateTime
 * - `exact`: text as it is, cut to {@link MAX_KEY_LENGTH} characters: the order where case counts
 * - `dateTime`: moments, which a text that is a date has beside its other keys
 */
export type KeyKind = "plain" | "exact" | "dateTime";

/** The kind of key that a value of an attribute is looked up by. */
export function lookUpKind({ type }: Pick<AttributeDefinition, "type">): KeyKind {
  return type === "dateTime" ? "dateTime" : "plain";
}

/** The kind of key that lists are sorted by (RFC 7644 section 3.4.2.3); undefined where there is no order. */
export function sortKind({
  type,
  caseExact,
}: Pick<AttributeDefinition, "type" | "caseExact">): KeyKind | undefined {
  switch (type) {
    case "string":
    case "reference":
      return caseExact ? "exact" : "plain";
    case "dateTime":
      return "dateTime";
    case "integer":
    case "decimal":
    case "boolean":
      return "plain";
    case "binary":
    case "complex":
      return undefined;
    default:
      return type satisfies never;
  }
}

/**
 * Every key that a stored value may be looked up or sorted by, whatever type its attribute has or gets: a text that is
 * a date has three. So the index stays right when a dictionary field is disabled, becomes unique (case exact) or changes
 * its type, as far as it can with values.
 */
export function storedKeys(value: JsonValue): { kind: KeyKind; key: string }[] {
  if (typeof value === "string") {
    const instant = instantKey(value);
    return [
      { kind: "plain", key: textKey(value) },
      { kind: "exact", key: exactKey(value) },
      ...(instant === undefined ? [] : [{ kind: "dateTime", key: instant } as const]),
    ];
  }
  if (typeof value === "number") return [{ kind: "plain", key: numberKey(value) }];
  return typeof value === "boolean" ? [{ kind: "plain", key: String(value) }] : [];
}

function exactKey(text: string): string {
  // No text has fewer UTF-16 units than characters.
  return text.length <= MAX_KEY_LENGTH ? text : Array.from(text).slice(0, MAX_KEY_LENGTH).join("");
}

/** The key of a text, see {@link searchKey}. */
export function textKey(text: string): string {
  const folded = fold(text);
  if (folded.length <= MAX_KEY_LENGTH) return folded;
  const cut = folded.slice(0, MAX_KEY_LENGTH);
  // Half a surrogate pair is no text that a database takes.
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

const ASCII = /^[\0-\x7f]*$/;

/**
 * Folds coarser than any database's `lower`, which depends on its locale: whatever that takes for equal is equal here.
 * Up and down again makes one of `ß` and `ẞ`, `ı` and `i`; a final sigma is a sigma; the dot that JavaScript leaves of
 * `İ` is dropped.
 */
function fold(text: string): string {
  const lower = text.toLowerCase();
  if (ASCII.test(text)) return lower;
  const upper = lower.toUpperCase();
  // Chinese, and whatever else has no case.
  if (upper === lower && !lower.includes("\u0307")) return lower;
  return upper.toLowerCase().replaceAll("ς", "σ").replaceAll("\u0307", "");
}

const scratch = new DataView(new ArrayBuffer(8));

/** The bits of a double, flipped so that they sort as text in the order of the numbers. */
function numberKey(value: number): string {
  // Minus zero equals zero.
  scratch.setFloat64(0, value === 0 ? 0 : value);
  const bits = scratch.getBigUint64(0);
  const sortable = bits >> 63n === 1n ? ~bits & 0xffff_ffff_ffff_ffffn : bits | (1n << 63n);
  return sortable.toString(16).padStart(16, "0");
}

const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** The key of a moment in whole milliseconds, rounded as PostgreSQL does: first to microseconds, then down. */
function instantKey(text: string): string | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [, seconds = "", fraction = "0", zone = ""] = match;
  // The database knows no year 0 and takes all of it for minus infinity.
  if (seconds.startsWith("0000")) return numberKey(Number.NEGATIVE_INFINITY);
  const whole = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(whole)) return undefined;
  return numberKey(whole + Math.floor(Math.round(Number(`0.${fraction}`) * 1_000_000) / 1_000));
}
