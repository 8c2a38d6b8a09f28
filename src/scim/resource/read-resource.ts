import { type Dialect, take, takeUnknown } from "../dialect/dialect.js";
import { badRequest } from "../errors.js";
import type {
  AttributeDefinition,
  JsonObject,
  JsonValue,
  ResourceTypeDefinition,
  SchemaDefinition,
} from "../schema/attribute.js";
import { findCoreAttribute, findExtension } from "../schema/find-attribute.js";
import { checkStructure, isJsonObject } from "./check-structure.js";
import { checkResourceSchemas } from "./member-schemas.js";
import { givenTwice, isBlank, readAttribute, readMembers, unknownAttribute } from "./read-value.js";

/**
 * Reads the body of a POST or PUT into the gateway's form: canonical names, extensions under their canonical URN,
 * no `schemas`, no read-only attributes (they are ignored, RFC 7644 section 3.3), nothing unassigned. Values are read
 * as `readAttribute` does. That required attributes are present is the validator's business (`compileValidator`).
 *
 * @param dialect says which deviations pass, and learns which were met
 * @throws ScimError 400 invalidSyntax: no object, wrong `schemas`, an unknown or repeated attribute, a forbidden key,
 * nesting too deep; 400 invalidValue: a value of the wrong type, two primary values
 */
export function readResource(body: unknown, type: ResourceTypeDefinition, dialect: Dialect): JsonObject {
  const given = checkStructure(body);
  const named = checkResourceSchemas(given, type, dialect);
  const seen = new Set<AttributeDefinition | string>();
  const resource: JsonObject = {};
  const takeOnce = (item: AttributeDefinition | string, key: string): void => {
    if (seen.has(item)) throw givenTwice(key);
    seen.add(item);
  };
  for (const [key, value] of Object.entries(given)) {
    const attribute = findCoreAttribute(type, key);
    if (attribute !== undefined) {
      takeOnce(attribute, key);
      assign(resource, attribute, value, attribute.name, dialect);
      continue;
    }
    const extension = findExtension(type, key);
    if (extension === undefined) {
      if (takeUnknown(dialect, key)) continue;
      throw unknownAttribute(key);
    }
    takeOnce(extension.id, key);
    const held = readExtension(value, extension, dialect);
    if (Object.keys(held).length === 0) continue;
    if (named !== undefined && !named.has(extension.id.toLowerCase())) refuseUnlisted(extension.id, dialect);
    resource[extension.id] = held;
  }
  return resource;
}

function readExtension(value: JsonValue, { id, attributes }: SchemaDefinition, dialect: Dialect): JsonObject {
  const held: JsonObject = {};
  if (isBlank(value, "complex", dialect)) return held;
  if (!isJsonObject(value)) throw badRequest("invalidValue", `"${id}" takes an object.`);
  for (const [attribute, given] of readMembers(value, attributes, `${id}:`, dialect)) {
    assign(held, attribute, given, `${id}:${attribute.name}`, dialect);
  }
  return held;
}

function assign(
  holder: JsonObject,
  attribute: AttributeDefinition,
  value: JsonValue,
  path: string,
  dialect: Dialect,
): void {
  if (attribute.mutability === "readOnly") return;
  const read = readAttribute(value, attribute, path, dialect);
  if (read !== undefined) holder[attribute.name] = read;
}

/** RFC 7643 section 3: `schemas` names the schemas of all attributes that are there. */
function refuseUnlisted(urn: string, dialect: Dialect): void {
  if (take(dialect, "unlisted-extension")) return;
  throw badRequest("invalidSyntax", `"schemas" must also hold "${urn}", whose attributes the body has.`);
}
