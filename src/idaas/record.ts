import { badRequest, type ScimError } from "../scim/errors.js";
import type { JsonObject, JsonValue } from "../scim/schema/attribute.js";

/** What a push says about one attribute of a resource. */
export interface AttributeChange {
  /** The extension that defines the attribute; core where absent. */
  urn?: string;
  name: string;
  /** Null takes the value away. */
  value: JsonValue | null;
}

/** The body of a push as an object. @throws ScimError 400 invalidSyntax for anything else */
export function readRecord(body: unknown): JsonObject {
  if (isRecord(body)) return body;
  throw badRequest("invalidSyntax", "The body must be a JSON object.");
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first of the members that is there at all, null included; undefined when none is. */
export function member(record: JsonObject, ...names: string[]): JsonValue | undefined {
  const name = names.find((candidate) => Object.hasOwn(record, candidate) && record[candidate] !== null);
  if (name !== undefined) return record[name];
  return names.some((candidate) => Object.hasOwn(record, candidate)) ? null : undefined;
}

/**
 * The text of a member: ids may be sent as numbers, and null and the empty text both mean "none" (null).
 * @throws ScimError 400 invalidValue for a list, an object or a boolean, and for a number that was rounded on its way
 */
export function textOf(value: JsonValue | undefined, name: string): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "string") return value;
  if (typeof value === "number" && isExact(value)) return String(value);
  throw wrongMember(name, "text");
}

/** Whole numbers of many digits arrive as text; what is beyond them here was written with a point or an exponent. */
function isExact(number: number): boolean {
  return Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
}

/** A yes or no, also as text; null for none. @throws ScimError 400 invalidValue for anything else */
export function flagOf(value: JsonValue | undefined, name: string): boolean | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.toLowerCase() : undefined;
  if (word !== "true" && word !== "false") throw wrongMember(name, "true or false");
  return word === "true";
}

/**
 * A list of at most `limit` elements; null and an absent member have none.
 * @throws ScimError 400 invalidValue for anything else or a longer one
 */
export function listOf(value: JsonValue | undefined, name: string, limit: number): readonly JsonValue[] {
  if (value === undefined || value === null || value === "") return [];
  if (!Array.isArray(value)) throw wrongMember(name, "a list");
  if (value.length > limit) throw badRequest("invalidValue", `"${name}" has more than ${limit} elements.`);
  return value;
}

/** The refusal of a member of the wrong kind. */
export function wrongMember(name: string, wanted: string): ScimError {
  return badRequest("invalidValue", `"${name}" takes ${wanted}.`);
}
