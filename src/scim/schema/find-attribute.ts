import type { AttributePath } from "../filter/ast.js";
import type { AttributeDefinition, ResourceTypeDefinition, SchemaDefinition } from "./attribute.js";
import { COMMON_ATTRIBUTES } from "./common-attributes.js";

/** Where an attribute was found. */
export interface FoundAttribute {
  /** The extension that defines it; absent for core and common attributes. */
  extension?: SchemaDefinition;
  attribute: AttributeDefinition;
  subAttribute?: AttributeDefinition;
}

/** Attribute lists are immutable, so their index by name is built once and lives as long as the list. */
const indexes = new WeakMap<readonly AttributeDefinition[], Map<string, AttributeDefinition>>();

/** The attribute of this name in a list; names compare without regard to case (RFC 7643 section 2.1). */
export function findByName(
  attributes: readonly AttributeDefinition[] | undefined,
  name: string,
): AttributeDefinition | undefined {
  if (attributes === undefined) return undefined;
  let index = indexes.get(attributes);
  if (index === undefined) {
    index = new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));
    indexes.set(attributes, index);
  }
  return index.get(name.toLowerCase());
}

/** The core or common attribute of this name. */
export function findCoreAttribute(
  type: ResourceTypeDefinition,
  name: string,
): AttributeDefinition | undefined {
  return findByName(type.schema.attributes, name) ?? findByName(COMMON_ATTRIBUTES, name);
}

/** The extension with this URN, compared without regard to case. */
export function findExtension(type: ResourceTypeDefinition, urn: string): SchemaDefinition | undefined {
  // Most names that come here are no URNs, and a body can hold very many of them; the length tells them apart.
  const isNamed = ({ id }: SchemaDefinition) =>
    id.length === urn.length && id.toLowerCase() === urn.toLowerCase();
  return type.extensions.find(({ schema }) => isNamed(schema))?.schema;
}

/**
 * Looks a written path up. A path without a schema means the core schema (RFC 7644 section 3.10); an extension's
 * attributes need their URN. Undefined when any part of the path is not defined.
 */
export function findAttribute(type: ResourceTypeDefinition, path: AttributePath): FoundAttribute | undefined {
  const isCore = path.schema === undefined || path.schema.toLowerCase() === type.schema.id.toLowerCase();
  const extension = isCore || path.schema === undefined ? undefined : findExtension(type, path.schema);
  const attribute = isCore
    ? findCoreAttribute(type, path.attribute)
    : findByName(extension?.attributes, path.attribute);
  if (attribute === undefined) return undefined;
  const found: FoundAttribute = extension === undefined ? { attribute } : { extension, attribute };
  if (path.subAttribute === undefined) return found;
  const subAttribute = findByName(attribute.subAttributes, path.subAttribute);
  return subAttribute === undefined ? undefined : { ...found, subAttribute };
}
