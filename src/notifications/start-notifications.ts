import type { Database } from "../persistence/database.js";
import type { Clock } from "../platform/clock.js";
import { createOutgoingHttp } from "../platform/outgoing-http.js";
import type { SecretBox } from "../platform/secret-box.js";
import { createNotifications, type Notifications } from "./notifications.js";
import { startNotifier } from "./notifier.js";
import { createMessageSender } from "./send-message.js";

/** The notifications of this process. */
export interface RunningNotifications {
  notifications: Notifications;
  /** Stops after the message that is being sent. */
  stop(): Promise<void>;
}

/** Starts what tells administrators; with `sends`, this process also sends what the others ordered. */
export async function startNotifications(deps: {
  database: Database;
  clock: Clock;
  secretBox: SecretBox;
  /** Networks that are not public and may be sent to. */
  allowedRanges: readonly string[];
  sends: boolean;
  onError(error: unknown): void;
}): Promise<RunningNotifications> {
  const { database, clock, secretBox, allowedRanges } = deps;
  const http = createOutgoingHttp({
    publicOrWithin: allowedRanges,
    totalTimeoutMs: 15_000,
    maxResponseBytes: 65_536,
  });
  const sender = createMessageSender({ clock, http, allowedRanges });
  const notifier = deps.sends
    ? await startNotifier({ database, clock, secretBox, sender, onError: deps.onError })
    : undefined;
  return {
    notifications: createNotifications({ database, clock, secretBox, sender }),
    async stop() {
      await notifier?.stop();
      await sender.close();
    },
  };
}
