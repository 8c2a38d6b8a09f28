import type { JsonObject, JsonValue, ResourceTypeId } from "./schema/attribute.js";
import { DICTIONARY_GROUP_URN, DICTIONARY_USER_URN, ENTERPRISE_USER_URN } from "./schema/urns.js";
import { storedKeys, textKey } from "./search-key.js";

/** One row of the search index, without the resource it belongs to. */
export interface SearchEntry {
  /** The canonical path as `ResolvedPath.keys.join(" ")` gives it. */
  attribute: string;
  key: string;
}

/**
 * The paths of users in the index beside the dictionary's: what identity providers and people look up and has no column
 * of its own. All of them hold text.
 */
const USER_PATHS: readonly (readonly string[])[] = [
  ["name", "familyName"],
  ["name", "givenName"],
  ["name", "formatted"],
  ["nickName"],
  ["title"],
  ["emails", "value"],
  ["phoneNumbers", "value"],
  [ENTERPRISE_USER_URN, "costCenter"],
  [ENTERPRISE_USER_URN, "organization"],
  [ENTERPRISE_USER_URN, "division"],
  [ENTERPRISE_USER_URN, "department"],
];

const INDEXED_USER_PATHS = new Set(USER_PATHS.map((path) => path.join(" ")));

/**
 * Whether the search index holds every value of a path, given as in `ResolvedPath.keys`. The attributes of the
 * dictionary are all in it, enabled or not.
 */
export function isIndexed(type: ResourceTypeId, keys: readonly string[]): boolean {
  if (keys.length === 2 && keys[0] === dictionaryOf(type)) return true;
  return type === "User" && INDEXED_USER_PATHS.has(keys.join(" "));
}

const USER_ROOTS = new Set(USER_PATHS.filter(([root]) => root !== ENTERPRISE_USER_URN).map(([root]) => root));

/**
 * Whether a change of these attributes, as paths of RFC 7644 section 3.10, may change the entries of a user: most
 * changes, such as of `active`, do not, and need not work them out.
 */
export function mayChangeEntries(attributes: readonly string[]): boolean {
  return attributes.some(
    (path) =>
      USER_ROOTS.has(path) || path.startsWith(ENTERPRISE_USER_URN) || path.startsWith(DICTIONARY_USER_URN),
  );
}

/** What the search index has to hold of a canonical document: each entry once. */
export function searchEntries(type: ResourceTypeId, doc: JsonObject): SearchEntry[] {
  const entries = new Map<string, SearchEntry>();
  const add = (attribute: string, key: string) => entries.set(`${attribute}\0${key}`, { attribute, key });
  if (type === "User") {
    for (const path of USER_PATHS) {
      for (const value of valuesAt(doc, path)) {
        if (typeof value === "string") add(path.join(" "), textKey(value));
      }
    }
  }
  const urn = dictionaryOf(type);
  for (const [name, value] of Object.entries(objectOf(doc[urn]))) {
    for (const one of Array.isArray(value) ? value : [value]) {
      for (const key of storedKeys(one)) add(`${urn} ${name}`, key);
    }
  }
  return [...entries.values()];
}

/** What has to change in the index when one document takes the place of another. */
export function searchDifference(
  before: readonly SearchEntry[],
  after: readonly SearchEntry[],
): { gone: SearchEntry[]; fresh: SearchEntry[] } {
  return { gone: without(before, after), fresh: without(after, before) };
}

function without(entries: readonly SearchEntry[], others: readonly SearchEntry[]): SearchEntry[] {
  const taken = new Set(others.map(({ attribute, key }) => `${attribute}\0${key}`));
  return entries.filter(({ attribute, key }) => !taken.has(`${attribute}\0${key}`));
}

function dictionaryOf(type: ResourceTypeId): string {
  return type === "User" ? DICTIONARY_USER_URN : DICTIONARY_GROUP_URN;
}

/** The values below a path that steps through objects and through the elements of arrays. */
function valuesAt(value: JsonValue | undefined, path: readonly string[]): JsonValue[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((element) => valuesAt(element, path));
  const [key, ...rest] = path;
  if (key === undefined) return [value];
  return typeof value === "object" && Object.hasOwn(value, key) ? valuesAt(value[key], rest) : [];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
