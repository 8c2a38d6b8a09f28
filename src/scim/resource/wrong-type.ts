import { badRequest, type ScimError } from "../errors.js";
import type { JsonValue } from "../schema/attribute.js";

/** 400 invalidValue for a value of another type than the attribute's. */
export function wrongType(path: string, wanted: string, value: JsonValue): ScimError {
  return badRequest("invalidValue", `"${path}" takes ${wanted}, not ${describeType(value)}.`);
}

function describeType(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
