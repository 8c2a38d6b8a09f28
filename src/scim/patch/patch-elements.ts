import { isDeepStrictEqual } from "node:util";
import type { Dialect } from "../dialect/dialect.js";
import { badRequest } from "../errors.js";
import type { ResolvedFilter } from "../filter/ast.js";
import { evaluateFilter } from "../filter/evaluate-filter.js";
import { isJsonObject } from "../resource/check-structure.js";
import { isIdentifiedByValue } from "../resource/read-value.js";
import type { AttributeDefinition, JsonObject, JsonValue } from "../schema/attribute.js";
import { findByName } from "../schema/find-attribute.js";
import { describeTarget, type PatchOperation, type PatchTarget } from "./operation.js";

type Assignment = Exclude<PatchOperation, { op: "remove" }>;

/** An element that says no more than this has lost what it was for. */
const LABELS = new Set(["type", "primary", "display"]);

/**
 * The elements of a multi-valued attribute after one operation. `elements` may be changed; errors as `applyPatch`.
 */
export function patchElements(
  elements: JsonValue[],
  operation: PatchOperation,
  dialect: Dialect,
): JsonValue[] {
  const { target } = operation;
  if (operation.op === "remove") return removeElements(elements, operation);
  if (target.filter === undefined && target.subAttribute === undefined) {
    const given = Array.isArray(operation.value) ? structuredClone(operation.value) : [];
    return operation.op === "replace" ? given : addElements(elements, given, target);
  }
  return changeElements(elements, operation, dialect);
}

function removeElements(
  elements: JsonValue[],
  { target, listed }: Extract<PatchOperation, { op: "remove" }>,
): JsonValue[] {
  const { attribute, filter, subAttribute } = target;
  if (listed !== undefined) {
    return elements.filter((element) => !listed.some((wanted) => covers(element, wanted, attribute)));
  }
  if (subAttribute === undefined) return elements.filter((element) => filter && !isChosen(element, filter));
  return elements.filter((element) => {
    if (!isJsonObject(element) || !isChosen(element, filter)) return true;
    if (!Object.hasOwn(element, subAttribute.name)) return true;
    delete element[subAttribute.name];
    return Object.keys(element).some((name) => !LABELS.has(name));
  });
}

/** Adding what is there already changes nothing; the same `value` and `type` again is one element, not two. */
function addElements(elements: JsonValue[], given: JsonValue[], target: PatchTarget): JsonValue[] {
  const result = [...elements];
  const touched: JsonObject[] = [];
  for (const element of given) {
    const same = result.find((held) => isSameElement(held, element, target.attribute));
    if (same === undefined) result.push(element);
    const kept = same ?? element;
    if (!isJsonObject(kept) || !isJsonObject(element)) continue;
    if (same !== undefined && !isIdentifiedByValue(target.attribute)) merge(kept, element, target.attribute);
    if (element["primary"] === true) touched.push(kept);
  }
  return keepOnePrimary(result, touched, target);
}

function changeElements(elements: JsonValue[], operation: Assignment, dialect: Dialect): JsonValue[] {
  const { target, op, value } = operation;
  const { filter, subAttribute } = target;
  const result = [...elements];
  const touched: JsonObject[] = [];
  let matches = 0;
  result.forEach((element, index) => {
    if (!isJsonObject(element) || !isChosen(element, filter)) return;
    matches += 1;
    const changed = changeElement(element, operation);
    result[index] = changed;
    if (changed["primary"] === true) touched.push(changed);
  });
  if (matches === 0) {
    // Without a filter there is nothing that could have failed to match, so replace acts as add (section 3.5.2.3).
    const created = filter === undefined ? {} : newElement(op, filter, target, dialect);
    if (subAttribute !== undefined) created[subAttribute.name] = structuredClone(value);
    else if (isJsonObject(value)) Object.assign(created, structuredClone(value));
    result.push(created);
    if (created["primary"] === true) touched.push(created);
  }
  const setsPrimary = subAttribute === undefined || subAttribute.name === "primary" || matches === 0;
  return setsPrimary ? keepOnePrimary(result, touched, target) : result;
}

function changeElement(element: JsonObject, { op, target, value }: Assignment): JsonObject {
  if (target.subAttribute !== undefined) {
    element[target.subAttribute.name] = structuredClone(value);
    return element;
  }
  if (!isJsonObject(value)) return element;
  return op === "replace" ? structuredClone(value) : Object.assign(element, structuredClone(value));
}

