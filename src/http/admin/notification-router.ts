import { type RequestHandler, Router } from "express";
import { z } from "zod";
import { NOTIFICATION_KINDS, type Notification } from "../../notifications/notification.js";
import type { NotificationSettings } from "../../notifications/notification-settings.js";
import type { Notifications } from "../../notifications/notifications.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { queryOf } from "../middleware/request-state.js";
import { methodNotAllowed } from "../middleware/routes.js";
import { administratorOf } from "./administrator.js";
import { readCursor, toPage } from "./cursor.js";
import { settingsChangeSchema, testSchema } from "./notification-input.js";
import { SECRET_MASK } from "./present-connection.js";
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

const settingsChange = settingsChangeSchema(SECRET_MASK);

/** `/notification-settings`: how administrators are told. Secrets are written, never shown: a mask stands for each. */
export function createNotificationSettingsRouter({ notifications }: NotificationRouterDeps): Router {
  const read: RequestHandler = async (request, response) => {
    response.json(presentSettings(await notifications.settings(administratorOf(request).tenantId)));
  };
  const change: RequestHandler = async (request, response) => {
    const { quietMinutes, webhook, mail } = readInput(settingsChange, request.body);
    const { settings, newSecret } = await notifications.changeSettings(administratorOf(request), {
      quietMs: quietMinutes === undefined ? undefined : quietMinutes * MINUTE_MS,
      webhook,
      mail,
    });
    response.json(presentSettings(settings, newSecret));
  };
  const test: RequestHandler = async (request, response) => {
    const { channel } = readInput(testSchema, request.body);
    const problem = await notifications.test(administratorOf(request).tenantId, channel);
    response.json({ ok: problem === undefined, problem: problem ?? null });
  };
  const router = Router();
  router
    .route("/")
    .get(read)
    .patch(change)
    .all(methodNotAllowed(["GET", "HEAD", "PATCH"]));
  router
    .route("/test")
    .post(test)
    .all(methodNotAllowed(["POST"]));
  return router;
}

const MINUTE_MS = 60_000;

function presentSettings(settings: NotificationSettings, newSecret?: string): JsonObject {
  const { webhook, mail, hasMailPassword } = settings;
  return {
    quietMinutes: settings.quietMs / MINUTE_MS,
    webhook: webhook === null ? null : { ...webhook, secret: newSecret ?? SECRET_MASK },
    mail:
      mail === null
        ? null
        : { ...mail, user: mail.user ?? null, password: hasMailPassword ? SECRET_MASK : null },
    modifiedAt: settings.modifiedAt?.toISOString() ?? null,
  };
}

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
