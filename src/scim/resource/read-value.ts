import { type Dialect, take, takeUnknown } from "../dialect/dialect.js";
import { badRequest, type ScimError } from "../errors.js";
import type { AttributeDefinition, JsonObject, JsonValue } from "../schema/attribute.js";
import { findByName } from "../schema/find-attribute.js";
import { isJsonObject } from "./check-structure.js";
import { readSimple } from "./read-simple.js";
import { wrongType } from "./wrong-type.js";

/** Most values of a multi-valued attribute other than group members. */
export const MAX_VALUES = 1_000;

/** Whether a client's value means "no value" (RFC 7643 section 2.5): null, an empty list, or nothing at all. */
function isUnassigned(value: JsonValue | undefined): value is undefined | null | [] {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/**
 * Whether nothing is assigned by this value: it is unassigned, or empty text. An empty string is stored nowhere, so
 * that "no title" has one form; where the type is no text, empty text is a deviation (OneLogin and JumpCloud send it
 * for whatever they do not know).
 */
export function isBlank(
  value: JsonValue | undefined,
  type: AttributeDefinition["type"],
  dialect: Dialect,
): value is undefined | null | "" | [] {
  if (isUnassigned(value)) return true;
  return value === "" && (type === "string" || take(dialect, "empty-text-unassigned"));
}

/**
 * Reads a client's value of one attribute into canonical JSON: canonical sub-attribute names in schema order,
 * read-only sub-attributes and unassigned values left out, duplicates removed.
 *
 * @param path how the attribute is called in errors, e.g. `name.givenName`
 * @returns undefined when nothing is assigned
 * @throws ScimError 400 invalidValue for a value of the wrong type, 400 invalidSyntax for an unknown sub-attribute
 */
export function readAttribute(
  value: JsonValue | undefined,
  attribute: AttributeDefinition,
  path: string,
  dialect: Dialect,
): JsonValue | undefined {
  if (isBlank(value, attribute.type, dialect)) return undefined;
  if (!attribute.multiValued) return readSingle(unwrapList(value, dialect), attribute, path, dialect);
  const elements = readElements(asList(value, path, dialect), attribute, path, dialect);
  return elements.length === 0 ? undefined : elements;
}

/** One value stands for a list of one where the dialect allows it; else 400 invalidValue. */
export function asList(value: JsonValue, path: string, dialect: Dialect): JsonValue[] {
  if (Array.isArray(value)) return value;
  if (take(dialect, "single-for-list")) return [value];
  throw wrongType(path, "an array", value);
}

/** A list of one stands for its value where the dialect allows it; anything else stays as it is. */
export function unwrapList(value: JsonValue, dialect: Dialect): JsonValue {
  if (!Array.isArray(value)) return value;
  const [only, ...others] = value;
  if (only === undefined || others.length > 0) return value;
  return take(dialect, "list-for-single") ? only : value;
}

/** Reads the elements of a multi-valued attribute; errors as `readAttribute`. */
export function readElements(
  values: readonly JsonValue[],
  attribute: AttributeDefinition,
  path: string,
  dialect: Dialect,
): JsonValue[] {
  if (values.length > MAX_VALUES && !isIdentifiedByValue(attribute)) {
    throw badRequest(
      "invalidValue",
      `"${path}" has ${values.length} values; at most ${MAX_VALUES} are allowed.`,
    );
  }
  const elements = new Map<string, JsonValue>();
  let primaries = 0;
  values.forEach((value, index) => {
    const element = isBlank(value, attribute.type, dialect)
      ? undefined
      : readSingle(value, attribute, `${path}[${index}]`, dialect);
    if (element === undefined) return;
    const identity = identityOf(element, attribute);
    if (elements.has(identity)) return;
    elements.set(identity, element);
    if (isJsonObject(element) && element["primary"] === true) primaries += 1;
  });
  if (primaries > 1) {
    throw badRequest("invalidValue", `"${path}" has ${primaries} primary values; one is allowed.`);
  }
  return [...elements.values()];
}

/** Whether elements of this attribute are told apart by their `value` alone, as group members are. */
export function isIdentifiedByValue(attribute: AttributeDefinition): boolean {
  return findByName(attribute.subAttributes, "value")?.mutability === "immutable";
}

/** Canonical sub-attribute order makes equal elements equal text. */
function identityOf(element: JsonValue, attribute: AttributeDefinition): string {
  const byValue = isIdentifiedByValue(attribute) && isJsonObject(element);
  return JSON.stringify(byValue ? element["value"] : element);
}

/** Reads one value, or one element of a multi-valued attribute; errors as `readAttribute`. */
export function readSingle(
  value: JsonValue,
  attribute: AttributeDefinition,
  path: string,
  dialect: Dialect,
): JsonValue | undefined {
  if (attribute.type === "complex") return readComplex(value, attribute, path, dialect);
  return readSimple(value, attribute, path, dialect);
}

function readComplex(
  value: JsonValue,
  attribute: AttributeDefinition,
  path: string,
  dialect: Dialect,
): JsonObject | undefined {
  const given = asComplexObject(value, attribute, path, dialect);
  const byName = readMembers(given, attribute.subAttributes ?? [], `${path}.`, dialect);
  const result: JsonObject = {};
  for (const subAttribute of attribute.subAttributes ?? []) {
    if (subAttribute.mutability === "readOnly") continue;
    const subPath = `${path}.${subAttribute.name}`;
    const read = readAttribute(byName.get(subAttribute), subAttribute, subPath, dialect);
    if (read !== undefined) result[subAttribute.name] = read;
  }
  if (Object.keys(result).length === 0 && Object.keys(given).length === 0) return undefined;
  for (const { name, required } of attribute.subAttributes ?? []) {
    if (required && result[name] === undefined)
      throw badRequest("invalidValue", `"${path}.${name}" is missing.`);
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

/**
 * The object form of a complex value; plain text stands for `{ value: text }` where there is a `value` and the dialect
 * allows it (Entra ID's `manager`).
 */
export function asComplexObject(
  value: JsonValue,
  attribute: AttributeDefinition,
  path: string,
  dialect: Dialect,
): JsonObject {
  if (isJsonObject(value)) return value;
  const hasValue = findByName(attribute.subAttributes, "value") !== undefined;
  if (typeof value === "string" && hasValue && take(dialect, "text-for-object")) return { value };
  throw wrongType(path, "an object", value);
}

/**
 * Pairs the keys of an object with attribute definitions, without regard to case.
 *
 * @param prefix what stands before the key in errors, e.g. `name.` or `urn:…:User:`
 * @throws ScimError 400 invalidSyntax for a key that is given twice, or not defined where the dialect minds
 */
export function readMembers(
  object: JsonObject,
  attributes: readonly AttributeDefinition[],
  prefix: string,
  dialect: Dialect,
): Map<AttributeDefinition, JsonValue> {
  const members = new Map<AttributeDefinition, JsonValue>();
  for (const [key, value] of Object.entries(object)) {
    const attribute = findByName(attributes, key);
    if (attribute === undefined) {
      if (takeUnknown(dialect, `${prefix}${key}`)) continue;
      throw unknownAttribute(`${prefix}${key}`);
    }
    if (members.has(attribute)) throw givenTwice(`${prefix}${key}`);
    members.set(attribute, value);
  }
  return members;
}

/** 400 for an attribute that no schema of the resource defines. */
export function unknownAttribute(path: string): ScimError {
  return badRequest("invalidSyntax", `"${path.slice(0, 300)}" is not a known attribute.`);
}

/** 400 for an attribute that appears in two spellings. */
export function givenTwice(path: string): ScimError {
  return badRequest("invalidSyntax", `"${path.slice(0, 300)}" is given twice, in different spellings.`);
}
