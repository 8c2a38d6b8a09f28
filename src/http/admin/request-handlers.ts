import type { RequestHandler } from "express";
import { z } from "zod";
import type { Clients } from "../../auth/clients/clients.js";
import type { RequestLog } from "../../request-log/request-log.js";
import { queryOf } from "../middleware/request-state.js";
import { ProblemError } from "../problem-error.js";
import { administratorOf } from "./administrator.js";
import { readCursor, toPage } from "./cursor.js";
import { presentDialect, presentRequest, presentRequestBrief } from "./present-request.js";
import { pageFields, readId, readInput } from "./read-input.js";

/** What the endpoints of the request log work with. */
export interface RequestHandlerDeps {
  requestLog: RequestLog;
  clients: Pick<Clients, "get">;
}

/** The handlers of `/admin/v1/requests`, and of the summary of a client. */
export interface RequestHandlers {
  list: RequestHandler;
  read: RequestHandler;
  dialect: RequestHandler;
}

const MAX_NAME = 256;
const name = z.string().min(1, "must not be blank").max(MAX_NAME, `must have at most ${MAX_NAME} characters`);
const time = z.iso
  .datetime({ offset: true, error: "must be a time such as 2026-01-31T08:00:00Z" })
  .transform((text) => new Date(text));

const listQuery = z.strictObject({
  ...pageFields,
  client: name.optional(),
  status: z
    .string()
    .regex(/^[2-5]xx$/, "must be 2xx, 3xx, 4xx or 5xx")
    .transform((text) => Number(text[0]))
    .optional(),
  quirk: name.optional(),
  correlation: name.optional(),
  resource: name.optional(),
  remarkable: z
    .enum(["true", "false"], 'must be "true" or "false"')
    .transform((text) => text === "true")
    .optional(),
  since: time.optional(),
  until: time.optional(),
});

/** What identity providers sent lately, what it was answered, and which dialect each client speaks. */
export function createRequestHandlers({ requestLog, clients }: RequestHandlerDeps): RequestHandlers {
  return {
    async list(request, response) {
      const { cursor, limit, client, status, quirk, correlation, resource, remarkable, since, until } =
        readInput(listQuery, { ...queryOf(request) });
      const rows = await requestLog.list(administratorOf(request).tenantId, {
        clientId: client,
        statusClass: status,
        quirk,
        correlationId: correlation,
        resourceId: resource,
        remarkable,
        before: readCursor(cursor),
        limit: limit + 1,
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until }),
      });
      response.json(toPage(rows, limit, presentRequestBrief));
    },

    async read(request, response) {
      const found = await requestLog.get(administratorOf(request).tenantId, readId(request.params.id));
      if (found === undefined) throw notKept();
      response.json(presentRequest(found));
    },

    async dialect(request, response) {
      const { tenantId } = administratorOf(request);
      const { clientId, profile } = await clients.get({ tenantId, id: readId(request.params.id) });
      response.json(presentDialect({ clientId, profile }, await requestLog.summarise(tenantId, clientId)));
    },
  };
}

function notKept(): ProblemError {
  return new ProblemError(404, "request_not_found", "There is no such request, or it is not kept any more.");
}
