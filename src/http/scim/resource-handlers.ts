import type { Request, RequestHandler, Response } from "express";
import type { Directory, Resource } from "../../directory/directory.js";
import { listResponse } from "../../scim/messages.js";
import type { ResourceTypeId } from "../../scim/schema/attribute.js";
import { sendScim } from "../middleware/negotiation.js";
import { readCall, requestContext, resourceIdOf, type ScimCall } from "./call.js";
import { readListParameters } from "./list-parameters.js";
import { namesVersion } from "./preconditions.js";
import { entityTag, presentResource, resourceLocation } from "./present.js";

/** What the handlers of one resource type work with. */
export interface ResourceHandlerDeps {
  directory: Directory;
  /** The SCIM base without a slash at its end. */
  baseUrl: string;
}

/** The handlers of one resource type, by operation. */
export interface ResourceHandlers {
  create: RequestHandler;
  list: RequestHandler;
  read: RequestHandler;
  replace: RequestHandler;
  patch: RequestHandler;
  remove: RequestHandler;
}

/**
 * The operations of RFC 7644 sections 3.3 to 3.6 on one resource type. Each reads its request, asks the directory,
 * and presents; refusals are thrown for the application's error handler.
 */
export function createResourceHandlers(typeId: ResourceTypeId, deps: ResourceHandlerDeps): ResourceHandlers {
  const { directory, baseUrl } = deps;

  function answer(
    request: Request,
    response: Response,
    status: number,
    resource: Resource,
    call: ScimCall,
  ): void {
    identify(response, resource, call);
    sendScim(request, response, status, presentResource(resource, call.type, call.projection, baseUrl));
  }

  function identify(response: Response, resource: Resource, call: ScimCall): void {
    response.setHeader("ETag", entityTag(resource.version));
    response.setHeader("Location", resourceLocation(baseUrl, call.type, resource.id));
  }

  return {
    async create(request, response) {
      const call = await readCall(request, directory, typeId);
      const resource = await directory.create(call.context, typeId, request.body);
      answer(request, response, 201, resource, call);
    },

    async list(request, response) {
      const call = await readCall(request, directory, typeId);
      const parameters = readListParameters(call.query);
      const page = await directory.list(call.context, typeId, { ...parameters, needs: call.needs });
      const resources = page.resources.map((resource) =>
        presentResource(resource, call.type, call.projection, baseUrl),
      );
      const { totalResults } = page;
      const { startIndex } = parameters;
      const body = listResponse({ resources, totalResults, startIndex, itemsPerPage: resources.length });
      sendScim(request, response, 200, body);
    },

    async read(request, response) {
      const call = await readCall(request, directory, typeId);
      const resource = await directory.read(call.context, typeId, resourceIdOf(request), call.needs);
      const held = request.headers["if-none-match"];
      if (held !== undefined && namesVersion(held, entityTag(resource.version))) {
        identify(response, resource, call);
        response.status(304).end();
        return;
      }
      answer(request, response, 200, resource, call);
    },

    async replace(request, response) {
      const call = await readCall(request, directory, typeId);
      const id = resourceIdOf(request);
      const resource = await directory.replace(call.context, typeId, id, request.body, ifMatchOf(request));
      answer(request, response, 200, resource, call);
    },

    async patch(request, response) {
      const call = await readCall(request, directory, typeId);
      const quiet = answersWithoutBody(typeId, call);
      const needs = quiet ? { members: false, groups: false, provisioning: false } : call.needs;
      const ifMatch = ifMatchOf(request);
      const resource = await directory.patch(call.context, typeId, resourceIdOf(request), request.body, {
        needs,
        ...(ifMatch !== undefined && { ifMatch }),
      });
      if (quiet) {
        identify(response, resource, call);
        response.status(204).end();
      } else {
        answer(request, response, 200, resource, call);
      }
    },

    async remove(request, response) {
      await directory.remove(requestContext(request), typeId, resourceIdOf(request), ifMatchOf(request));
      response.status(204).end();
    },
  };
}

/**
 * A group is not sent back after a PATCH unless the client chose attributes: one member more must not cost the
 * reading and sending of all of them (RFC 7644 section 3.5.2 leaves the choice to the server).
 */
function answersWithoutBody(typeId: ResourceTypeId, call: ScimCall): boolean {
  return typeId === "Group" && call.projection.mode === "default";
}

function ifMatchOf(request: Request): string | undefined {
  return request.headers["if-match"];
}
