import { badRequest } from "./errors.js";
import { readAttributePath } from "./filter/attribute-path.js";
import { isJsonObject } from "./resource/check-structure.js";
import type {
  AttributeDefinition,
  JsonObject,
  JsonValue,
  ResourceTypeDefinition,
} from "./schema/attribute.js";
import { COMMON_ATTRIBUTES } from "./schema/common-attributes.js";
import { findAttribute, findExtension } from "./schema/find-attribute.js";
import { PROVISIONING_GROUP_URN, PROVISIONING_USER_URN } from "./schema/urns.js";

/** Which attributes a client wants to see. */
export interface Projection {
  mode: "default" | "include" | "exclude";
  /** Canonical key paths; one of a single extension URN stands for the whole extension. */
  paths: readonly (readonly string[])[];
}

/**
 * Reads the `attributes` and `excludedAttributes` parameters (RFC 7644 section 3.9): comma-separated names in any
 * case, with sub-attributes and URNs. Unknown names are ignored; an empty parameter counts as not given.
 *
 * @throws ScimError 400 invalidValue when both are given
 */
export function parseProjection(
  query: { attributes?: string | undefined; excludedAttributes?: string | undefined },
  type: ResourceTypeDefinition,
): Projection {
  const attributes = query.attributes?.trim() ?? "";
  const excluded = query.excludedAttributes?.trim() ?? "";
  if (attributes !== "" && excluded !== "") {
    throw badRequest("invalidValue", '"attributes" and "excludedAttributes" cannot be used together.');
  }
  if (attributes !== "") return { mode: "include", paths: readPaths(attributes, type) };
  if (excluded !== "") return { mode: "exclude", paths: readPaths(excluded, type) };
  return { mode: "default", paths: [] };
}

/** Which of the parts that cost an extra look-up the answer will show, so that the others need not be loaded. */
export function projectionNeeds(
  projection: Projection,
  type: ResourceTypeDefinition,
): { members: boolean; groups: boolean; provisioning: boolean } {
  const isShown = (name: string): boolean => {
    const found = findAttribute(type, { attribute: name });
    return found !== undefined && verdict(found.attribute, [found.attribute.name], projection) !== "hide";
  };
  const provisioning = type.extensions
    .filter(({ schema }) => schema.id === PROVISIONING_USER_URN || schema.id === PROVISIONING_GROUP_URN)
    .some(({ schema }) =>
      schema.attributes.some(
        (attribute) => verdict(attribute, [schema.id, attribute.name], projection) !== "hide",
      ),
    );
  return { members: isShown("members"), groups: isShown("groups"), provisioning };
}

/**
 * The resource as a client may see it: `returned` rules of the schema (always, default, request, never) and the
 * projection applied at every level, `schemas` set to the URNs of what is in the result. Attributes that no schema
 * defines are left out. The argument is not changed; the result shares its values.
 *
 * @param resource stored form plus `id`, `meta` and the loaded `members`, `groups` or provisioning extension
 */
export function project(
  resource: JsonObject,
  projection: Projection,
  type: ResourceTypeDefinition,
): JsonObject {
  const core = projectObject(resource, [...COMMON_ATTRIBUTES, ...type.schema.attributes], [], projection);
  const schemas = [type.schema.id];
  const extensions: JsonObject = {};
  for (const { schema } of type.extensions) {
    const held = resource[schema.id];
    if (!isJsonObject(held)) continue;
    const shown = projectObject(held, schema.attributes, [schema.id], projection);
    if (Object.keys(shown).length === 0) continue;
    extensions[schema.id] = shown;
    schemas.push(schema.id);
  }
  const { id, meta, ...rest } = core;
  return {
    schemas,
    ...(id === undefined ? {} : { id }),
    ...rest,
    ...extensions,
    ...(meta === undefined ? {} : { meta }),
  };
}

function readPaths(list: string, type: ResourceTypeDefinition): string[][] {
  const paths = list.split(",").flatMap((name) => {
    const written = name.trim();
    const extension = findExtension(type, written);
    if (extension !== undefined) return [[extension.id]];
    const path = readAttributePath(written);
    const found = path && findAttribute(type, path);
    if (!found) return [];
    const keys = [...(found.extension ? [found.extension.id] : []), found.attribute.name];
    return [found.subAttribute ? [...keys, found.subAttribute.name] : keys];
  });
  // Naming one attribute a thousand times must not cost a thousand times as much per value.
  return [...new Map(paths.map((keys) => [keys.join(" "), keys])).values()];
}

/** `whole`: with its usual parts; `parts`: only what is named below it. */
type Verdict = "whole" | "parts" | "hide";

function verdict(attribute: AttributeDefinition, keys: readonly string[], projection: Projection): Verdict {
  if (attribute.returned === "never") return "hide";
  if (attribute.returned === "always") return "whole";
  if (projection.mode === "include") {
    if (projection.paths.some((path) => startsWith(keys, path))) return "whole";
    return projection.paths.some((path) => startsWith(path, keys)) ? "parts" : "hide";
  }
  if (attribute.returned === "request") return "hide";
  return projection.paths.some((path) => startsWith(keys, path)) ? "hide" : "whole";
}

function projectObject(
  object: JsonObject,
  attributes: readonly AttributeDefinition[],
  prefix: readonly string[],
  projection: Projection,
): JsonObject {
  const shown: JsonObject = {};
  for (const attribute of attributes) {
    const value = Object.hasOwn(object, attribute.name) ? object[attribute.name] : undefined;
    if (value === undefined || value === null) continue;
    const keys = [...prefix, attribute.name];
    const judged = verdict(attribute, keys, projection);
    if (judged === "hide") continue;
    const projected = projectValue(value, attribute, keys, projection, judged);
    if (projected !== undefined) shown[attribute.name] = projected;
  }
  return shown;
}

function projectValue(
  value: JsonValue,
  { subAttributes }: AttributeDefinition,
  keys: readonly string[],
  projection: Projection,
  judged: Exclude<Verdict, "hide">,
): JsonValue | undefined {
  if (subAttributes === undefined) return value;
  // Below an attribute shown whole, naming no longer selects; exclusion still takes single parts away.
  const below: Projection =
    judged === "whole" && projection.mode === "include" ? { mode: "default", paths: [] } : projection;
  if (Array.isArray(value)) {
    const elements = value
      .map((element) =>
        isJsonObject(element) ? projectObject(element, subAttributes, keys, below) : element,
      )
      .filter((element) => !isJsonObject(element) || Object.keys(element).length > 0);
    // An empty list stays: older authentik versions need `members: []` of an empty group.
    return elements.length === 0 && value.length > 0 ? undefined : elements;
  }
  if (!isJsonObject(value)) return value;
  const parts = projectObject(value, subAttributes, keys, below);
  return Object.keys(parts).length === 0 ? undefined : parts;
}

function startsWith(keys: readonly string[], start: readonly string[]): boolean {
  return start.length <= keys.length && start.every((key, index) => keys[index] === key);
}
