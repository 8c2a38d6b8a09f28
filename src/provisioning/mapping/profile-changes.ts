import type { Changes, DepartmentProfile, UserProfile } from "../../connectors/connector.js";
import type { JsonObject, JsonValue } from "../../scim/schema/attribute.js";

/**
 * What has to be written so that the vendor holds `desired`, given the profiles that it may hold now (what was last
 * sent, and what was on its way when an answer was lost): a value for each field that differs from any of them, `null`
 * for each field that one of them has and that is gone now. Lists of ids compare as sets.
 */
export function profileChanges<P extends UserProfile | DepartmentProfile>(
  held: readonly JsonObject[],
  desired: P,
): Changes<P> {
  const changes: Record<string, unknown> = {};
  const wanted = desired as unknown as Record<string, JsonValue | undefined>;
  for (const profile of held) {
    for (const [field, value] of Object.entries(wanted)) {
      if (value !== undefined && !sameValue(field, profile[field], value)) changes[field] = value;
    }
    for (const [field, value] of Object.entries(profile)) {
      if (value !== null && wanted[field] === undefined) changes[field] = null;
    }
  }
  return changes as Changes<P>;
}

function sameValue(field: string, before: JsonValue | undefined, after: JsonValue): boolean {
  if (field === "mobile")
    return typeof before === "string" && typeof after === "string" && sameMobile(before, after);
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.length === after.length && after.every((item) => before.includes(item));
  }
  return before === after;
}

/** The same number written differently, e.g. "+86 138-0013-8000" and "13800138000". */
function sameMobile(a: string, b: string): boolean {
  const digits = (value: string) => value.replace(/\D/g, "").replace(/^86(?=1\d{10}$)/, "");
  return digits(a) === digits(b);
}
