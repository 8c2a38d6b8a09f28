import { type RequestHandler, Router } from "express";
import { z } from "zod";
import { NOTIFICATION_KINDS, type Notification } from "../../notifications/notification.js";
import type { Notifications } from "../../notifications/notifications.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { queryOf } from "../middleware/request-state.js";
import { methodNotAllowed } from "../middleware/routes.js";
import { administratorOf } from "./administrator.js";
import { readCursor, toPage } from "./cursor.js";
import { idSchema, pageFields, readInput } from "./read-input.js";

/** What the endpoints of the notifications work with. */
export interface NotificationRouterDeps {
  notifications: Notifications;
}

const listQuery = z.strictObject({
  ...pageFields,
  connection: idSchema.optional(),
  kind: z.enum(NOTIFICATION_KINDS, `must be one of ${NOTIFICATION_KINDS.join(", ")}`).optional(),
});

/** `/notifications`: what administrators were told, newest first. */
export function createNotificationRouter({ notifications }: NotificationRouterDeps): Router {
  const list: RequestHandler = async (request, response) => {
    const { cursor, limit, connection, kind } = readInput(listQuery, { ...queryOf(request) });
    const rows = await notifications.list(administratorOf(request).tenantId, {
      connectionId: connection,
      kind,
      before: readCursor(cursor),
      limit: limit + 1,
    });
    response.json(toPage(rows, limit, presentNotification));
  };
  const router = Router();
  router
    .route("/")
    .get(list)
    .all(methodNotAllowed(["GET", "HEAD"]));
  return router;
}

function presentNotification(notification: Notification): JsonObject {
  const { subject, reason } = notification;
  return {
    id: notification.id,
    connectionId: notification.connectionId,
    kind: notification.kind,
    subject: subject === null ? null : { ...subject },
    reason: { ...reason },
    numbers: notification.numbers,
    repeats: notification.repeats,
    correlationId: notification.correlationId,
    createdAt: notification.createdAt.toISOString(),
    lastAt: notification.lastAt.toISOString(),
  };
}
