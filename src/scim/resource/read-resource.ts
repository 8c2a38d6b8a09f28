import type { Dialect } from "../dialect/dialect.js";
import { badRequest } from "../errors.js";
import type {
  AttributeDefinition,
  JsonObject,
  JsonValue,
  ResourceTypeDefinition,
} from "../schema/attribute.js";
import { findCoreAttribute, findExtension } from "../schema/find-attribute.js";
import { checkStructure, isJsonObject, messageSchemas } from "./check-structure.js";
import { givenTwice, isUnassigned, readAttribute, readMembers, unknownAttribute } from "./read-value.js";

/**
 * Reads the body of a POST or PUT into the gateway's form: canonical names, extensions under their canonical URN,
 * no `schemas`, no read-only attributes (they are ignored, RFC 7644 section 3.3), nothing unassigned. Unknown URNs in
 * `schemas` are ignored when the core one is there (Entra ID sends an own one). Values are read as `readAttribute`
 * does. That required attributes are present is the validator's business (`compileValidator`).
 *
 * @throws ScimError 400 invalidSyntax: no object, core URN missing from `schemas`, an unknown or repeated attribute, a
 * forbidden key, nesting too deep; 400 invalidValue: a value of the wrong type, two primary values
 */
export function readResource(body: unknown, type: ResourceTypeDefinition, _dialect: Dialect): JsonObject {
  const given = checkStructure(body);
  if (!messageSchemas(given).includes(type.schema.id.toLowerCase())) {
    throw badRequest("invalidSyntax", `"schemas" must hold "${type.schema.id}".`);
  }
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
      assign(resource, attribute, value, attribute.name);
      continue;
    }
    const extension = findExtension(type, key);
    if (extension === undefined) throw unknownAttribute(key);
    takeOnce(extension.id, key);
    const held = readExtension(value, extension.attributes, extension.id);
    if (Object.keys(held).length > 0) resource[extension.id] = held;
  }
  return resource;
}

function readExtension(
  value: JsonValue,
  attributes: readonly AttributeDefinition[],
  urn: string,
): JsonObject {
  const held: JsonObject = {};
  if (isUnassigned(value)) return held;
  if (!isJsonObject(value)) throw badRequest("invalidValue", `"${urn}" takes an object.`);
  for (const [attribute, given] of readMembers(value, attributes, `${urn}:`)) {
    assign(held, attribute, given, `${urn}:${attribute.name}`);
  }
  return held;
}

function assign(holder: JsonObject, attribute: AttributeDefinition, value: JsonValue, path: string): void {
  if (attribute.mutability === "readOnly") return;
  const read = readAttribute(value, attribute, path);
  if (read !== undefined) holder[attribute.name] = read;
}
