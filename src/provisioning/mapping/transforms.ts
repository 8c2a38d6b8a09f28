import type { JsonObject, JsonValue } from "../../scim/schema/attribute.js";

/** What a target field holds: text, true or false, or Unix time in milliseconds. */
export type FieldKind = "text" | "boolean" | "time";

/** A small named step from the values at a path to the value of a field. */
export interface Transform {
  gives: FieldKind;
  /** Whether it wants every value at the path; most want one. */
  takesAll?: true;
  /** The field's value; undefined where the given values hold none. Never invents one. */
  apply(values: readonly JsonValue[]): string | boolean | number | undefined;
  /**
   * A value at the path that `apply` makes the given one of; null where there is none. Whether it does is for the caller
   * to check. Absent where nobody can say. `before` is what stands there.
   */
  invert?: (value: JsonValue, before: JsonValue | undefined) => JsonValue;
}

const one =
  <T>(read: (value: JsonValue) => T | undefined) =>
  (values: readonly JsonValue[]): T | undefined => {
    const [value] = values;
    return value === undefined ? undefined : read(value);
  };

/** Every transform by the name that a mapping uses. */
export const TRANSFORMS = {
  /** The text itself, trimmed. */
  text: { gives: "text", apply: one(textOf), invert: same },
  lowerCase: { gives: "text", apply: one((value) => textOf(value)?.toLowerCase()), invert: same },
  upperCase: { gives: "text", apply: one((value) => textOf(value)?.toUpperCase()), invert: same },
  /** Every value, with a comma and a blank in between. */
  join: { gives: "text", takesAll: true, apply: joined },
  /** A text as it is; of a `name`, family and given name (together in Chinese, given name first otherwise). */
  personName: { gives: "text", apply: one(personName), invert: same },
  /** What stands in front of the @, e.g. as a login name. */
  beforeAt: { gives: "text", apply: one((value) => blankIsAbsent(textOf(value)?.split("@")[0])) },
  /** A BCP 47 language tag as one of the vendor's two languages: Chinese or English; others give none. */
  language: { gives: "text", apply: one(language), invert: languageTag },
  /** A date or dateTime as Unix milliseconds; a date without time counts from midnight UTC. */
  date: { gives: "time", apply: one(milliseconds), invert: dateText },
  boolean: { gives: "boolean", apply: one(booleanOf), invert: same },
} as const satisfies Record<string, Transform>;

/** The name of a transform. */
export type TransformName = keyof typeof TRANSFORMS;

function same(value: JsonValue): JsonValue {
  return value;
}

function languageTag(value: JsonValue): JsonValue {
  return value === "zh_CN" ? "zh-CN" : value === "en_US" ? "en-US" : null;
}

/** A date stays a date where the moment is a midnight. */
function dateText(value: JsonValue, before: JsonValue | undefined): JsonValue {
  if (typeof value !== "number") return null;
  const text = new Date(value).toISOString();
  const isDate = typeof before === "string" && /^\d{4}-\d\d-\d\d$/.test(before.trim());
  return isDate && text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text;
}

function textOf(value: JsonValue): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" ? blankIsAbsent(value) : undefined;
}

function blankIsAbsent(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === "" ? undefined : trimmed;
}

function joined(values: readonly JsonValue[]): string | undefined {
  return blankIsAbsent(values.flatMap((value) => textOf(value) ?? []).join(", "));
}

function personName(value: JsonValue): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return textOf(value);
  const family = partOf(value, "familyName");
  const given = partOf(value, "givenName");
  if (family === undefined || given === undefined) return family ?? given;
  return isHan(family) && isHan(given) ? `${family}${given}` : `${given} ${family}`;
}

function partOf(name: JsonObject, part: string): string | undefined {
  return textOf(name[part] ?? null);
}

function isHan(value: string): boolean {
  return /^\p{Script=Han}+$/u.test(value);
}

function language(value: JsonValue): string | undefined {
  const primary = textOf(value)?.toLowerCase().split(/[-_]/)[0];
  return primary === "zh" ? "zh_CN" : primary === "en" ? "en_US" : undefined;
}

function milliseconds(value: JsonValue): number | undefined {
  const text = typeof value === "string" ? blankIsAbsent(value) : undefined;
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function booleanOf(value: JsonValue): boolean | undefined {
  if (typeof value === "boolean") return value;
  const word = textOf(value)?.toLowerCase();
  return word === "true" ? true : word === "false" ? false : undefined;
}
