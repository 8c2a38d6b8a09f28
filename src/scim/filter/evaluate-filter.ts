import type { AttributeDefinition, JsonObject, JsonValue } from "../schema/attribute.js";
import { isStorableText } from "../storable-text.js";
import { userNameKey } from "../user-name-key.js";
import type { ComparisonOperator, FilterValue, ResolvedFilter } from "./ast.js";

/**
 * Whether a resource (or, for the filter of an `element` node, an element) matches. The meaning that the SQL
 * compiler has to share:
 * - a positive comparison holds when some value satisfies it; an unassigned attribute has no values;
 * - `ne` is exactly `not eq`, so it holds for an unassigned attribute, and for a multi-valued one only when no value
 *   is equal;
 * - `eq null` is "not present", `ne null` is "present"; empty strings, arrays and objects are not present;
 * - text compares by code points, after lower-casing unless the attribute is case exact, userNames in normal form C as
 *   well; dateTimes compare as moments;
 * - text that nothing stored can hold (U+0000, half a surrogate pair) satisfies no positive comparison.
 */
export function evaluateFilter(filter: ResolvedFilter, resource: JsonObject): boolean {
  switch (filter.kind) {
    case "comparison":
      return evaluateComparison(filter, resource);
    case "present":
      return someValue(resource, filter.target.keys, isPresent);
    case "and":
      return filter.operands.every((operand) => evaluateFilter(operand, resource));
    case "or":
      return filter.operands.some((operand) => evaluateFilter(operand, resource));
    case "not":
      return !evaluateFilter(filter.operand, resource);
    case "element":
      return someValue(
        resource,
        filter.target.keys,
        (element) => isObject(element) && evaluateFilter(filter.filter, element),
      );
    default: {
      const never: never = filter;
      return never;
    }
  }
}

function evaluateComparison(
  { operator, value, target }: Extract<ResolvedFilter, { kind: "comparison" }>,
  resource: JsonObject,
): boolean {
  if (value === null) return someValue(resource, target.keys, isPresent) === (operator === "ne");
  const positive = operator === "ne" ? "eq" : operator;
  const found = someValue(resource, target.keys, (held) =>
    satisfies(held, positive, value, target.attribute),
  );
  return found !== (operator === "ne");
}

/** Whether some value at the end of the keys passes; arrays on the way are stepped through. */
function someValue(
  start: JsonValue,
  keys: readonly string[],
  passes: (value: JsonValue) => boolean,
  depth = 0,
): boolean {
  const key = keys[depth];
  if (key === undefined) return passes(start);
  if (!isObject(start) || !Object.hasOwn(start, key)) return false;
  const next = start[key] ?? null;
  if (!Array.isArray(next)) return someValue(next, keys, passes, depth + 1);
  return next.some((value) => someValue(value, keys, passes, depth + 1));
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPresent(value: JsonValue): boolean {
  if (value === null || value === "") return false;
  if (Array.isArray(value)) return value.some(isPresent);
  return typeof value !== "object" || Object.values(value).some(isPresent);
}

function satisfies(
  held: JsonValue,
  operator: Exclude<ComparisonOperator, "ne">,
  wanted: Exclude<FilterValue, null>,
  attribute: AttributeDefinition,
): boolean {
  if (typeof held === "boolean") return held === wanted && operator === "eq";
  if (typeof held === "number") {
    return typeof wanted === "number" && holdsInOrder(Math.sign(held - wanted), operator);
  }
  if (typeof held !== "string" || typeof wanted !== "string" || !isStorableText(wanted)) return false;
  if (attribute.type === "dateTime") {
    return holdsInOrder(Math.sign(Date.parse(held) - Date.parse(wanted)), operator);
  }
  const [text, part] = attribute.caseExact
    ? [held, wanted]
    : attribute.name === "userName"
      ? [userNameKey(held), userNameKey(wanted)]
      : [held.toLowerCase(), wanted.toLowerCase()];
  switch (operator) {
    case "co":
      return text.includes(part);
    case "sw":
      return text.startsWith(part);
    case "ew":
      return text.endsWith(part);
    case "eq":
      return text === part;
    case "gt":
    case "ge":
    case "lt":
    case "le":
      // UTF-8 bytes sort like code points, which is the order of PostgreSQL's "C" collation.
      return holdsInOrder(Buffer.compare(Buffer.from(text), Buffer.from(part)), operator);
    default: {
      const never: never = operator;
      return never;
    }
  }
}

function holdsInOrder(order: number, operator: Exclude<ComparisonOperator, "ne">): boolean {
  switch (operator) {
    case "eq":
      return order === 0;
    case "gt":
      return order > 0;
    case "ge":
      return order >= 0;
    case "lt":
      return order < 0;
    case "le":
      return order <= 0;
    case "co":
    case "sw":
    case "ew":
      return false;
    default: {
      const never: never = operator;
      return never;
    }
  }
}
