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
  if (attributes !== "") return remembered("include", attributes, type);
  if (excluded !== "") return remembered("exclude", excluded, type);
  return EVERYTHING;
}

/** What is returned by default. */
const EVERYTHING: Projection = { mode: "default", paths: [] };

/** Clients ask for the same attributes again and again; what they ask for once must not fill the memory. */
const REMEMBERED = 100;
const LONGEST_REMEMBERED = 1_000;
const projections = new WeakMap<ResourceTypeDefinition, Map<string, Projection>>();

function remembered(mode: "include" | "exclude", list: string, type: ResourceTypeDefinition): Projection {
  if (list.length > LONGEST_REMEMBERED) return { mode, paths: readPaths(list, type) };
  const known = projections.get(type) ?? new Map<string, Projection>();
  projections.set(type, known);
  const key = `${mode} ${list}`;
  let projection = known.get(key);
  if (projection === undefined) {
    projection = { mode, paths: readPaths(list, type) };
    if (known.size >= REMEMBERED) known.clear();
    known.set(key, projection);
  }
  return projection;
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
 * @param resource stored form plus `id`, `meta` and the loaded `members`, `groups` or provisioning extension; canonical,
 * so that what is shown whole needs no second look
 */
export function project(
  resource: JsonObject,
  projection: Projection,
  type: ResourceTypeDefinition,
): JsonObject {
  const view = viewOf(projection, type);
  const schemas = [type.schema.id];
  const shown: JsonObject = { schemas };
  show(resource, view.core, shown);
  for (const { id, parts } of view.extensions) {
    const held = resource[id];
    if (!isJsonObject(held)) continue;
    const extension = show(held, parts, {});
    if (isEmpty(extension)) continue;
    shown[id] = extension;
    schemas.push(id);
  }
  show(resource, view.meta, shown);
  return shown;
}

/**
 * Whether a projection shows the stored attributes of a resource just as they are: all of them, with all their parts.
 * Passwords are stored elsewhere and the provisioning extension is not stored at all.
 */
export function showsWhole(projection: Projection, type: ResourceTypeDefinition): boolean {
  return viewOf(projection, type).isWhole;
}

/**
 * The names at the top of a stored document that a projection shows anything of, where it names a few; undefined where
 * a document is better read as a whole.
 */
export function shownKeys(
  projection: Projection,
  type: ResourceTypeDefinition,
): readonly string[] | undefined {
  return viewOf(projection, type).keys;
}

const NOT_IN_DOCUMENTS: ReadonlySet<string> = new Set([
  "schemas",
  "id",
  "meta",
  "members",
  "groups",
  "password",
]);

/** More names than this cost the database more than the whole document. */
const FEW_KEYS = 8;

function fewKeys(view: Pick<View, "core" | "extensions">, { mode }: Projection): string[] | undefined {
  if (mode !== "include") return undefined;
  const extensions = view.extensions.filter(({ parts }) => parts.length > 0);
  const own = view.core.map(({ name }) => name).filter((name) => !NOT_IN_DOCUMENTS.has(name));
  const keys = [...own, ...extensions.map(({ id }) => id)];
  return keys.length > FEW_KEYS ? undefined : keys;
}

/** What a projection leaves of a resource type, worked out once. */
interface View {
  core: readonly ShownAttribute[];
  extensions: readonly { id: string; parts: readonly ShownAttribute[] }[];
  /** Stands last. */
  meta: readonly ShownAttribute[];
  /** See {@link showsWhole}. */
  isWhole: boolean;
  /** See {@link shownKeys}. */
  keys: readonly string[] | undefined;
}

interface ShownAttribute {
  name: string;
  /** What is shown of a complex attribute; undefined shows the value as it is. */
  parts: readonly ShownAttribute[] | undefined;
}

/** Types live as long as their schemas, projections as long as {@link parseProjection} remembers them. */
const views = new WeakMap<ResourceTypeDefinition, WeakMap<Projection, View>>();

function viewOf(projection: Projection, type: ResourceTypeDefinition): View {
  let ofType = views.get(type);
  if (ofType === undefined) {
    ofType = new WeakMap();
    views.set(type, ofType);
  }
  let view = ofType.get(projection);
  if (view === undefined) {
    view = compileView(projection, type);
    ofType.set(projection, view);
  }
  return view;
}

function compileView(projection: Projection, type: ResourceTypeDefinition): View {
  const core = compileParts([...COMMON_ATTRIBUTES, ...type.schema.attributes], [], projection);
  const named = (name: string) => core.filter((one) => one.name === name);
  const rest = core.filter(({ name }) => name !== "id" && name !== "meta" && name !== "schemas");
  const extensions = type.extensions.map(({ schema }) => ({
    id: schema.id,
    parts: compileParts(schema.attributes, [schema.id], projection),
  }));
  return {
    core: [...named("id"), ...rest],
    extensions,
    meta: named("meta"),
    keys: fewKeys({ core, extensions }, projection),
    isWhole:
      holdsWhole(core, type.schema.attributes) &&
      holdsWhole(core, COMMON_ATTRIBUTES) &&
      type.extensions.every(
        ({ schema }, index) =>
          schema.id === PROVISIONING_USER_URN ||
          schema.id === PROVISIONING_GROUP_URN ||
          holdsWhole(extensions[index]?.parts ?? [], schema.attributes),
      ),
  };
}

function holdsWhole(shown: readonly ShownAttribute[], defined: readonly AttributeDefinition[]): boolean {
  return defined.every(
    ({ name }) => name === "password" || shown.some((one) => one.name === name && one.parts === undefined),
  );
}

function compileParts(
  attributes: readonly AttributeDefinition[],
  prefix: readonly string[],
  projection: Projection,
): ShownAttribute[] {
  return attributes.flatMap((attribute) => {
    const { name, subAttributes } = attribute;
    const keys = [...prefix, name];
    const judged = verdict(attribute, keys, projection);
    if (judged === "hide") return [];
    if (subAttributes === undefined) return [{ name, parts: undefined }];
    // Below an attribute shown whole, naming no longer selects; exclusion still takes single parts away.
    const below = judged === "whole" && projection.mode === "include" ? EVERYTHING : projection;
    const parts = compileParts(subAttributes, keys, below);
    const isWhole = parts.length === subAttributes.length && parts.every((part) => part.parts === undefined);
    return [{ name, parts: isWhole ? undefined : parts }];
  });
}

function show(object: JsonObject, parts: readonly ShownAttribute[], shown: JsonObject): JsonObject {
  for (const { name, parts: below } of parts) {
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (value === undefined || value === null) continue;
    const projected = below === undefined ? value : showValue(value, below);
    if (projected !== undefined) shown[name] = projected;
  }
  return shown;
}

function showValue(value: JsonValue, parts: readonly ShownAttribute[]): JsonValue | undefined {
  if (Array.isArray(value)) {
    const elements = value
      .map((element) => (isJsonObject(element) ? show(element, parts, {}) : element))
      .filter((element) => !isJsonObject(element) || !isEmpty(element));
    // An empty list stays: older authentik versions need `members: []` of an empty group.
    return elements.length === 0 && value.length > 0 ? undefined : elements;
  }
  if (!isJsonObject(value)) return value;
  const object = show(value, parts, {});
  return isEmpty(object) ? undefined : object;
}

function isEmpty(object: JsonObject): boolean {
  for (const _name in object) return false;
  return true;
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

function startsWith(keys: readonly string[], start: readonly string[]): boolean {
  return start.length <= keys.length && start.every((key, index) => keys[index] === key);
}
