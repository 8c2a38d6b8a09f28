import { z } from "zod";
import type { BulkRequest } from "../../scim/bulk/bulk-request.js";
import { parseBulk } from "../../scim/bulk/parse-bulk.js";
import type { Dialect } from "../../scim/dialect/dialect.js";
import { BULK_REQUEST_SCHEMA } from "../../scim/messages.js";
import type { JsonValue } from "../../scim/schema/attribute.js";
import { MAX_BODY_BYTES } from "../middleware/body.js";
import { idSchema } from "./read-input.js";

/** Operations of a bulk request in a plan: fewer than a bulk request may have, since they are one transaction here. */
const MAX_OPERATIONS = 200;

const scimRequestSchema = z.strictObject({
  method: z.enum(["POST", "PUT", "PATCH", "DELETE"], "must be POST, PUT, PATCH or DELETE"),
  path: z.string("must be a text").trim().min(1, "must not be blank").max(2_000),
  body: z.unknown().optional(),
  ifMatch: z.string("must be an entity tag").max(200).optional(),
});

/** The body of `POST /plan`. */
export const changePlanSchema = z.strictObject({
  connectionId: idSchema.optional(),
  request: scimRequestSchema,
});

/**
 * A SCIM request in the terms of a bulk request, of which a single one is one operation.
 * @throws ScimError where it can not be read at all
 */
export function readScimRequest(
  request: z.infer<typeof scimRequestSchema>,
  baseUrl: string,
  dialect: Dialect,
): BulkRequest {
  const limits = { maxOperations: MAX_OPERATIONS, maxDataBytes: MAX_BODY_BYTES, baseUrl };
  const { method, path, body, ifMatch } = request;
  if (method === "POST" && /(^|\/)bulk\/?$/i.test(path)) return parseBulk(body, limits, dialect);
  const operation = {
    method,
    path,
    bulkId: "request",
    ...(body !== undefined && { data: body as JsonValue }),
    ...(ifMatch !== undefined && { version: ifMatch }),
  };
  return parseBulk({ schemas: [BULK_REQUEST_SCHEMA], Operations: [operation] }, limits, dialect);
}
