import { createNotifications, type Notifications } from "../../src/notifications/notifications.js";
import { createMessageSender } from "../../src/notifications/send-message.js";
import type { Database } from "../../src/persistence/database.js";
import type { Clock } from "../../src/platform/clock.js";
import { createOutgoingHttp } from "../../src/platform/outgoing-http.js";
import { createSecretBox } from "../../src/platform/secret-box.js";

/** The notifications of a database, which may be sent to this machine's own addresses only where it is said. */
export function createTestNotifications(
  database: Database,
  clock: Clock,
  allowedRanges: readonly string[] = [],
): Notifications {
  const http = createOutgoingHttp({ publicOrWithin: allowedRanges });
  const sender = createMessageSender({ clock, http, allowedRanges });
  const secretBox = createSecretBox(["a key for tests that is long enough"]);
  return createNotifications({ database, clock, secretBox, sender });
}
