import type { Request, RequestHandler } from "express";
import { z } from "zod";
import type { DeliveryLog } from "../../provisioning/delivery-log.js";
import type { ResourceTypeId } from "../../scim/schema/attribute.js";
import { type Place, SOURCES, type Timelines } from "../../timeline/timeline.js";
import { queryOf } from "../middleware/request-state.js";
import { ProblemError } from "../problem-error.js";
import { administratorOf } from "./administrator.js";
import { presentDelivery } from "./present-delivery.js";
import { presentTimelineEntry } from "./present-timeline.js";
import { pageFields, readId, readInput } from "./read-input.js";

/** What the timeline endpoints work with. */
export interface TimelineHandlerDeps {
  timelines: Timelines;
  deliveries: Pick<DeliveryLog, "list">;
}

const MAX_CORRELATION_ID = 256;
const listQuery = z.strictObject({
  ...pageFields,
  correlation: z.string().min(1).max(MAX_CORRELATION_ID).optional(),
});

/** Most connections whose standing is told with a timeline. */
const SHOWN_STANDINGS = 50;

/** The handler of `/admin/v1/users/{id}/timeline` or `/admin/v1/groups/{id}/timeline`. */
export function createTimelineHandler(deps: TimelineHandlerDeps, type: ResourceTypeId): RequestHandler {
  return async (request: Request, response) => {
    const { cursor, limit, correlation } = readInput(listQuery, { ...queryOf(request) });
    const { tenantId } = administratorOf(request);
    const resourceId = readId(request.params["id"]);
    const after = cursor === undefined ? undefined : readPlace(cursor);
    const page = await deps.timelines.read(tenantId, type, resourceId, {
      correlationId: correlation,
      after,
      limit,
    });
    if (page === undefined) throw new ProblemError(404, "not_found", `There never was such a ${type}.`);
    const standing = await deps.deliveries.list(tenantId, { resourceId, limit: SHOWN_STANDINGS });
    const shown = page.entries.slice(0, limit);
    const last = page.entries.length > limit ? shown.at(-1) : undefined;
    response.json({
      resource: {
        id: page.subject.id,
        type: page.subject.type,
        name: page.subject.name,
        deletedAt: page.subject.deletedAt?.toISOString() ?? null,
      },
      standing: standing.map(presentDelivery),
      items: shown.map(presentTimelineEntry),
      nextCursor: last === undefined ? null : writePlace(last),
    });
  };
}

const placeSchema = z.tuple([
  z.iso.datetime(),
  z.enum(SOURCES),
  z.string().regex(/^(?:\d{1,19}|[0-9a-f-]{36}[0-2]?)$/),
]);

const NUMBER = /^\d{1,19}$/;
/** What the keys of the sources look like. */
const KEYS: Record<Place["source"], RegExp> = {
  request: /^[0-9a-f-]{36}$/,
  administration: NUMBER,
  change: NUMBER,
  comparison: /^[0-9a-f-]{36}$/,
  delivery: NUMBER,
  adoption: /^[0-9a-f-]{36}[0-2]$/,
  "write-back": NUMBER,
};

function writePlace({ at, source, key }: Place): string {
  return Buffer.from(JSON.stringify([at.toISOString(), source, key]), "utf8").toString("base64url");
}

/** @throws ProblemError 400 invalid_cursor */
function readPlace(cursor: string): Place {
  const result = placeSchema.safeParse(parseJson(Buffer.from(cursor, "base64url").toString("utf8")));
  if (!result.success || !KEYS[result.data[1]].test(result.data[2])) {
    throw new ProblemError(
      400,
      "invalid_cursor",
      "The cursor is not one of this list; begin again without it.",
    );
  }
  const [at, source, key] = result.data;
  return { at: new Date(at), source, key };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not one of ours; the schema says so.
    return undefined;
  }
}
