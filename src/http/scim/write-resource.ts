import type { Resource } from "../../directory/directory.js";
import { entityTag, entityTagOfText } from "../../scim/entity-tag.js";
import { type Projection, showsWhole } from "../../scim/projection.js";
import type { ResourceTypeDefinition } from "../../scim/schema/attribute.js";
import { groupsWithReferences, presentResource, resourceLocation, tagOf } from "./present.js";

/** A resource as it goes over the wire, and its entity tag. */
export interface WrittenResource {
  text: string;
  tag: string;
}

/**
 * What {@link presentResource} says, as JSON text. A person who is shown whole is not assembled from parsed attributes:
 * `schemas`, `id`, `groups`, `meta` and the manager's `$ref` are put around the text that the database gave.
 */
export function writeResource(
  resource: Resource,
  type: ResourceTypeDefinition,
  projection: Projection,
  baseUrl: string,
): WrittenResource {
  const verbatim = showsWhole(projection, type) ? writeVerbatim(resource, type, baseUrl) : undefined;
  if (verbatim !== undefined) return verbatim;
  const shown = presentResource(resource, type, projection, baseUrl);
  return { text: JSON.stringify(shown), tag: tagOf(resource, shown) };
}

function writeVerbatim(
  { document, groups, id, version, createdAt, modifiedAt }: Resource,
  type: ResourceTypeDefinition,
  baseUrl: string,
): WrittenResource | undefined {
  // An extension without values is not shown and not named: that one is left to presentResource.
  if (document === undefined || document.includes(EMPTY_OBJECT)) return undefined;
  // PostgreSQL writes shorter keys first, so extensions stand last. The quotation marks of a text within JSON are
  // escaped, so none of what is looked for can be part of a value.
  const extensions = Math.max(0, document.indexOf('"urn:'));
  const content = withManagerReference(document, extensions, baseUrl);
  if (content === undefined) return undefined;
  const shown = groups && JSON.stringify(groupsWithReferences(groups, baseUrl));
  const tag = shown !== undefined && groups?.length ? entityTagOfText(version, shown) : entityTag(version);
  const created = createdAt.toISOString();
  const modified = createdAt.getTime() === modifiedAt.getTime() ? created : modifiedAt.toISOString();
  let schemas = `"${type.schema.id}"`;
  for (const { schema } of type.extensions) {
    if (document.includes(`"${schema.id}": {`, extensions)) schemas += `,"${schema.id}"`;
  }
  const location = resourceLocation(baseUrl, type, id);
  const text =
    `{"schemas":[${schemas}],"id":"${id}",${content.slice(1, -1)}` +
    (shown === undefined ? "" : `,"groups":${shown}`) +
    `,"meta":{"resourceType":"${type.id}","created":"${created}","lastModified":"${modified}",` +
    `"location":${JSON.stringify(location)},"version":${JSON.stringify(tag)}}}`;
  return { text, tag };
}

const EMPTY_OBJECT = '": {}';
const MANAGER = '"manager": {';
/** `value` is the first key of a manager who has one. */
const MANAGER_ID = /\{"value": "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"/iy;

function withManagerReference(document: string, extensions: number, baseUrl: string): string | undefined {
  const manager = document.indexOf(MANAGER, extensions);
  if (manager < 0) return document;
  MANAGER_ID.lastIndex = manager + MANAGER.length - 1;
  const found = MANAGER_ID.exec(document);
  if (found === null) return undefined;
  const end = MANAGER_ID.lastIndex;
  const reference = `, "$ref": ${JSON.stringify(`${baseUrl}/Users/${found[1]}`)}`;
  return document.slice(0, end) + reference + document.slice(end);
}
