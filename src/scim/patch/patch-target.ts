import { badRequest } from "../errors.js";
import { parsePatchPath } from "../filter/parse-filter.js";
import { resolveElementFilter } from "../filter/resolve-filter.js";
import type { ResourceTypeDefinition } from "../schema/attribute.js";
import { findAttribute } from "../schema/find-attribute.js";
import type { PatchTarget } from "./operation.js";

/**
 * Parses a PATCH path and looks it up; undefined when the attribute is not defined.
 *
 * @throws ScimError 400 invalidPath for a malformed path or brackets where there are no elements, 400 invalidFilter
 * for what is wrong inside the brackets
 */
export function findTarget(text: string, type: ResourceTypeDefinition): PatchTarget | undefined {
  const { path, filter, subAttribute } = parsePatchPath(text);
  if (filter !== undefined && path.subAttribute !== undefined) {
    throw badRequest("invalidPath", `In "${text}", the brackets must follow the attribute directly.`);
  }
  const found = findAttribute(type, subAttribute === undefined ? path : { ...path, subAttribute });
  if (found === undefined) return undefined;
  const { attribute } = found;
  const target: PatchTarget = {
    ...(found.extension === undefined ? {} : { extension: found.extension.id }),
    attribute,
    ...(found.subAttribute === undefined ? {} : { subAttribute: found.subAttribute }),
  };
  if (filter === undefined) return target;
  if (!attribute.multiValued || attribute.type !== "complex") {
    throw badRequest("invalidPath", `"${attribute.name}" has no elements that brackets could choose from.`);
  }
  return { ...target, filter: resolveElementFilter(filter, attribute) };
}
