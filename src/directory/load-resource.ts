import { findUserWithGroups } from "../persistence/groups-of-users.js";
import { findResource } from "../persistence/resource-store.js";
import { isId } from "../platform/ids.js";
import type { ResourceTypeId } from "../scim/schema/attribute.js";
import { type DirectoryParts, missing } from "./directory-parts.js";
import { presentResources } from "./present-resources.js";
import type { RequestContext } from "./request-context.js";
import type { Resource, ResourceNeeds } from "./resource.js";

/** Reads one resource. @throws ScimError 404 when there is none with this id */
export async function loadResource(
  parts: DirectoryParts,
  context: RequestContext,
  type: ResourceTypeId,
  id: string,
  needs: ResourceNeeds,
): Promise<Resource> {
  const { tenantId } = context;
  const { database, provisioningStates } = parts;
  const schema = await parts.schemaOf(tenantId);
  if (!isId(id)) throw missing(type, id);
  const found =
    type === "User" && needs.groups
      ? await findUserWithGroups(database, tenantId, id)
      : { stored: await findResource(database, tenantId, type, id) };
  if (!found?.stored) throw missing(type, id);
  const groups = "groups" in found ? new Map([[id, found.groups]]) : undefined;
  const presentation = { queryable: database, tenantId, schema, provisioningStates };
  const [resource] = await presentResources(presentation, type, [found.stored], needs, groups);
  if (!resource) throw missing(type, id);
  return resource;
}
