import type { Database } from "../persistence/database.js";
import type { Clock } from "../platform/clock.js";
import { createHints } from "../platform/hints.js";
import { firstTimedId } from "../platform/ids.js";
import type { SecretBox } from "../platform/secret-box.js";
import { MESSAGE_CHANNEL } from "./append-notification.js";
import type { ToldNotification } from "./compose-message.js";
import { openChannels } from "./notification-settings.js";
import type { MessageSender } from "./send-message.js";

/** What sending in the background needs. */
export interface NotifierDeps {
  database: Database;
  clock: Clock;
  secretBox: SecretBox;
  sender: MessageSender;
  /** Told of trouble of our own, such as a database that went away. */
  onError(error: unknown): void;
}

/** The running sender of messages. */
export interface Notifier {
  /** Sends everything that is due now. */
  sendDue(): Promise<void>;
  /** Stops after the message that is being sent. */
  stop(): Promise<void>;
}

/** Longest sleep without a look at the table. */
const POLL_MS = 5_000;
/** How long a message belongs to the process that took it; longer than any sending lasts. */
const LEASE_MS = 120_000;
/** The first pause after a failure; it doubles, up to the longest. After the last try the message is given up. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 3_600_000;
const TRIES = 12;
/** How long notifications are kept. */
const KEEP_MS = 90 * 86_400_000;
const PRUNE_EVERY_MS = 3_600_000;

interface DueMessage extends ToldNotification {
  channel: "webhook" | "mail";
  tries: number;
}

/**
 * Sends what was ordered with notifications, in this process; several processes may do so side by side. A message is
 * sent at least once: a process that dies after sending it sends it again, with the same id.
 */
export async function startNotifier(deps: NotifierDeps): Promise<Notifier> {
  const { database, clock } = deps;
  const stopping = new AbortController();
  const hints = createHints(clock);
  let prunedAt = Number.NEGATIVE_INFINITY;

  async function sendDue(): Promise<void> {
    for (
      let message = await takeDue(database, clock.now());
      message;
      message = await takeDue(database, clock.now())
    ) {
      await sendOne(deps, message);
      if (stopping.signal.aborted) return;
    }
  }

  async function prune(): Promise<void> {
    const now = clock.now().getTime();
    if (now < prunedAt + PRUNE_EVERY_MS) return;
    prunedAt = now;
    const before = firstTimedId(new Date(now - KEEP_MS));
    await database.query("delete from notification_message where notification_id < $1", [before]);
    await database.query("delete from notification where id < $1", [before]);
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      const known = hints.given();
      try {
        await sendDue();
        await prune();
      } catch (error) {
        deps.onError(error);
      }
      await hints.rest(POLL_MS, known);
    }
  }

  const unlisten = await database.listen(MESSAGE_CHANNEL, hints.give);
  const looping = loop();
  return {
    sendDue,
    async stop() {
      stopping.abort(new Error("the process stops"));
      hints.give();
      await unlisten();
      await looping;
    },
  };
}

/** Takes the oldest due message for a while; undefined where there is none. */
async function takeDue(database: Database, now: Date): Promise<DueMessage | undefined> {
  const rows = await database.query<DueMessage>(
    `with due as (
       select tenant_id, notification_id, channel from notification_message
        where state = 'pending' and next_attempt_at <= $1
        order by next_attempt_at limit 1 for update skip locked),
     taken as (
       update notification_message message set next_attempt_at = $2, tries = message.tries + 1
         from due
        where message.tenant_id = due.tenant_id and message.notification_id = due.notification_id
          and message.channel = due.channel
       returning message.tenant_id, message.notification_id, message.channel, message.tries)
     select taken.channel, taken.tries, n.tenant_id as "tenantId", n.id, n.connection_id as "connectionId", n.kind,
            n.subject, n.reason, n.numbers, n.repeats, n.correlation_id as "correlationId",
            n.created_at as "createdAt", n.last_at as "lastAt", coalesce(c.name, n.connection_id::text) as "connectionName"
       from taken
       join notification n on n.tenant_id = taken.tenant_id and n.id = taken.notification_id
       left join connection c on c.tenant_id = n.tenant_id and c.id = n.connection_id`,
    [now, new Date(now.getTime() + LEASE_MS)],
  );
  return rows[0];
}

async function sendOne(deps: NotifierDeps, message: DueMessage): Promise<void> {
  const failure = await trySending(deps, message).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const now = deps.clock.now();
  const key = [message.tenantId, message.id, message.channel];
  if (failure === undefined) {
    await deps.database.query(
      `update notification_message set state = 'sent', sent_at = $4, last_error = null
        where tenant_id = $1 and notification_id = $2 and channel = $3`,
      [...key, now],
    );
    return;
  }
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (message.tries - 1));
  await deps.database.query(
    `update notification_message set state = $4, next_attempt_at = $5, last_error = $6
      where tenant_id = $1 and notification_id = $2 and channel = $3`,
    [
      ...key,
      message.tries >= TRIES ? "failed" : "pending",
      new Date(now.getTime() + pause),
      failure.slice(0, 500),
    ],
  );
}

async function trySending({ database, secretBox, sender }: NotifierDeps, message: DueMessage): Promise<void> {
  const { webhook, mail } = await openChannels(database, secretBox, message.tenantId);
  // Switched off since it was ordered: there is nobody to tell any more.
  if (message.channel === "webhook" && webhook?.enabled) await sender.webhook(webhook, message);
  if (message.channel === "mail" && mail?.enabled) await sender.mail(mail, message);
}
