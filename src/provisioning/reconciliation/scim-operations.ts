import type { JsonObject, JsonValue } from "../../scim/schema/attribute.js";

/** The operation that makes a value stand at a path, or nothing. */
export function replacement(path: string, value: JsonValue): JsonObject {
  return value === null ? { op: "remove", path } : { op: "replace", path, value };
}

/** The operation on a group by which somebody joins it. */
export function joining(userId: string): JsonObject {
  return { op: "add", path: "members", value: [{ value: userId }] };
}

/** The operation on a group by which somebody leaves it. */
export function leaving(userId: string): JsonObject {
  return { op: "remove", path: `members[value eq "${userId}"]` };
}
