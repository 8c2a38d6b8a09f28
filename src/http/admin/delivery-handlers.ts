import type { Request, RequestHandler } from "express";
import { z } from "zod";

import type { Connections } from "../../provisioning/connections/connections.js";
import type { DeliveryLog, DeliveryState } from "../../provisioning/delivery-log.js";
import type { HeldRemovals, HeldSelection } from "../../provisioning/protection/held-removals.js";
import { queryOf } from "../middleware/request-state.js";
import { administratorOf } from "./administrator.js";
import { readCursor, toPage } from "./cursor.js";
import { presentAttempt, presentDelivery } from "./present-delivery.js";
import { idSchema, pageFields, readId, readInput } from "./read-input.js";

/** The handlers of `/admin/v1/deliveries`, by operation. */
export interface DeliveryHandlers {
  list: RequestHandler;
  read: RequestHandler;
  retry: RequestHandler;
  approve: RequestHandler;
  retryFailed: RequestHandler;
  release: RequestHandler;
  discard: RequestHandler;
  releaseHeld: RequestHandler;
  discardHeld: RequestHandler;
}

const STATES = [
  "pending",
  "claimed",
  "blocked",
  "awaiting",
  "parked",
  "held",
  "synced",
  "skipped",
  "failed",
] as const satisfies readonly DeliveryState[];

const listQuery = z.strictObject({
  ...pageFields,
  connection: idSchema.optional(),
  resource: idSchema.optional(),
  state: z
    .string()
    .transform((list) => list.split(",").map((state) => state.trim()))
    .pipe(z.array(z.enum(STATES, `must be some of ${STATES.join(", ")}, with commas between`)))
    .optional(),
});

const retryFailedBody = z.strictObject({
  connectionId: idSchema.optional(),
  states: z
    .array(z.enum(["failed", "parked"], 'must be "failed" or "parked"'))
    .min(1)
    .default(["failed", "parked"]),
});

const heldBody = z.strictObject({
  resourceType: z.enum(["User", "Group"], 'must be "User" or "Group"').optional(),
});

/** What the delivery endpoints work with. */
export interface DeliveryHandlerDeps {
  deliveries: DeliveryLog;
  heldRemovals: HeldRemovals;
  connections: Pick<Connections, "get">;
}

/** Administration of the deliveries: what is where, why, what was tried, and trying again. */
export function createDeliveryHandlers({
  deliveries,
  heldRemovals,
  connections,
}: DeliveryHandlerDeps): DeliveryHandlers {
  async function selectionOf(request: Request): Promise<HeldSelection> {
    const { resourceType } = readInput(heldBody, request.body ?? {});
    const { id: connectionId } = await connections.get(
      administratorOf(request).tenantId,
      readId(request.params.id),
    );
    return { connectionId, resourceType };
  }

  return {
    async list(request, response) {
      const { cursor, limit, connection, resource, state } = readInput(listQuery, { ...queryOf(request) });
      const after = readCursor(cursor);
      const rows = await deliveries.list(administratorOf(request).tenantId, {
        limit: limit + 1,
        ...(after !== undefined && { after }),
        ...(connection !== undefined && { connectionId: connection }),
        ...(resource !== undefined && { resourceId: resource }),
        ...(state !== undefined && { states: state }),
      });
      response.json(toPage(rows, limit, presentDelivery));
    },

    async read(request, response) {
      const detail = await deliveries.get(administratorOf(request).tenantId, readId(request.params.id));
      response.json({
        delivery: presentDelivery(detail.delivery),
        attempts: detail.attempts.map(presentAttempt),
        waitsFor: detail.waitsFor,
      });
    },

    async retry(request, response) {
      response.json(
        presentDelivery(await deliveries.retry(administratorOf(request), readId(request.params.id))),
      );
    },

    async approve(request, response) {
      response.json(
        presentDelivery(await deliveries.approve(administratorOf(request), readId(request.params.id))),
      );
    },

    async retryFailed(request, response) {
      const { connectionId, states } = readInput(retryFailedBody, request.body ?? {});
      const selection = { states, ...(connectionId !== undefined && { connectionId }) };
      const retried = await deliveries.retryFailed(administratorOf(request), selection);
      response.json({ retried });
    },

    async release(request, response) {
      const administrator = administratorOf(request);
      const id = readId(request.params.id);
      await heldRemovals.release(administrator, id);
      response.json(presentDelivery((await deliveries.get(administrator.tenantId, id)).delivery));
    },

    async discard(request, response) {
      const administrator = administratorOf(request);
      const id = readId(request.params.id);
      await heldRemovals.discard(administrator, id);
      response.json(presentDelivery((await deliveries.get(administrator.tenantId, id)).delivery));
    },

    async releaseHeld(request, response) {
      const selection = await selectionOf(request);
      response.json({ released: await heldRemovals.releaseAll(administratorOf(request), selection) });
    },

    async discardHeld(request, response) {
      const selection = await selectionOf(request);
      response.json(await heldRemovals.discardAll(administratorOf(request), selection));
    },
  };
}