function isChosen(element: JsonValue, filter: ResolvedFilter | undefined): boolean {
  return filter === undefined || (isJsonObject(element) && evaluateFilter(filter, element));
}

/**
 * The element to make where a filter matches none: RFC 7644 answers noTarget (table 9 and section 3.5.2.3), but
 * Entra ID adds to `emails[type eq "work"].value` before there is a work e-mail and expects it to be made.
 */
function newElement(
  op: Assignment["op"],
  filter: ResolvedFilter,
  target: PatchTarget,
  dialect: Dialect,
): JsonObject {
  const quirk = op === "add" ? "add-creates-element" : "replace-creates-element";
  if (!dialect.allows(quirk)) throw noTarget(target, "matches no value");
  const described = describedElement(filter, target);
  // A replace makes a value only where its filter says what kind it is, not which value it was.
  const { subAttribute } = target;
  const isKind = subAttribute !== undefined && !Object.hasOwn(described, subAttribute.name);
  if (op === "replace" && !isKind) throw noTarget(target, "matches no value");
  dialect.note(quirk);
  return described;
}

/** The element that a filter of `eq` conditions describes. */
function describedElement(filter: ResolvedFilter, target: PatchTarget): JsonObject {
  switch (filter.kind) {
    case "comparison": {
      const name = filter.target.keys[0];
      if (filter.operator !== "eq" || filter.value === null || name === undefined) break;
      if (filter.target.attribute.mutability === "readOnly") break;
      return { [name]: filter.value };
    }
    case "and":
      return Object.assign({}, ...filter.operands.map((operand) => describedElement(operand, target)));
    case "present":
    case "or":
    case "not":
    case "element":
      break;
    default: {
      const never: never = filter;
      return never;
    }
  }
  throw noTarget(target, "matches no value, and does not say what a new one would look like");
}

/** A new primary value takes the place of the old one (RFC 7644 section 3.5.2). */
function keepOnePrimary(
  elements: JsonValue[],
  touched: readonly JsonObject[],
  target: PatchTarget,
): JsonValue[] {
  if (touched.length === 0) return elements;
  const [chosen, ...others] = new Set(touched);
  if (others.length > 0) {
    throw badRequest(
      "invalidValue",
      `"${describeTarget(target)}" would get several primary values; one is allowed.`,
    );
  }
  for (const element of elements) {
    if (isJsonObject(element) && element !== chosen && element["primary"] === true)
      element["primary"] = false;
  }
  return elements;
}

function isSameElement(held: JsonValue, given: JsonValue, attribute: AttributeDefinition): boolean {
  if (!isJsonObject(held) || !isJsonObject(given)) return equalText(held, given, attribute);
  const value = findByName(attribute.subAttributes, "value");
  if (value === undefined || held["value"] === undefined) return isDeepStrictEqual(held, given);
  if (!equalText(held["value"], given["value"], value)) return false;
  return isIdentifiedByValue(attribute) || equalPart(held, given, "type", attribute);
}

/** Takes over the parts that differ; another case of what compares without regard to case is no difference. */
function merge(held: JsonObject, given: JsonObject, attribute: AttributeDefinition): void {
  for (const [name, value] of Object.entries(given)) {
    if (!equalPart(held, given, name, attribute)) held[name] = value;
  }
}

/** Whether an element is meant by a listed one: the same `value` of a member, every given part of anything else. */
function covers(element: JsonValue, wanted: JsonValue, attribute: AttributeDefinition): boolean {
  if (!isJsonObject(element) || !isJsonObject(wanted)) return equalText(element, wanted, attribute);
  const names = isIdentifiedByValue(attribute) ? ["value"] : Object.keys(wanted);
  return names.every((name) => equalPart(element, wanted, name, attribute));
}

function equalPart(
  held: JsonObject,
  given: JsonObject,
  name: string,
  attribute: AttributeDefinition,
): boolean {
  const part = findByName(attribute.subAttributes, name) ?? attribute;
  return equalText(held[name], given[name], part);
}

function equalText(
  held: JsonValue | undefined,
  given: JsonValue | undefined,
  { caseExact }: AttributeDefinition,
): boolean {
  if (typeof held === "string" && typeof given === "string" && !caseExact) {
    return held.toLowerCase() === given.toLowerCase();
  }
  return isDeepStrictEqual(held, given);
}

function noTarget(target: PatchTarget, problem: string) {
  return badRequest("noTarget", `The filter in "${describeTarget(target)}" ${problem}.`);
}
