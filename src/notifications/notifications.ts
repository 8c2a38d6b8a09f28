import type { AuditContext } from "../audit/append-audit.js";
import type { Database } from "../persistence/database.js";
import type { Clock } from "../platform/clock.js";
import { newTimedId } from "../platform/ids.js";
import type { SecretBox } from "../platform/secret-box.js";
import type { ToldNotification } from "./compose-message.js";
import { listNotifications, type NotificationQuery } from "./list-notifications.js";
import type { Notification } from "./notification.js";
import {
  changeNotificationSettings,
  InvalidNotificationSettingsError,
  type NotificationSettings,
  type NotificationSettingsChange,
  openChannels,
  readNotificationSettings,
} from "./notification-settings.js";
import type { MessageSender } from "./send-message.js";

/** What administrators were told, and how they are told it, for the admin API. */
export interface Notifications {
  /** Newest first. */
  list(tenantId: string, query: NotificationQuery): Promise<Notification[]>;
  settings(tenantId: string): Promise<NotificationSettings>;
  /** As {@link changeNotificationSettings}. @throws InvalidNotificationSettingsError */
  changeSettings(
    context: AuditContext,
    change: NotificationSettingsChange,
  ): Promise<{ settings: NotificationSettings; newSecret?: string }>;
  /**
   * Sends a sample at once, whether the way is switched on or not. Answers what went wrong, or undefined.
   * @throws InvalidNotificationSettingsError where that way is not configured
   */
  test(tenantId: string, channel: "webhook" | "mail"): Promise<string | undefined>;
}

/** What the service works with. */
export interface NotificationsDeps {
  database: Database;
  clock: Clock;
  secretBox: SecretBox;
  sender: MessageSender;
}

/** Creates the service over the notification tables. */
export function createNotifications(deps: NotificationsDeps): Notifications {
  const { database, clock, secretBox, sender } = deps;
  return {
    list: (tenantId, query) => listNotifications(database, tenantId, query),
    settings: (tenantId) => readNotificationSettings(database, tenantId),
    changeSettings: (context, change) => changeNotificationSettings(deps, context, change),

    async test(tenantId, channel) {
      const { webhook, mail } = await openChannels(database, secretBox, tenantId);
      const sample = sampleOf(tenantId, clock.now());
      try {
        if (channel === "webhook" && webhook !== undefined) await sender.webhook(webhook, sample);
        else if (channel === "mail" && mail !== undefined) await sender.mail(mail, sample);
        else throw new InvalidNotificationSettingsError(channel, "is not configured");
        return undefined;
      } catch (error) {
        if (error instanceof InvalidNotificationSettingsError) throw error;
        return error instanceof Error ? error.message : String(error);
      }
    },
  };
}

function sampleOf(tenantId: string, now: Date): ToldNotification {
  const id = newTimedId(now);
  return {
    tenantId,
    id,
    connectionId: id,
    connectionName: "test",
    kind: "recovered",
    subject: null,
    reason: { code: "test", message: "This is a test: notifications arrive." },
    numbers: {},
    repeats: 0,
    correlationId: null,
    createdAt: now,
    lastAt: now,
  };
}
