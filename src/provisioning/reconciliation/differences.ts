import type { DepartmentProfile, UserProfile } from "../../connectors/connector.js";
import { idOfName } from "../../platform/ids.js";
import type { JsonObject, JsonValue, ResourceTypeId } from "../../scim/schema/attribute.js";
import { profileChanges } from "../mapping/profile-changes.js";

/** A field that the vendor holds otherwise than it was sent. */
export interface Difference {
  field: string;
  expected: JsonValue;
  /** Null: the vendor holds nothing there. */
  found: JsonValue;
}

/** How a record stands to what was sent. */
export interface Comparison {
  differences: Difference[];
  /** Fields that were sent and that the vendor did not show. */
  notComparable: string[];
}

/** Field of a person's profile that holds a set of departments, some of which may be none of ours. */
const DEPARTMENTS = "departmentRemoteIds" satisfies keyof UserProfile;

/**
 * Compares what was sent with what the vendor holds, field by field of what was sent: a field that was never sent is
 * none of our business. A key that `contents` lacks was not shown; null in it is known to be empty.
 * @param isOwn whether membership of a department is for us to say; other departments of a person are left out
 */
export function compareRecord(
  lastSent: JsonObject,
  contents: JsonObject,
  isOwn: (departmentRemoteId: string) => boolean,
): Comparison {
  const comparison: Comparison = { differences: [], notComparable: [] };
  for (const [field, expected] of Object.entries(lastSent)) {
    if (expected === null) continue;
    const shown = Object.hasOwn(contents, field) ? contents[field] : undefined;
    if (shown === undefined) {
      comparison.notComparable.push(field);
      continue;
    }
    const found = field === DEPARTMENTS ? ownDepartments(expected, shown, isOwn) : shown;
    if (differs(field, expected, found)) comparison.differences.push({ field, expected, found });
  }
  return comparison;
}

/** What was sent, made true: with the vendor's values in the given fields. */
export function withFound(lastSent: JsonObject, differences: readonly Difference[]): JsonObject {
  const corrected: JsonObject = { ...lastSent };
  for (const { field, found } of differences) {
    if (found === null) delete corrected[field];
    else corrected[field] = found;
  }
  return corrected;
}

/** What every person and every department is sent, and what says where they are. */
const ALWAYS_SENT: Record<ResourceTypeId, readonly string[]> = {
  User: ["name", "mobile", "departmentRemoteIds"],
  Group: ["name", "parentRemoteId", "sourceId"],
};

/**
 * What counts as sent about a record whose link was lost: of what the vendor holds, only what we send about everybody.
 * Anything else may have been entered by hand, and counting it as ours would clear it where SCIM has no value.
 */
export function asSent(type: ResourceTypeId, contents: JsonObject): JsonObject {
  const sent = ALWAYS_SENT[type].map((field) => [field, contents[field] ?? null] as const);
  return Object.fromEntries(sent.filter(([, value]) => value !== null));
}

/** Stands for a value where the value itself should not be kept. */
export function fingerprint(value: JsonValue): string {
  return idOfName(JSON.stringify(Array.isArray(value) ? [...value].sort() : value));
}

/** A value as it may be kept and shown: phone numbers keep three digits in front and two at the end. */
export function masked(field: string, value: JsonValue): JsonValue {
  const isPhone = field === "mobile" || field === "telephone";
  if (!isPhone || typeof value !== "string") return value;
  return value.length < 7 ? "*".repeat(value.length) : `${value.slice(0, 3)}****${value.slice(-2)}`;
}

function ownDepartments(expected: JsonValue, shown: JsonValue, isOwn: (id: string) => boolean): JsonValue {
  const sent = Array.isArray(expected) ? expected.map(String) : [];
  const held = Array.isArray(shown) ? shown.map(String) : [];
  return held.filter((id) => sent.includes(id) || isOwn(id));
}

/** By the same rule by which a delivery decides what to send. */
function differs(field: string, expected: JsonValue, found: JsonValue): boolean {
  const wanted = { [field]: expected } as unknown as UserProfile & DepartmentProfile;
  return Object.keys(profileChanges([{ [field]: found }], wanted)).length > 0;
}
