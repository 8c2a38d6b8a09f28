import type { Database } from "../persistence/database.js";
import { listNotifications, type NotificationQuery } from "./list-notifications.js";
import type { Notification } from "./notification.js";

/** What administrators were told, for the admin API. */
export interface Notifications {
  /** Newest first. */
  list(tenantId: string, query: NotificationQuery): Promise<Notification[]>;
}

/** Creates the service over the notification tables. */
export function createNotifications({ database }: { database: Database }): Notifications {
  return { list: (tenantId, query) => listNotifications(database, tenantId, query) };
}
