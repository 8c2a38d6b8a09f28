import { ScimError } from "../../scim/errors.js";
import type { ResolvedFilter } from "../../scim/filter/ast.js";
import { evaluateFilter } from "../../scim/filter/evaluate-filter.js";
import { parsePatchPath } from "../../scim/filter/parse-filter.js";
import { findTarget } from "../../scim/patch/patch-target.js";
import type { JsonObject, JsonValue, SchemaDefinition } from "../../scim/schema/attribute.js";
import { buildRegistry } from "../../scim/schema/registry.js";
import { DICTIONARY_GROUP_URN, DICTIONARY_USER_URN } from "../../scim/schema/urns.js";
import { type PathWrite, withValue, writeAt } from "./path-writing.js";

/** A place in a user, written as in a SCIM PATCH (RFC 7644 section 3.5.2), e.g. `emails[type eq "work"].value`. */
export interface ScimPath {
  text: string;
  /**
   * Whether the path itself says which of several values it means, by brackets. One that does gives the first value
   * found; one that does not gives a value only where there is exactly one, so that nothing is picked by chance.
   */
  chosen: boolean;
  /** Every value at the place, in the order of the resource. */
  read(attributes: JsonObject): JsonValue[];
  /** What the resource would be with a value at the place; see writeAt. */
  write(attributes: JsonObject, value: JsonValue): PathWrite | undefined;
}

/** A path that no user can have. */
export class InvalidScimPathError extends Error {
  override readonly name = "InvalidScimPathError";
}

const empty = (id: string): SchemaDefinition => ({ id, name: "", description: "", attributes: [] });
/** The attributes every tenant has; those of a tenant's dictionary are looked up in the user itself. */
const USER = buildRegistry({ user: empty(DICTIONARY_USER_URN), group: empty(DICTIONARY_GROUP_URN) }).type(
  "User",
);

/**
 * Reads a path of a user. Paths into the dictionary extension are taken with any name, as its fields may be defined
 * later; all others must exist.
 * @throws InvalidScimPathError
 */
export function compileScimPath(text: string): ScimPath {
  try {
    return dictionaryPath(text) ?? schemaPath(text);
  } catch (error) {
    if (error instanceof ScimError) throw new InvalidScimPathError(error.message, { cause: error });
    throw error;
  }
}

function dictionaryPath(text: string): ScimPath | undefined {
  const { path, filter, subAttribute } = parsePatchPath(text);
  if (path.schema?.toLowerCase() !== DICTIONARY_USER_URN.toLowerCase()) return undefined;
  if (filter !== undefined || path.subAttribute !== undefined || subAttribute !== undefined) {
    throw new InvalidScimPathError("dictionary fields have neither brackets nor sub-attributes");
  }
  const wanted = path.attribute.toLowerCase();
  return {
    text,
    chosen: false,
    read: (attributes) =>
      Object.entries(objectOf(attributes[DICTIONARY_USER_URN])).flatMap(([name, value]) =>
        name.toLowerCase() === wanted ? value : [],
      ),
    write: (attributes, value) => writeDictionary(attributes, path.attribute, value),
  };
}

/** A dictionary field has the type that its tenant gave it: that of the value it has, as far as that is known here. */
function writeDictionary(attributes: JsonObject, name: string, given: JsonValue): PathWrite | undefined {
  const fields = objectOf(attributes[DICTIONARY_USER_URN]);
  const wanted = name.toLowerCase();
  const stored = Object.keys(fields).find((one) => one.toLowerCase() === wanted) ?? name;
  const before = fields[stored] ?? null;
  if (Array.isArray(before) && before.length > 1) return undefined;
  const single = like(Array.isArray(before) ? before[0] : before, given);
  const after = Array.isArray(before) && single !== null ? [single] : single;
  const changed = withValue(fields, stored, after);
  return {
    path: `${DICTIONARY_USER_URN}:${stored}`,
    before,
    after,
    attributes: { ...attributes, [DICTIONARY_USER_URN]: changed },
  };
}

function like(sample: JsonValue | undefined, value: JsonValue): JsonValue {
  if (typeof sample === "number" && typeof value === "string" && value.trim() !== "") {
    return Number.isFinite(Number(value)) ? Number(value) : value;
  }
  if (typeof sample === "boolean" && (value === "true" || value === "false")) return value === "true";
  return typeof sample === "string" && value !== null ? String(value) : value;
}

function schemaPath(text: string): ScimPath {
  const target = findTarget(text, USER);
  if (target === undefined) throw new InvalidScimPathError(`users have no attribute "${text}"`);
  const { extension, attribute, filter, subAttribute } = target;
  if (attribute.returned === "never") throw new InvalidScimPathError(`"${text}" is never given out`);
  const elements = (attributes: JsonObject): JsonValue[] => {
    const holder = extension === undefined ? attributes : objectOf(attributes[extension]);
    const value = holder[attribute.name];
    if (value === undefined || value === null) return [];
    const all = Array.isArray(value) ? value : [value];
    return filter === undefined ? all : all.filter((element) => matches(element, filter));
  };
  return {
    text,
    chosen: filter !== undefined,
    read: (attributes) =>
      subAttribute === undefined
        ? elements(attributes)
        : elements(attributes).flatMap((element) => objectOf(element)[subAttribute.name] ?? []),
    write: (attributes, value) => writeAt(target, attributes, value),
  };
}

function matches(element: JsonValue, filter: ResolvedFilter): boolean {
  return isObject(element) && evaluateFilter(filter, element);
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
