import type { Resource } from "../../directory/directory.js";
import { entityTag } from "../../scim/entity-tag.js";
import { type Projection, showsWhole } from "../../scim/projection.js";
import type { ResourceTypeDefinition } from "../../scim/schema/attribute.js";
import { ENTERPRISE_USER_URN } from "../../scim/schema/urns.js";
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
  resource: Resource,
  type: ResourceTypeDefinition,
  baseUrl: string,
): WrittenResource | undefined {
  const document = resource.document && withManagerReference(resource.document, baseUrl);
  if (document === undefined || EMPTY_OBJECT.test(document)) return undefined;
  const groups = resource.groups && groupsWithReferences(resource.groups, baseUrl);
  const tag = entityTag(resource.version, groups);
  const meta = {
    resourceType: type.id,
    created: resource.createdAt.toISOString(),
    lastModified: resource.modifiedAt.toISOString(),
    location: resourceLocation(baseUrl, type, resource.id),
    version: tag,
  };
  const schemas = [type.schema.id];
  for (const { schema } of type.extensions)
    if (document.includes(`"${schema.id}": {`)) schemas.push(schema.id);
  const head = `{"schemas":${JSON.stringify(schemas)},"id":"${resource.id}",${document.slice(1, -1)}`;
  const shownGroups = groups === undefined ? "" : `,"groups":${JSON.stringify(groups)}`;
  return { text: `${head}${shownGroups},"meta":${JSON.stringify(meta)}}`, tag };
}

/** An extension without values is not shown and not named; that one is left to {@link presentResource}. */
const EMPTY_OBJECT = /": \{\}|^\{\}$/;

// The quotation marks of a text within JSON are escaped, so neither can be part of a value; and PostgreSQL writes
// shorter keys first, so `value` is the first key of a manager who has one.
const MANAGER = '"manager": {';
const MANAGER_ID = /"manager": \{"value": "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"/i;
const UUID_LENGTH = 36;

function withManagerReference(document: string, baseUrl: string): string | undefined {
  if (!document.includes(MANAGER)) return document;
  const found = MANAGER_ID.exec(document);
  if (found === null || !document.includes(`"${ENTERPRISE_USER_URN}": {`)) return undefined;
  const end = found.index + found[0].length;
  const id = document.slice(end - 1 - UUID_LENGTH, end - 1);
  const reference = `, "$ref": ${JSON.stringify(`${baseUrl}/Users/${id}`)}`;
  return document.slice(0, end) + reference + document.slice(end);
}
