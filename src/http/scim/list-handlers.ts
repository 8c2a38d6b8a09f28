import type { Request, RequestHandler, Response } from "express";
import type { Directory, ListPage } from "../../directory/directory.js";
import { listResponseText } from "../../scim/messages.js";
import { type Projection, parseProjection, projectionNeeds, shownKeys } from "../../scim/projection.js";
import type { ResourceTypeDefinition, ResourceTypeId } from "../../scim/schema/attribute.js";
import { sendScimText } from "../middleware/negotiation.js";
import { queryOf, type RequestParameters } from "../middleware/request-state.js";
import { requestContext } from "./call.js";
import { readListParameters } from "./list-parameters.js";
import { readSearchRequest } from "./search-request.js";
import { writeResource } from "./write-resource.js";

/** What the handlers of lists work with. */
export interface ListHandlerDeps {
  directory: Pick<Directory, "registry" | "list" | "search">;
  /** The SCIM base without a slash at its end. */
  baseUrl: string;
}

/** The two ways of asking for a list. */
export interface ListHandlers {
  /** By the query string (RFC 7644 section 3.4.2). */
  list: RequestHandler;
  /** By the body of a POST to `.search` (RFC 7644 section 3.4.3). */
  search: RequestHandler;
}

/** Lists of one resource type, or of all of them at the base of the server (RFC 7644 section 3.4.2.1). */
export function createListHandlers(typeId: ResourceTypeId | undefined, deps: ListHandlerDeps): ListHandlers {
  const { directory, baseUrl } = deps;

  async function answer(request: Request, response: Response, query: RequestParameters): Promise<void> {
    const context = requestContext(request);
    const registry = await directory.registry(context.tenantId);
    const types = typeId === undefined ? registry.resourceTypes : [registry.type(typeId)];
    const views = new Map(
      types.map((type) => [type.id, { type, projection: parseProjection(query, type) }] as const),
    );
    const shown = [...views.values()].map(({ type, projection }) => projectionNeeds(projection, type));
    const needs = {
      members: shown.some((one) => one.members),
      groups: shown.some((one) => one.groups),
      provisioning: shown.some((one) => one.provisioning),
    };
    const parameters = readListParameters(query);
    const page: ListPage =
      typeId === undefined
        ? await directory.search(context, { ...parameters, needs })
        : await directory.list(context, typeId, { ...parameters, needs, keys: keysOf(views.get(typeId)) });
    const resources = page.resources.flatMap((resource) => {
      const view = views.get(resource.type);
      return view === undefined ? [] : writeResource(resource, view.type, view.projection, baseUrl).text;
    });
    const { totalResults, nextCursor, previousCursor } = page;
    const text = listResponseText({
      resources,
      totalResults,
      itemsPerPage: resources.length,
      nextCursor,
      previousCursor,
      ...(parameters.cursor === undefined && { startIndex: parameters.startIndex }),
    });
    sendScimText(request, response, 200, text);
  }

  return {
    list: (request, response) => answer(request, response, queryOf(request)),
    search: (request, response) =>
      answer(request, response, readSearchRequest(request.body, requestContext(request).dialect)),
  };
}

function keysOf(
  view: { type: ResourceTypeDefinition; projection: Projection } | undefined,
): readonly string[] | undefined {
  return view && shownKeys(view.projection, view.type);
}

const LIST_PARAMETERS = ["filter", "sortBy", "sortOrder", "startIndex", "count", "cursor"] as const;

/** Whether a request to the base of the server asks for resources, rather than for what is to be found there. */
export function asksForList(query: RequestParameters): boolean {
  return LIST_PARAMETERS.some((name) => query[name] !== undefined);
}
