import type { Request } from "express";
import type { Directory, ResourceNeeds } from "../../directory/directory.js";
import type { RequestContext } from "../../directory/request-context.js";
import { createDialect, type Dialect, profileNamed } from "../../scim/dialect/dialect.js";
import { type Projection, parseProjection, projectionNeeds } from "../../scim/projection.js";
import type { ResourceTypeDefinition, ResourceTypeId } from "../../scim/schema/attribute.js";
import {
  correlationIdOf,
  findDialectOf,
  grantOf,
  queryOf,
  type RequestParameters,
  rememberAbout,
} from "../middleware/request-state.js";

/** What every handler of a resource needs to know about its request. */
export interface ScimCall {
  context: RequestContext;
  query: RequestParameters;
  type: ResourceTypeDefinition;
  projection: Projection;
  needs: ResourceNeeds;
}

/** Who asks, in the terms of the directory. Only behind authentication. */
export function requestContext(request: Request): RequestContext {
  const grant = grantOf(request);
  return {
    tenantId: grant.tenantId,
    actor: grant.clientId,
    correlationId: correlationIdOf(request),
    dialect: dialectOf(request),
  };
}

/** The dialect of this request, which collects what all of its reading has met. */
function dialectOf(request: Request): Dialect {
  const known = findDialectOf(request);
  if (known !== undefined) return known;
  const dialect = createDialect(profileNamed(grantOf(request).profile));
  // Entra ID is told to add this to the address of the service; it changes how Entra ID talks, not what is meant.
  if (queryOf(request)["aadOptscim062020"] !== undefined) dialect.mark("entra-flag");
  rememberAbout(request, { dialect });
  return dialect;
}

/**
 * Reads caller, resource type and projection of a request.
 * @throws ScimError 400 invalidValue where both `attributes` and `excludedAttributes` are given
 */
export async function readCall(
  request: Request,
  directory: Pick<Directory, "registry">,
  typeId: ResourceTypeId,
): Promise<ScimCall> {
  const context = requestContext(request);
  const query = queryOf(request);
  const type = (await directory.registry(context.tenantId)).type(typeId);
  const projection = parseProjection(query, type);
  return { context, query, type, projection, needs: projectionNeeds(projection, type) };
}

/** The id in the path. */
export function resourceIdOf(request: Request): string {
  return String(request.params.id);
}
