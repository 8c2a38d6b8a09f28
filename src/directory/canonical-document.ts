import type { JsonObject, JsonValue, ResourceTypeId } from "../scim/schema/attribute.js";
import { DICTIONARY_GROUP_URN, DICTIONARY_USER_URN, ORGANIZATION_GROUP_URN } from "../scim/schema/urns.js";

/** A resource taken apart into what is stored where. */
export interface DocumentParts {
  /** For the document column. */
  doc: JsonObject;
  /** In plain text; only ever hashed. */
  password: string | undefined;
  /** The parent group as the client names it: an id or an externalId. */
  parent: string | undefined;
  /** The `members` value, canonical. */
  members: JsonValue | undefined;
}

/**
 * Takes apart what a client sent, or what a PATCH made of a resource: members, parent and password go elsewhere.
 * A group is a department unless it says otherwise.
 */
export function takeApart(type: ResourceTypeId, attributes: JsonObject): DocumentParts {
  const { password, members, groups: _readOnly, ...doc } = attributes;
  const parts: DocumentParts = {
    doc,
    password: typeof password === "string" ? password : undefined,
    parent: undefined,
    members,
  };
  if (type === "Group") {
    const { parent, ...organization } = objectOf(doc[ORGANIZATION_GROUP_URN]);
    doc[ORGANIZATION_GROUP_URN] = { kind: "department", ...organization };
    const value = objectOf(parent)["value"];
    if (typeof value === "string" && value !== "") parts.parent = value;
  }
  return parts;
}

/** The URN of the dictionary extension of a type. */
export function dictionaryUrn(type: ResourceTypeId): string {
  return type === "User" ? DICTIONARY_USER_URN : DICTIONARY_GROUP_URN;
}

/** The value at an attribute of the dictionary extension. */
export function dictionaryValue(type: ResourceTypeId, doc: JsonObject, key: string): JsonValue | undefined {
  const extension = objectOf(doc[dictionaryUrn(type)]);
  return Object.hasOwn(extension, key) ? extension[key] : undefined;
}

/** A copy of the document with the given dictionary values put in; those it has itself win. */
export function withDictionaryValues(type: ResourceTypeId, doc: JsonObject, values: JsonObject): JsonObject {
  if (Object.keys(values).length === 0) return doc;
  const urn = dictionaryUrn(type);
  return { ...doc, [urn]: { ...values, ...objectOf(doc[urn]) } };
}

/** Splits the dictionary values of disabled fields off: they stay stored, but no client sees or checks them. */
export function splitHidden(
  type: ResourceTypeId,
  doc: JsonObject,
  enabledKeys: ReadonlySet<string>,
): { visible: JsonObject; hidden: JsonObject } {
  const urn = dictionaryUrn(type);
  const extension = objectOf(doc[urn]);
  if (Object.keys(extension).every((key) => enabledKeys.has(key))) return { visible: doc, hidden: {} };
  const entries = Object.entries(extension);
  const hidden = Object.fromEntries(entries.filter(([key]) => !enabledKeys.has(key)));
  const { [urn]: _whole, ...visible } = doc;
  const shown = Object.fromEntries(entries.filter(([key]) => enabledKeys.has(key)));
  if (Object.keys(shown).length > 0) visible[urn] = shown;
  return { visible, hidden };
}

/** The object that a value is, or an empty one. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** Whether two JSON values are equal, whatever the order of their keys. */
export function isSameJson(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (left === undefined || right === undefined) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => isSameJson(item, right[index]));
  }
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isSameJson(left[key], right[key]))
  );
}
