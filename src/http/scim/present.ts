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
  const meta = {
    resourceType: type.id,
    created: resource.createdAt.toISOString(),
    lastModified: resource.modifiedAt.toISOString(),
    location: resourceLocation(baseUrl, type, resource.id),
    version: "",
  };
  const complete: JsonObject = { ...resource.attributes, id: resource.id, meta };
  addReferences(complete, type, baseUrl);
  const shown = project(complete, projection, type);
  // Only now is known which groups the tag has to speak for. The projection may show `meta` itself or a part of it.
  const shownMeta = shown["meta"];
  if (isObject(shownMeta) && shownMeta["version"] !== undefined) {
    shownMeta["version"] = entityTag(resource.version, shown["groups"]);
  }
  return shown;
}

/** The entity tag of what {@link presentResource} made: the one in its `meta`, where it shows that. */
export function tagOf(resource: Resource, shown: JsonObject): string {
  const { meta } = shown;
  const version = isObject(meta) ? meta["version"] : undefined;
  return typeof version === "string" ? version : entityTag(resource.version, shown["groups"]);
}

function addReferences(resource: JsonObject, type: ResourceTypeDefinition, baseUrl: string): void {
  switch (type.id) {
    case "User":
      referToOwn(resource, "groups", () => groupAddress(baseUrl));
      referWithin(resource, ENTERPRISE_USER_URN, { manager: `${baseUrl}/Users/` });
      return;
    case "Group":
      referToOwn(resource, "members", ({ type }) => `${baseUrl}/${type === "Group" ? "Groups" : "Users"}/`);
      referWithin(resource, ORGANIZATION_GROUP_URN, {
        parent: `${baseUrl}/Groups/`,
        managers: `${baseUrl}/Users/`,
      });
      return;
    default:
      type.id satisfies never;
  }
}

function groupAddress(baseUrl: string): string {
  return `${baseUrl}/Groups/`;
}

/** The groups of a person as {@link presentResource} shows them. */
export function groupsWithReferences(groups: readonly JsonObject[], baseUrl: string): JsonObject[] {
  return groups.map((group) => withOwnReference(group, groupAddress(baseUrl)));
}

function referToOwn(holder: JsonObject, attribute: string, target: (element: JsonObject) => string): void {
  const elements = holder[attribute];
  if (!Array.isArray(elements)) return;
  holder[attribute] = elements.map((element) =>
    isObject(element) ? withOwnReference(element, target(element)) : element,
  );
}

/** Members and groups come from rows of ours, so every one of them has an address. */
function withOwnReference(element: JsonObject, target: string): JsonObject {
  return { ...element, $ref: target + String(element["value"]) };
}

function referWithin(resource: JsonObject, urn: string, attributes: Record<string, string>): void {
  const extension = resource[urn];
  if (!isObject(extension)) return;
  for (const [attribute, target] of Object.entries(attributes)) {
    const value = extension[attribute];
    if (value === undefined) continue;
    const referring = Array.isArray(value)
      ? value.map((element) => withReference(element, target))
      : withReference(value, target);
    resource[urn] = { ...objectAt(resource, urn), [attribute]: referring };
  }
}

// A manager or a parent may still be an employee number or an externalId that nobody has answered to yet
// (it is kept as given); only an id of ours has an address.
const OWN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function withReference(element: JsonValue, target: string): JsonValue {
  if (!isObject(element) || typeof element["value"] !== "string" || !OWN_ID.test(element["value"])) {
    return element;
  }
  return { ...element, $ref: target + element["value"] };
}

function objectAt(resource: JsonObject, key: string): JsonObject {
  const value = resource[key];
  return isObject(value) ? value : {};
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
