import type { Queryable } from "../persistence/database.js";
import type { Notification, NotificationKind } from "./notification.js";

/** Which notifications to list, newest first. */
export interface NotificationQuery {
  connectionId?: string | undefined;
  kind?: NotificationKind | undefined;
  /** Only what is older than the notification with this id. */
  before?: string | undefined;
  limit: number;
}

/** Notifications of a tenant, newest first. */
export async function listNotifications(
  db: Queryable,
  tenantId: string,
  query: NotificationQuery,
): Promise<Notification[]> {
  const values: unknown[] = [tenantId, query.limit];
  const conditions = ["tenant_id = $1"];
  const add = (value: unknown, condition: (placeholder: string) => string): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  add(query.connectionId, (value) => `connection_id = ${value}`);
  add(query.kind, (value) => `kind = ${value}`);
  add(query.before, (value) => `id < ${value}`);
  return db.query<Notification>(
    `select tenant_id as "tenantId", id, connection_id as "connectionId", kind, subject, reason, numbers, repeats,
            correlation_id as "correlationId", created_at as "createdAt", last_at as "lastAt"
       from notification where ${conditions.join(" and ")} order by id desc limit $2`,
    values,
  );
}
