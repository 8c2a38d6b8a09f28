import { RE2JS } from "re2js";
import type { DictionaryField, DictionaryFieldType } from "../persistence/dictionary-store.js";
import { isStorableText } from "../scim/storable-text.js";
import { InvalidFieldError } from "./dictionary-errors.js";

/** The part of a field that an administrator decides. */
export type FieldDefinition = Pick<
  DictionaryField,
  | "name"
  | "key"
  | "category"
  | "type"
  | "multiValued"
  | "required"
  | "modifiable"
  | "uniqueValue"
  | "enabled"
  | "options"
>;

/** Most fields of one category, enabled or not. With 200 of them a POST still takes some milliseconds. */
export const MAX_FIELDS = 200;

const MAX_KEY_LENGTH = 64;
const MAX_ENUM_VALUES = 500;
const MAX_ENUM_LENGTH = 200;
const MAX_PATTERN_LENGTH = 500;
/** In instructions of RE2's program: a value of 8,000 characters then takes some ten milliseconds at most. */
const MAX_PATTERN_SIZE = 500;
/** In characters; the validator refuses longer text whatever a field says. */
export const MAX_TEXT = 8_192;
/** In characters; a unique value has to fit into an index row. */
export const MAX_UNIQUE_TEXT = 255;

/** RFC 7643 section 2.1 without `$`, which clients take for a JSON reference. */
const KEY = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** Names that every JavaScript object answers to: an attribute of that name would seem to be there when it is not. */
const RESERVED_KEYS: ReadonlySet<string> = new Set(
  [...Object.getOwnPropertyNames(Object.prototype), "prototype"].map((name) => name.toLowerCase()),
);

/**
 * What is stored of a definition: checked, with `modifiable` where `required` implies it. `notices` tell the
 * administrator what was changed about it.
 * @throws InvalidFieldError
 */
export function settleDefinition<T extends FieldDefinition>(given: T): { definition: T; notices: string[] } {
  checkKey(given.key);
  checkOptions(given);
  checkUnique(given);
  if (!given.required || given.modifiable) return { definition: given, notices: [] };
  return {
    definition: { ...given, modifiable: true },
    notices: [
      "modifiable was set to true: a required value has to be correctable, so required implies modifiable.",
    ],
  };
}

function checkKey(key: string): void {
  if (!KEY.test(key) || key.length > MAX_KEY_LENGTH) {
    throw new InvalidFieldError(
      "key",
      `must begin with a letter and go on with letters, digits, "-" or "_", at most ${MAX_KEY_LENGTH} characters`,
    );
  }
  if (RESERVED_KEYS.has(key.toLowerCase())) throw new InvalidFieldError("key", `"${key}" is reserved`);
}

function checkOptions({ type, options }: FieldDefinition): void {
  const { values, pattern, maxLength } = options;
  if (type === "enum") checkValues(values);
  else if (values !== undefined) throw new InvalidFieldError("values", "belongs to the type enum only");
  if (pattern !== undefined) {
    if (!isFreeText(type))
      throw new InvalidFieldError("pattern", "belongs to the types string and reference");
    checkPattern(pattern);
  }
  if (maxLength !== undefined) {
    if (!isFreeText(type)) {
      throw new InvalidFieldError("maxLength", "belongs to the types string and reference");
    }
    if (maxLength > MAX_TEXT) throw new InvalidFieldError("maxLength", `must be at most ${MAX_TEXT}`);
  }
}

/** Whether the type takes text that a pattern or length can restrict. */
export function isFreeText(type: DictionaryFieldType): boolean {
  return type === "string" || type === "reference";
}

function checkValues(values: readonly string[] | undefined): void {
  const refused = (reason: string) => new InvalidFieldError("values", reason);
  if (values === undefined || values.length === 0) throw refused("must list the permitted values of an enum");
  if (values.length > MAX_ENUM_VALUES) throw refused(`must list at most ${MAX_ENUM_VALUES} values`);
  for (const value of values) {
    if (value.trim() === "" || value.length > MAX_ENUM_LENGTH || !isStorableText(value)) {
      throw refused(`must be texts of 1 to ${MAX_ENUM_LENGTH} characters`);
    }
  }
  if (new Set(values).size < values.length) throw refused("must not list a value twice");
}

function checkPattern(pattern: string): void {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new InvalidFieldError("pattern", `must have at most ${MAX_PATTERN_LENGTH} characters`);
  }
  let size: number;
  try {
    size = RE2JS.compile(pattern).programSize();
  } catch {
    throw new InvalidFieldError(
      "pattern",
      "must be a regular expression in RE2 syntax (no look-around, no back-references); it has to match the whole value",
    );
  }
  if (size > MAX_PATTERN_SIZE) {
    throw new InvalidFieldError("pattern", "is too complex: use smaller repeat counts or fewer alternatives");
  }
}

/**
 * Unique values are identifiers: one text or whole number per resource. Of several values, or of booleans, decimals,
 * dates and listed words, there is no resource that one of them could stand for.
 */
function checkUnique({ type, multiValued, uniqueValue, options }: FieldDefinition): void {
  if (!uniqueValue) return;
  if (multiValued) throw new InvalidFieldError("unique", "is possible for single-valued fields only");
  if (!isFreeText(type) && type !== "integer") {
    throw new InvalidFieldError("unique", "is possible for the types string, integer and reference");
  }
  if ((options.maxLength ?? 0) > MAX_UNIQUE_TEXT) {
    throw new InvalidFieldError("maxLength", `must be at most ${MAX_UNIQUE_TEXT} for a unique field`);
  }
}
