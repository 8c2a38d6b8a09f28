import type { Request, RequestHandler, Response } from "express";
import type { Directory, Resource } from "../../directory/directory.js";
import { entityTag } from "../../scim/entity-tag.js";
import type { ResourceTypeId } from "../../scim/schema/attribute.js";
import { sendScimText } from "../middleware/negotiation.js";
import { readCall, requestContext, resourceIdOf, type ScimCall } from "./call.js";
import { isNotModified, writeCondition } from "./preconditions.js";
import { resourceLocation } from "./present.js";
import { writeResource } from "./write-resource.js";

/** What the handlers of one resource type work with. */
export interface ResourceHandlerDeps {
  directory: Directory;
  /** The SCIM base without a slash at its end. */
  baseUrl: string;
}

/** The handlers of one resource type, by operation. */
export interface ResourceHandlers {
  create: RequestHandler;
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
    const { text, tag } = writeResource(resource, call.type, call.projection, baseUrl);
    identify(response, resource, call, tag);
    sendScimText(request, response, status, text);
  }

  function identify(response: Response, resource: Resource, call: ScimCall, tag: string): void {
    response.setHeader("ETag", tag);
    response.setHeader("Location", resourceLocation(baseUrl, call.type, resource.id));
  }

  return {
    async create(request, response) {
      const call = await readCall(request, directory, typeId);
      const resource = await directory.create(call.context, typeId, request.body);
      answer(request, response, 201, resource, call);
    },

    async read(request, response) {
      const call = await readCall(request, directory, typeId);
      const resource = await directory.read(call.context, typeId, resourceIdOf(request), call.needs);
      const { text, tag } = writeResource(resource, call.type, call.projection, baseUrl);
      identify(response, resource, call, tag);
      if (isNotModified(request, tag)) response.status(304).end();
      else sendScimText(request, response, 200, text);
    },

    async replace(request, response) {
      const call = await readCall(request, directory, typeId);
      const id = resourceIdOf(request);
      const ifMatch = await writeCondition(request, directory, call.context, typeId, id);
      const resource = await directory.replace(call.context, typeId, id, request.body, ifMatch);
      answer(request, response, 200, resource, call);
    },

    async patch(request, response) {
      const call = await readCall(request, directory, typeId);
      const quiet = answersWithoutBody(typeId, call);
      const needs = quiet ? { members: false, groups: false, provisioning: false } : call.needs;
      const id = resourceIdOf(request);
      const ifMatch = await writeCondition(request, directory, call.context, typeId, id);
      const resource = await directory.patch(call.context, typeId, id, request.body, {
        needs,
        ...(ifMatch !== undefined && { ifMatch }),
      });
      if (quiet) {
        identify(response, resource, call, entityTag(resource.version));
        response.status(204).end();
      } else {
        answer(request, response, 200, resource, call);
      }
    },

    async remove(request, response) {
      const context = requestContext(request);
      const id = resourceIdOf(request);
      const ifMatch = await writeCondition(request, directory, context, typeId, id);
      await directory.remove(context, typeId, id, ifMatch);
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
