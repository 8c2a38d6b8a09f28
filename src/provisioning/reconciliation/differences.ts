import type { DepartmentProfile, UserProfile } from "../../connectors/profiles.js";
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

/** What decides which part of a record is for us to say. */
export interface ComparisonRules {
  /** Whether membership of a department, or a role, is for us to say; others of a person are left out. */
  isOwn(remoteId: string): boolean;
  /** Whether the mapping fills a field: one that it leaves out is left alone, whatever was sent once. */
  isMapped(field: string): boolean;
}

/**
 * Compares what was sent with what the vendor holds, field by field of what was sent: a field that was never sent is
 * none of our business, except that an account of the company shows where an ordinary one was made. Custom fields are
 * compared one by one, as `customFields.<name>`. A key that `contents` lacks was not shown; null in it is known to be
 * empty.
 */
export function compareRecord(
  lastSent: JsonObject,
  contents: JsonObject,
  rules: ComparisonRules,
): Comparison {
  const comparison: Comparison = { differences: [], notComparable: [] };
  const compare = (field: string, expected: JsonValue, shown: JsonValue | undefined) => {
    if (expected === null || !rules.isMapped(field)) return;
    if (shown === undefined) comparison.notComparable.push(field);
    else {
      const found = forUsToSay(field, expected, shown, contents, rules);
      if (differs(field, expected, found)) comparison.differences.push({ field, expected, found });
    }
  };
  for (const [field, expected] of Object.entries(lastSent)) {
    const shown = Object.hasOwn(contents, field) ? contents[field] : undefined;
    if (field !== "customFields") compare(field, expected, shown);
    else {
      const entries = objectOf(shown);
      for (const [name, value] of Object.entries(objectOf(expected))) {
        // What the vendor leaves out may be empty, or a field that nobody made there: it would be sent for ever.
        const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
        compare(`customFields.${name}`, value, entry === "" ? null : entry);
      }
    }
  }
  const account = contents["account"] ?? null;
  if ((lastSent["account"] ?? null) === null && account !== null) {
    comparison.differences.push({ field: "account", expected: null, found: account });
  }
  return comparison;
}

/** Whether a difference is one of the kind of account, which no vendor changes: the account would have to be made anew. */
export function isOfAccountKind({ field, expected, found }: Difference): boolean {
  return field === "account" && objectOf(expected)["signIn"] !== objectOf(found)["signIn"];
}

/** What was sent, made true: with the vendor's values in the given fields. */
export function withFound(lastSent: JsonObject, differences: readonly Difference[]): JsonObject {
  const corrected: JsonObject = { ...lastSent };
  for (const { field, found } of differences) {
    const custom = customFieldOf(field);
    if (custom === undefined) setOrDelete(corrected, field, found);
    else {
      const customFields = { ...objectOf(corrected["customFields"]) };
      setOrDelete(customFields, custom, found);
      corrected["customFields"] = customFields;
    }
  }
  return corrected;
}

/** What every person and every department is sent, and what says where they are, and as what they were made. */
const ALWAYS_SENT: Record<ResourceTypeId, readonly string[]> = {
  User: ["name", "mobile", "departmentRemoteIds", "account"],
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

/** The custom field that a field name stands for, where it does. */
export function customFieldOf(field: string): string | undefined {
  return field.startsWith("customFields.") ? field.slice("customFields.".length) : undefined;
}

/** The part of what the vendor shows that is for us to say. */
function forUsToSay(
  field: string,
  expected: JsonValue,
  shown: JsonValue,
  contents: JsonObject,
  { isOwn, isMapped }: ComparisonRules,
): JsonValue {
  switch (field) {
    case "departmentRemoteIds":
    case "roleRemoteIds": {
      const sent = listOf(expected).map(String);
      return listOf(shown)
        .map(String)
        .filter((id) => sent.includes(id) || isOwn(id));
    }
    case "departmentOrders":
      return inDepartments(expected, shown, contents, (_sent, held) => held);
    case "positions":
      return inDepartments(expected, shown, contents, (sent, held) => {
        const ofTitle = isMapped("positions.title") && sent["title"] !== undefined ? held : sent;
        const ofMain = isMapped("positions.isMain") ? held : sent;
        const { title } = ofTitle;
        const entry: JsonObject = { ...sent, isMain: ofMain["isMain"] ?? false };
        delete entry["title"];
        return title === undefined ? entry : { ...entry, title };
      });
    default:
      return shown;
  }
}

/**
 * What the vendor holds for the departments that something was sent for. A department that the person is not in there
 * counts as it was sent: that they are not in it is a difference of its own.
 */
function inDepartments(
  expected: JsonValue,
  shown: JsonValue,
  contents: JsonObject,
  compared: (sent: JsonObject, held: JsonObject) => JsonObject,
): JsonValue {
  const memberOf = listOf(contents["departmentRemoteIds"] ?? null).map(String);
  const held = listOf(shown).map(objectOf);
  return listOf(expected)
    .map(objectOf)
    .flatMap((sent) => {
      const id = sent["departmentRemoteId"];
      if (!memberOf.includes(String(id))) return [sent];
      const entry = held.find((one) => one["departmentRemoteId"] === id);
      return entry === undefined ? [] : [compared(sent, entry)];
    });
}

/** Whether a field differs, by the same rule by which a delivery decides what to send. */
export function differs(field: string, expected: JsonValue, found: JsonValue): boolean {
  const wanted = { [field]: expected } as unknown as UserProfile & DepartmentProfile;
  return Object.keys(profileChanges([{ [field]: found }], wanted)).length > 0;
}

function setOrDelete(object: JsonObject, name: string, value: JsonValue): void {
  if (value === null) delete object[name];
  else object[name] = value;
}

function listOf(value: JsonValue): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
