import type { Dialect } from "../dialect/dialect.js";
import { badRequest, ScimError } from "../errors.js";
import { countConditions } from "../filter/count-conditions.js";
import { isJsonObject } from "../resource/check-structure.js";
import { refuseImmutableChange } from "../resource/replace-resource.js";
import type { JsonObject, JsonValue, ResourceTypeDefinition } from "../schema/attribute.js";
import type { PatchOperation } from "./operation.js";
import { patchElements } from "./patch-elements.js";

/** Most comparisons of one request, well under a second of work: a thousand operations on five hundred values. */
const MAX_WORK = 500_000;
/** Text that is compared as fast as a short value, in characters; a longer one counts as several. */
const CHARACTERS_PER_COMPARISON = 256;

/**
 * Applies parsed operations in order and returns the resulting resource; the argument is not changed, and an error
 * in any operation means that none counts. Required attributes and the like are the validator's business.
 *
 * @throws ScimError 400 noTarget (a value filter matches nothing, and the dialect does not let its `eq` conditions
 * describe a new value), mutability (an immutable attribute would change, a required list would be empty),
 * invalidValue (two primary values); 413 when applying would take more than 500,000 comparisons
 */
export function applyPatch(
  resource: JsonObject,
  operations: readonly PatchOperation[],
  type: ResourceTypeDefinition,
  dialect: Dialect,
): JsonObject {
  const result = structuredClone(resource);
  let work = 0;
  for (const operation of operations) {
    work += workOf(result, operation);
    if (work > MAX_WORK) {
      throw new ScimError(413, "The operations compare too many values; send them in several requests.");
    }
    applyOperation(result, operation, dialect);
  }
  refuseImmutableChange(resource, result, type);
  refuseLostValues(resource, result, type);
  return result;
}

/**
 * RFC 7644 section 3.5.2.2: a required attribute does not become unassigned. One with a single value is refused when
 * the operation is read; of a list, only what is left tells.
 */
function refuseLostValues(before: JsonObject, after: JsonObject, type: ResourceTypeDefinition): void {
  const places = [
    { attributes: type.schema.attributes, prefix: "", held: before, left: after },
    ...type.extensions.map(({ schema: { id, attributes } }) => ({
      attributes,
      prefix: `${id}:`,
      held: objectAt(before, id),
      left: objectAt(after, id),
    })),
  ];
  for (const { attributes, prefix, held, left } of places) {
    for (const { name, required, multiValued } of attributes) {
      if (!required || !multiValued || !Object.hasOwn(held, name) || Object.hasOwn(left, name)) continue;
      throw badRequest("mutability", `"${prefix}${name}" is required and cannot be emptied.`);
    }
  }
}

/** How many comparisons an operation takes, at most. */
function workOf(resource: JsonObject, operation: PatchOperation): number {
  const { extension, attribute, filter, subAttribute } = operation.target;
  if (!attribute.multiValued) return 1;
  const held = (extension === undefined ? resource : objectAt(resource, extension))[attribute.name];
  const elements = Array.isArray(held) ? held : [];
  if (filter !== undefined) return workIn(elements) * countConditions(filter);
  if (operation.op === "replace" && subAttribute === undefined) return 1;
  const given = operation.op === "remove" ? operation.listed : operation.value;
  if (!Array.isArray(given)) return elements.length;
  // Each given value is compared with every one that is there by then.
  return given.length * (workIn(elements) + workIn(given));
}

/** What comparing each of the elements once costs. */
function workIn(elements: readonly JsonValue[]): number {
  let work = 0;
  for (const element of elements) {
    const parts = isJsonObject(element) ? Object.values(element) : [element];
    let characters = 0;
    for (const part of parts) if (typeof part === "string") characters += part.length;
    work += 1 + Math.floor(characters / CHARACTERS_PER_COMPARISON);
  }
  return work;
}

function applyOperation(resource: JsonObject, operation: PatchOperation, dialect: Dialect): void {
  const { extension, attribute, subAttribute } = operation.target;
  const holder = extension === undefined ? resource : objectAt(resource, extension);
  const current = Object.hasOwn(holder, attribute.name) ? holder[attribute.name] : undefined;
  if (attribute.multiValued) {
    assign(holder, attribute.name, patchElements(Array.isArray(current) ? current : [], operation, dialect));
  } else if (subAttribute !== undefined) {
    const parts = objectAt(holder, attribute.name);
    assign(parts, subAttribute.name, newValue(operation));
    assign(holder, attribute.name, parts);
  } else {
    assign(holder, attribute.name, newValue(operation));
  }
  if (extension !== undefined) assign(resource, extension, holder);
}

function newValue(operation: PatchOperation): JsonValue | undefined {
  return operation.op === "remove" ? undefined : structuredClone(operation.value);
}

function objectAt(holder: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(holder, key) ? holder[key] : undefined;
  return isJsonObject(value) ? value : {};
}

/** Keys come from the schema only, never from a request. What becomes empty is unassigned, so it goes. */
function assign(holder: JsonObject, key: string, value: JsonValue | undefined): void {
  const isEmpty =
    value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
  if (isEmpty) delete holder[key];
  else holder[key] = value;
}
