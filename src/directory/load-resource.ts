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
  const stored = isId(id) ? await findResource(database, tenantId, type, id) : undefined;
  if (!stored) throw missing(type, id);
  const presentation = { queryable: database, tenantId, schema, provisioningStates };
  const [resource] = await presentResources(presentation, type, [stored], needs);
  if (!resource) throw missing(type, id);
  return resource;
}
