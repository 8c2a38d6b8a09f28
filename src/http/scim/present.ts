import type { Resource } from "../../directory/directory.js";
import { entityTag } from "../../scim/entity-tag.js";
import type { Projection } from "../../scim/projection.js";
import { project } from "../../scim/projection.js";
import type { JsonObject, JsonValue, ResourceTypeDefinition } from "../../scim/schema/attribute.js";
import { ENTERPRISE_USER_URN, ORGANIZATION_GROUP_URN } from "../../scim/schema/urns.js";

/** The absolute address of a resource: what stands in `meta.location` and in a Location header. */
export function resourceLocation(baseUrl: string, type: ResourceTypeDefinition, id: string): string {
  return `${baseUrl}${type.endpoint}/${id}`;
}

/**
 * A stored resource as the caller sees it: with `id`, `meta` (RFC 7643 section 3.1), `$ref` wherever a value names
 * a resource of ours, `schemas`, and only what the projection lets through.
 * @param baseUrl the SCIM base without a slash at its end, e.g. `https://scim.example.org/scim/v2`
 */
export function presentResource(
  resource: Resource,
  type: ResourceTypeDefinition,
  projection: Projection,
  baseUrl: string,
): JsonObject {
  const complete: JsonObject = {
    ...resource.attributes,
    id: resource.id,
    meta: {
      resourceType: type.id,
      created: resource.createdAt.toISOString(),
      lastModified: resource.modifiedAt.toISOString(),
      location: resourceLocation(baseUrl, type, resource.id),
      version: entityTag(resource.version),
    },
  };
  addReferences(complete, type, baseUrl);
  const shown = project(complete, projection, type);
  const { meta } = shown;
  if (isObject(meta) && meta["version"] !== undefined) {
    shown["meta"] = { ...meta, version: entityTag(resource.version, shown["groups"]) };
  }
  return shown;
}

function addReferences(resource: JsonObject, type: ResourceTypeDefinition, baseUrl: string): void {
  switch (type.id) {
    case "User":
      refer(resource, "groups", () => `${baseUrl}/Groups/`);
      referWithin(resource, ENTERPRISE_USER_URN, { manager: `${baseUrl}/Users/` });
      return;
    case "Group":
      refer(resource, "members", (member) => `${baseUrl}/${member.type === "Group" ? "Groups" : "Users"}/`);
      referWithin(resource, ORGANIZATION_GROUP_URN, {
        parent: `${baseUrl}/Groups/`,
        managers: `${baseUrl}/Users/`,
      });
      return;
    default:
      type.id satisfies never;
  }
}

function referWithin(resource: JsonObject, urn: string, attributes: Record<string, string>): void {
  const extension = resource[urn];
  if (!isObject(extension)) return;
  const copy = { ...extension };
  for (const [attribute, target] of Object.entries(attributes)) refer(copy, attribute, () => target);
  resource[urn] = copy;
}

function refer(holder: JsonObject, attribute: string, target: (element: JsonObject) => string): void {
  const value = holder[attribute];
  if (Array.isArray(value)) {
    holder[attribute] = value.map((element) => withReference(element, target));
  } else if (value !== undefined) {
    holder[attribute] = withReference(value, target);
  }
}

// A manager or a parent may still be an employee number or an externalId that nobody has answered to yet
// (it is kept as given); only an id of ours has an address.
const OWN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function withReference(element: JsonValue, target: (element: JsonObject) => string): JsonValue {
  if (!isObject(element) || typeof element.value !== "string" || !OWN_ID.test(element.value)) return element;
  return { ...element, $ref: target(element) + element.value };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
