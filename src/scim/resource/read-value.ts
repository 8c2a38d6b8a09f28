import { badRequest, type ScimError } from "../errors.js";
import type { AttributeDefinition, JsonObject, JsonValue } from "../schema/attribute.js";
import { findByName } from "../schema/find-attribute.js";
import { isStorableText } from "../storable-text.js";
import { isJsonObject } from "./check-structure.js";
import { readDateTime } from "./date-time.js";

/** Most values of a multi-valued attribute other than group members. */
export const MAX_VALUES = 1_000;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * Whether a client's value means "no value" (RFC 7643 section 2.5). Empty text counts too: OneLogin and JumpCloud
 * send it for what they do not know.
 */
export function isUnassigned(value: JsonValue | undefined): value is undefined | null | "" | [] {
  return (
    value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

/**
 * Reads a client's value of one attribute into canonical JSON: canonical sub-attribute names in schema order,
 * read-only sub-attributes and unassigned values left out, duplicates removed. Accepts `"True"` and `"false"` for
 * booleans (Entra ID) and plain text for a complex attribute that has a `value` (Entra ID's `manager`).
 *
 * @param path how the attribute is called in errors, e.g. `name.givenName`
 * @returns undefined when nothing is assigned
 * @throws ScimError 400 invalidValue for a value of the wrong type, 400 invalidSyntax for an unknown sub-attribute
 */
export function readAttribute(
  value: JsonValue | undefined,
  attribute: AttributeDefinition,
  path: string,
): JsonValue | undefined {
  if (isUnassigned(value)) return undefined;
  if (!attribute.multiValued) return readSingle(value, attribute, path);
  if (!Array.isArray(value)) throw wrongType(path, "an array", value);
  const elements = readElements(value, attribute, path);
  return elements.length === 0 ? undefined : elements;
}

/** Reads the elements of a multi-valued attribute; errors as `readAttribute`. */
export function readElements(
  values: readonly JsonValue[],
  attribute: AttributeDefinition,
  path: string,
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
    const element = isUnassigned(value) ? undefined : readSingle(value, attribute, `${path}[${index}]`);
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
): JsonValue | undefined {
  if (attribute.type === "complex") return readComplex(value, attribute, path);
  return readSimple(value, attribute, path);
}

function readComplex(value: JsonValue, attribute: AttributeDefinition, path: string): JsonObject | undefined {
  const given = asComplexObject(value, attribute, path);
  const byName = readMembers(given, attribute.subAttributes ?? [], `${path}.`);
  const result: JsonObject = {};
  for (const subAttribute of attribute.subAttributes ?? []) {
    if (subAttribute.mutability === "readOnly") continue;
    const subPath = `${path}.${subAttribute.name}`;
    const read = readAttribute(byName.get(subAttribute), subAttribute, subPath);
    if (read !== undefined) result[subAttribute.name] = read;
  }
  if (Object.keys(result).length === 0 && Object.keys(given).length === 0) return undefined;
  for (const { name, required } of attribute.subAttributes ?? []) {
    if (required && result[name] === undefined)
      throw badRequest("invalidValue", `"${path}.${name}" is missing.`);
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

/** The object form of a complex value; plain text stands for `{ value: text }` where there is a `value`. */
export function asComplexObject(value: JsonValue, attribute: AttributeDefinition, path: string): JsonObject {
  if (isJsonObject(value)) return value;
  const hasValue = findByName(attribute.subAttributes, "value") !== undefined;
  if (typeof value === "string" && hasValue) return { value };
  throw wrongType(path, "an object", value);
}

/**
 * Pairs the keys of an object with attribute definitions, without regard to case.
 *
 * @param prefix what stands before the key in errors, e.g. `name.` or `urn:…:User:`
 * @throws ScimError 400 invalidSyntax for a key that is not defined or is given twice
 */
export function readMembers(
  object: JsonObject,
  attributes: readonly AttributeDefinition[],
  prefix: string,
): Map<AttributeDefinition, JsonValue> {
  const members = new Map<AttributeDefinition, JsonValue>();
  for (const [key, value] of Object.entries(object)) {
    const attribute = findByName(attributes, key);
    if (attribute === undefined) throw unknownAttribute(`${prefix}${key}`);
    if (members.has(attribute)) throw givenTwice(`${prefix}${key}`);
    members.set(attribute, value);
  }
  return members;
}

function readSimple(value: JsonValue, attribute: AttributeDefinition, path: string): JsonValue {
  switch (attribute.type) {
    case "string":
    case "reference":
      return canonicalWord(readText(value, path), attribute);
    case "binary": {
      const encoded = readText(value, path);
      if (!BASE64.test(encoded)) throw badRequest("invalidValue", `"${path}" takes base64 text.`);
      return encoded;
    }
    case "dateTime": {
      const moment = readDateTime(readText(value, path));
      if (moment === undefined) {
        throw badRequest("invalidValue", `"${path}" takes a date and time such as 2025-01-31T08:00:00Z.`);
      }
      return moment;
    }
    case "boolean":
      return readBoolean(value, path);
    case "integer":
      if (!Number.isSafeInteger(value)) throw wrongType(path, "a whole number", value);
      return value;
    case "decimal":
      if (typeof value !== "number" || !Number.isFinite(value)) throw wrongType(path, "a number", value);
      return value;
    case "complex":
      throw wrongType(path, "an object", value);
    default: {
      const never: never = attribute.type;
      return never;
    }
  }
}

function readText(value: JsonValue, path: string): string {
  if (typeof value !== "string") throw wrongType(path, "text", value);
  if (!isStorableText(value)) {
    throw badRequest(
      "invalidValue",
      `"${path}" holds a character that is not allowed (U+0000 or half a pair).`,
    );
  }
  return value;
}

function readBoolean(value: JsonValue, path: string): boolean {
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.toLowerCase() : undefined;
  if (word !== "true" && word !== "false") throw wrongType(path, "true or false", value);
  return word === "true";
}

/** The schema's spelling of an enforced word; an unknown word stays, for the validator to refuse. */
function canonicalWord(text: string, { canonicalValues, caseExact, rules }: AttributeDefinition): string {
  if (caseExact || !rules?.enforceCanonicalValues) return text;
  return canonicalValues?.find((word) => word.toLowerCase() === text.toLowerCase()) ?? text;
}

/** 400 for an attribute that no schema of the resource defines. */
export function unknownAttribute(path: string): ScimError {
  return badRequest("invalidSyntax", `"${path.slice(0, 300)}" is not a known attribute.`);
}

/** 400 for an attribute that appears in two spellings. */
export function givenTwice(path: string): ScimError {
  return badRequest("invalidSyntax", `"${path.slice(0, 300)}" is given twice, in different spellings.`);
}

function wrongType(path: string, wanted: string, value: JsonValue): ScimError {
  return badRequest("invalidValue", `"${path}" takes ${wanted}, not ${describeType(value)}.`);
}

function describeType(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
