import { badRequest } from "../errors.js";
import type { JsonObject, JsonValue } from "../schema/attribute.js";

/** The deepest message SCIM needs: a PATCH whose value holds an extension with complex multi-valued attributes. */
const MAX_DEPTH = 12;
/** Keys that would reach an object's prototype if they were ever assigned; no schema defines them. */
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/** Whether a value is a JSON object (not an array, not null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Takes a parsed request body as a JSON object. Looks at every level without recursion, so nesting cannot exhaust
 * the stack.
 *
 * @throws ScimError 400 invalidSyntax: no object, nested deeper than 12 levels, or a key such as `__proto__`.
 */
export function checkStructure(body: unknown): JsonObject {
  if (!isJsonObject(body)) throw badRequest("invalidSyntax", "The request body must be a JSON object.");
  let level: JsonValue[] = [body];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) {
      throw badRequest("invalidSyntax", `The request body is nested deeper than ${MAX_DEPTH} levels.`);
    }
    level = level.flatMap(nestedValues);
  }
  return body;
}

function nestedValues(value: JsonValue): JsonValue[] {
  if (Array.isArray(value)) return value.filter(isNested);
  if (!isJsonObject(value)) return [];
  const forbidden = Object.keys(value).find((key) => FORBIDDEN_KEYS.has(key));
  if (forbidden !== undefined) {
    throw badRequest("invalidSyntax", `The request body has the key "${forbidden}", which is not allowed.`);
  }
  return Object.values(value).filter(isNested);
}

function isNested(value: JsonValue): boolean {
  return typeof value === "object" && value !== null;
}

/**
 * The value of a message's own key (such as `Operations`), whose spelling may differ in case. Undefined when absent.
 */
export function messageField(message: JsonObject, name: string): JsonValue | undefined {
  const wanted = name.toLowerCase();
  const key = Object.keys(message).find((candidate) => candidate.toLowerCase() === wanted);
  return key === undefined ? undefined : message[key];
}
