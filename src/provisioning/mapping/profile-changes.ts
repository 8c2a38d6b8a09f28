import type { Changes, DepartmentProfile, UserProfile } from "../../connectors/connector.js";
import type { JsonObject, JsonValue } from "../../scim/schema/attribute.js";

/**
 * What has to be written so that the vendor holds `desired`, given what was last sent: a value for each field that
 * differs, `null` for each field that was sent once and is gone now. Lists of ids compare as sets.
 */
export function profileChanges<P extends UserProfile | DepartmentProfile>(
  lastSent: JsonObject,
  desired: P,
): Changes<P> {
  const changes: Record<string, unknown> = {};
  const wanted = desired as unknown as Record<string, JsonValue | undefined>;
  for (const [field, value] of Object.entries(wanted)) {
    if (value !== undefined && !sameValue(field, lastSent[field], value)) changes[field] = value;
  }
  for (const [field, value] of Object.entries(lastSent)) {
    if (value !== null && wanted[field] === undefined) changes[field] = null;
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
