import type { JsonObject, JsonValue } from "../scim/schema/attribute.js";
import { isSameJson, objectOf } from "./canonical-document.js";

/**
 * The attributes in which two canonical documents differ, as paths of RFC 7644 section 3.10: those of extensions behind
 * their URN. Sub-attributes are not told apart.
 */
export function changedAttributes(before: JsonObject, after: JsonObject): string[] {
  return differing(before, after).flatMap((key) =>
    key.startsWith("urn:")
      ? differing(objectOf(before[key]), objectOf(after[key])).map((name) => `${key}:${name}`)
      : [key],
  );
}

function differing(before: JsonObject, after: JsonObject): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => !isSameJson(own(before, key), own(after, key)));
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
