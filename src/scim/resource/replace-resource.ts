import { isDeepStrictEqual } from "node:util";
import { badRequest } from "../errors.js";
import type {
  AttributeDefinition,
  JsonObject,
  JsonValue,
  ResourceTypeDefinition,
} from "../schema/attribute.js";
import { isJsonObject } from "./check-structure.js";

/**
 * What a PUT leaves (RFC 7644 section 3.5.1): the new resource, with the stored values of what a client cannot
 * change: read-only attributes, and immutable ones it omitted. Neither argument is changed.
 *
 * @param current the stored resource
 * @param next the body as `readResource` returned it
 * @throws ScimError 400 mutability when `next` holds another value for an immutable attribute
 */
export function replaceResource(
  current: JsonObject,
  next: JsonObject,
  type: ResourceTypeDefinition,
): JsonObject {
  const result = keepUnchangeable(current, next, type.schema.attributes, "");
  for (const { schema } of type.extensions) {
    const held = keepUnchangeable(
      objectAt(current, schema.id),
      objectAt(next, schema.id),
      schema.attributes,
      `${schema.id}:`,
    );
    if (Object.keys(held).length > 0) result[schema.id] = held;
  }
  return result;
}

/**
 * For PATCH: an immutable attribute that has a value keeps it (RFC 7643 section 7).
 *
 * @throws ScimError 400 mutability naming the attribute
 */
export function refuseImmutableChange(
  before: JsonObject,
  after: JsonObject,
  type: ResourceTypeDefinition,
): void {
  refuseChangeIn(before, after, type.schema.attributes, "");
  for (const { schema } of type.extensions) {
    refuseChangeIn(
      objectAt(before, schema.id),
      objectAt(after, schema.id),
      schema.attributes,
      `${schema.id}:`,
    );
  }
}

function keepUnchangeable(
  current: JsonObject,
  next: JsonObject,
  attributes: readonly AttributeDefinition[],
  prefix: string,
): JsonObject {
  const result: JsonObject = { ...next };
  for (const attribute of attributes) {
    const { name, mutability } = attribute;
    const held = valueAt(current, name);
    const kept =
      mutability === "readOnly" || (mutability === "immutable" && valueAt(next, name) === undefined);
    if (kept && held !== undefined) result[name] = structuredClone(held);
  }
  refuseChangeIn(current, result, attributes, prefix);
  return result;
}

function refuseChangeIn(
  before: JsonObject,
  after: JsonObject,
  attributes: readonly AttributeDefinition[],
  prefix: string,
): void {
  for (const { name, mutability, multiValued, subAttributes } of attributes) {
    const held = valueAt(before, name);
    if (held === undefined) continue;
    if (mutability === "immutable" && !isDeepStrictEqual(held, valueAt(after, name))) {
      throw badRequest("mutability", `"${prefix}${name}" cannot be changed once it has a value.`);
    }
    if (!multiValued && subAttributes && isJsonObject(held)) {
      refuseChangeIn(held, objectAt(after, name), subAttributes, `${prefix}${name}.`);
    }
  }
}

function valueAt(holder: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(holder, key) ? holder[key] : undefined;
}

function objectAt(holder: JsonObject, key: string): JsonObject {
  const value = valueAt(holder, key);
  return isJsonObject(value) ? value : {};
}
