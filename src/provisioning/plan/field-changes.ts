import { maskPhoneNumber } from "../../connectors/phone-mask.js";
import type { JsonObject, JsonValue } from "../../scim/schema/attribute.js";
import type { FieldChange } from "./plan.js";

/** The fields in which two profiles differ, in the order of their names, as an administrator may see them. */
export function fieldChanges(before: JsonObject | undefined, after: JsonObject | undefined): FieldChange[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...fields].sort().flatMap((field) => {
    const [held, wanted] = [before?.[field] ?? null, after?.[field] ?? null];
    if (isSame(held, wanted)) return [];
    return [{ field, before: shownValue(field, held), after: shownValue(field, wanted) }];
  });
}

/** A profile as an administrator may see it. */
export function shownProfile(profile: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(profile).map(([field, value]) => [field, shownValue(field, value)]),
  );
}

/** A value of a profile as an administrator may see it. */
export function shownValue(field: string, value: JsonValue): JsonValue {
  if (value === null) return null;
  if (/password/i.test(field)) return "[redacted]";
  return /mobile|phone/i.test(field) && typeof value === "string" ? maskPhoneNumber(value) : value;
}

function isSame(one: JsonValue, other: JsonValue): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** Lists of ids are sets. */
function sorted(value: JsonValue): JsonValue {
  return Array.isArray(value) ? [...value].sort() : value;
}
