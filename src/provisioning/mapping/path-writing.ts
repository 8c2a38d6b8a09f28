import type { ResolvedFilter } from "../../scim/filter/ast.js";
import { evaluateFilter } from "../../scim/filter/evaluate-filter.js";
import type { PatchTarget } from "../../scim/patch/operation.js";
import type { AttributeDefinition, JsonObject, JsonValue } from "../../scim/schema/attribute.js";

/** What a value at a place makes of a resource. Null: nothing is there. */
export interface PathWrite {
  /** The path that a PATCH replaces, or removes where `after` is null. */
  path: string;
  before: JsonValue;
  after: JsonValue;
  /** The attributes of the resource with it. */
  attributes: JsonObject;
}

/**
 * Puts a value to a place in a resource (null takes it away), without changing what is given. Of several elements the
 * one is meant that a read of the place gives; where there is none, one is made that its brackets ask for. Undefined
 * where the place can not hold a single value: a whole complex attribute, one of several without brackets, one that
 * clients do not write.
 */
export function writeAt(
  target: PatchTarget,
  attributes: JsonObject,
  given: JsonValue,
): PathWrite | undefined {
  const { extension, attribute, subAttribute } = target;
  const leaf = subAttribute ?? attribute;
  const writable = (one: AttributeDefinition) => one.mutability === "readWrite";
  if (leaf.type === "complex" || !writable(attribute) || !writable(leaf)) return undefined;
  const value = given === null ? null : asType(leaf, given);
  if (value === undefined) return undefined;
  const holder = extension === undefined ? attributes : objectOf(attributes[extension]);
  const base = extension === undefined ? attribute.name : `${extension}:${attribute.name}`;
  const before = holder[attribute.name] ?? null;
  const whole = (after: JsonValue): JsonObject => {
    const changed = withValue(holder, attribute.name, after);
    return extension === undefined ? changed : { ...attributes, [extension]: changed };
  };
  if (subAttribute === undefined) {
    if (!attribute.multiValued) return { path: base, before, after: value, attributes: whole(value) };
    const list = listOf(before);
    if (list.length > 1) return undefined;
    const after = value === null ? null : [value];
    return { path: base, before, after, attributes: whole(after) };
  }
  if (!attribute.multiValued) {
    const complex = objectOf(before);
    const after = withValue(complex, subAttribute.name, value);
    return {
      path: `${base}.${subAttribute.name}`,
      before: complex[subAttribute.name] ?? null,
      after: value,
      attributes: whole(after),
    };
  }
  const elements = writeElement(listOf(before).map(objectOf), target.filter, subAttribute.name, value);
  if (elements === undefined) return undefined;
  const after = elements.length === 0 ? null : elements;
  return { path: base, before, after, attributes: whole(after) };
}

/** Sub-attributes that only say which element it is: one that has nothing else says nothing. */
const MARKS: ReadonlySet<string> = new Set(["type", "primary", "display"]);

function writeElement(
  elements: readonly JsonObject[],
  filter: ResolvedFilter | undefined,
  name: string,
  value: JsonValue,
): JsonObject[] | undefined {
  const matching = elements.filter((one) => filter === undefined || evaluateFilter(filter, one));
  if (filter === undefined && matching.length > 1) return undefined;
  const chosen = matching.find((one) => one[name] !== undefined) ?? matching[0];
  if (chosen === undefined) {
    const made = filter === undefined ? {} : elementFor(filter);
    return value === null || made === undefined ? undefined : [...elements, { ...made, [name]: value }];
  }
  const changed = withValue(chosen, name, value);
  const isEmpty = Object.keys(changed).every((one) => MARKS.has(one));
  return elements.flatMap((one) => (one !== chosen ? [one] : isEmpty ? [] : [changed]));
}

/** An element that brackets of equalities choose. */
function elementFor(filter: ResolvedFilter): JsonObject | undefined {
  if (filter.kind === "and") {
    const parts = filter.operands.map(elementFor);
    return parts.some((part) => part === undefined) ? undefined : Object.assign({}, ...parts);
  }
  if (filter.kind !== "comparison" || filter.operator !== "eq") return undefined;
  const [key, ...deeper] = filter.target.keys;
  return key === undefined || deeper.length > 0 ? undefined : { [key]: filter.value };
}

function asType({ type }: AttributeDefinition, value: JsonValue): JsonValue | undefined {
  switch (type) {
    case "boolean":
      return typeof value === "boolean" ? value : booleanIn(value);
    case "integer":
    case "decimal": {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      return typeof number === "number" && Number.isFinite(number) ? number : undefined;
    }
    case "string":
    case "dateTime":
    case "reference":
    case "binary":
      return typeof value === "object" ? undefined : String(value);
    case "complex":
      return undefined;
  }
}

function booleanIn(value: JsonValue): boolean | undefined {
  return value === "true" ? true : value === "false" ? false : undefined;
}

/** An object with another value under a name, or without it where the value is null. */
export function withValue(object: JsonObject, name: string, value: JsonValue): JsonObject {
  const changed = { ...object };
  if (value === null) delete changed[name];
  else changed[name] = value;
  return changed;
}

function listOf(value: JsonValue): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
