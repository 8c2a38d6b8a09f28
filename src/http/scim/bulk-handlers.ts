import type { RequestHandler } from "express";
import { type BulkOutcome, runBulk } from "../../directory/bulk.js";
import type { Directory } from "../../directory/directory.js";
import { parseBulk } from "../../scim/bulk/parse-bulk.js";
import { entityTag } from "../../scim/entity-tag.js";
import { bulkResponse, errorBody } from "../../scim/messages.js";
import type { JsonObject, ResourceTypeId } from "../../scim/schema/attribute.js";
import type { SchemaRegistry } from "../../scim/schema/registry.js";
import { MAX_BODY_BYTES, MAX_BULK_BYTES } from "../middleware/body.js";
import { sendScim } from "../middleware/negotiation.js";
import { logOf } from "../middleware/request-state.js";
import { requestContext } from "./call.js";
import { resourceLocation } from "./present.js";

/** What the bulk endpoint takes, as `/ServiceProviderConfig` announces it. */
export const BULK_LIMITS = { maxOperations: 1000, maxPayloadSize: MAX_BULK_BYTES };

/** The handler of `POST /Bulk` (RFC 7644 section 3.7). Its operations are answered in the order of the request. */
export function createBulkHandler(deps: {
  directory: Directory;
  /** The SCIM base without a slash at its end. */
  baseUrl: string;
}): RequestHandler {
  const { directory, baseUrl } = deps;
  const limits = { maxOperations: BULK_LIMITS.maxOperations, maxDataBytes: MAX_BODY_BYTES, baseUrl };
  return async (request, response) => {
    const context = requestContext(request);
    const bulk = parseBulk(request.body, limits, context.dialect);
    const registry = await directory.registry(context.tenantId);
    const outcomes = await runBulk(directory, context, bulk, (error) => {
      logOf(request).error({ err: error }, "an operation of a bulk request failed");
    });
    const operations = outcomes.map((outcome) => operationAnswer(outcome, registry, baseUrl));
    sendScim(request, response, 200, bulkResponse(operations));
  };
}

/** How one operation is answered within a bulk response (RFC 7644 section 3.7.3). */
export function operationAnswer(outcome: BulkOutcome, registry: SchemaRegistry, baseUrl: string): JsonObject {
  const { method, bulkId } = outcome.operation;
  const head = { ...(method && { method }), ...(bulkId !== undefined && { bulkId }) };
  const locate = ({ type, id }: { type: ResourceTypeId; id: string }) => ({
    location: resourceLocation(baseUrl, registry.type(type), id),
  });
  if ("error" in outcome) {
    const { error, target } = outcome;
    const status = String(error.status);
    return { ...head, ...(target && locate(target)), status, response: errorBody(error) };
  }
  const { version } = outcome;
  const tag = version === undefined ? {} : { version: entityTag(version) };
  return { ...head, ...locate(outcome), ...tag, status: statusOf(outcome.method) };
}

function statusOf(method: "POST" | "PUT" | "PATCH" | "DELETE"): string {
  switch (method) {
    case "POST":
      return "201";
    case "PUT":
    case "PATCH":
      return "200";
    case "DELETE":
      return "204";
    default:
      return method satisfies never;
  }
}
