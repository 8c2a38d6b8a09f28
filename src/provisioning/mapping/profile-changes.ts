import { isDeepStrictEqual } from "node:util";
import type { Changes, DepartmentProfile, UserProfile } from "../../connectors/profiles.js";
import type { JsonObject, JsonValue } from "../../scim/schema/attribute.js";
import { mobileDigits } from "./mobile-digits.js";

/**
 * What has to be written so that the vendor holds `desired`, given the profiles that it may hold now (what was last
 * sent, and what was on its way when an answer was lost): a value for each field that differs from any of them, `null`
 * for each field that one of them has and that is gone now. Lists of ids compare as sets. Of custom fields only those
 * that differ are named, an empty text takes one away.
 * @param isMapped whether a field is filled by the mapping; one that is not is left as it is, whatever was sent once
 */
export function profileChanges<P extends UserProfile | DepartmentProfile>(
  held: readonly JsonObject[],
  desired: P,
  isMapped: (field: string) => boolean = () => true,
): Changes<P> {
  const changes: Record<string, unknown> = {};
  const { customFields, ...wanted } = desired as unknown as Record<string, JsonValue | undefined>;
  for (const { customFields: _entryByEntry, ...profile } of held) {
    for (const [field, value] of Object.entries(wanted)) {
      if (value !== undefined && !sameValue(field, profile[field], value)) changes[field] = value;
    }
    for (const [field, value] of Object.entries(profile)) {
      if (value !== null && wanted[field] === undefined && isMapped(field)) changes[field] = null;
    }
  }
  const entries = customFieldChanges(held, entriesOf(customFields), isMapped);
  if (Object.keys(entries).length > 0) changes["customFields"] = entries;
  return changes as Changes<P>;
}

function customFieldChanges(
  held: readonly JsonObject[],
  wanted: JsonObject,
  isMapped: (field: string) => boolean,
): JsonObject {
  const changes: JsonObject = {};
  for (const profile of held) {
    const before = entriesOf(profile["customFields"]);
    for (const [name, value] of Object.entries(wanted)) if (before[name] !== value) changes[name] = value;
    for (const name of Object.keys(before)) {
      if (wanted[name] === undefined && isMapped(`customFields.${name}`)) changes[name] = "";
    }
  }
  return changes;
}

function entriesOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function sameValue(field: string, before: JsonValue | undefined, after: JsonValue): boolean {
  if (field === "mobile")
    return typeof before === "string" && typeof after === "string" && sameMobile(before, after);
  if (field === "account") return sameAccount(entriesOf(before), entriesOf(after));
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.length === after.length && after.every((item) => before.some((one) => sameJson(one, item)));
  }
  return sameJson(before, after);
}

/** The login name of an account that signs in elsewhere is never changed, and may be shown or not. */
function sameAccount(before: JsonObject, after: JsonObject): boolean {
  const sameKind = before["signIn"] === after["signIn"];
  return sameKind && (after["signIn"] === "sso" || before["loginId"] === after["loginId"]);
}

function sameJson(a: JsonValue | undefined, b: JsonValue): boolean {
  if (a === b) return true;
  return typeof a === "object" && typeof b === "object" && isDeepStrictEqual(a, b);
}

/** The same number written differently, e.g. "+86 138-0013-8000" and "13800138000". */
function sameMobile(a: string, b: string): boolean {
  return mobileDigits(a) === mobileDigits(b);
}
