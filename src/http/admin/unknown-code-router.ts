import { type RequestHandler, Router } from "express";
import { z } from "zod";
import type { UnknownCode, UnknownCodes } from "../../provisioning/trouble/unknown-codes.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { queryOf } from "../middleware/request-state.js";
import { methodNotAllowed } from "../middleware/routes.js";
import { administratorOf } from "./administrator.js";
import { readCursor, toPage } from "./cursor.js";
import { idSchema, pageFields, readInput } from "./read-input.js";

const listQuery = z.strictObject({ ...pageFields, connection: idSchema.optional() });

/** `/unknown-codes`: the vendor's codes that no source lists, with a sample of each. */
export function createUnknownCodeRouter({ unknownCodes }: { unknownCodes: UnknownCodes }): Router {
  const list: RequestHandler = async (request, response) => {
    const { cursor, limit, connection } = readInput(listQuery, { ...queryOf(request) });
    const rows = await unknownCodes.list(administratorOf(request).tenantId, {
      connectionId: connection,
      after: readCursor(cursor),
      limit: limit + 1,
    });
    response.json(toPage(rows, limit, presentUnknownCode));
  };
  const router = Router();
  router
    .route("/")
    .get(list)
    .all(methodNotAllowed(["GET", "HEAD"]));
  return router;
}

function presentUnknownCode({ firstAt, lastAt, ...rest }: UnknownCode): JsonObject {
  return { ...rest, firstAt: firstAt.toISOString(), lastAt: lastAt.toISOString() };
}
