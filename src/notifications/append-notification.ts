import type { Queryable, Transaction } from "../persistence/database.js";
import { newTimedId } from "../platform/ids.js";
import type { NotificationKind, NotificationReason, NotificationSubject } from "./notification.js";

/** How long the same thing is not told again, in milliseconds, where nobody configured another time. */
export const DEFAULT_QUIET_MS = 3_600_000;

/** Notification channel of the database that tells senders that a message is due. Only a hint: they poll as well. */
export const MESSAGE_CHANNEL = "notification_due";

/** Something that administrators should be told. */
export interface NewNotification {
  tenantId: string;
  connectionId: string;
  kind: NotificationKind;
  subject?: NotificationSubject;
  reason: NotificationReason;
  numbers?: Record<string, number>;
  correlationId: string | null;
  now: Date;
}

/**
 * Notes in the caller's transaction that administrators are to be told; what is rolled back is never told. The same
 * kind with the same reason code at the same connection is told once, and again only when the quiet interval is over,
 * when the reason was another one in between, or after a recovery; until then it only counts as a repetition.
 * `recovered` is always told, and ends the quiet of a quarantine. Answers whether it will be told.
 */
export async function appendNotification(tx: Transaction, input: NewNotification): Promise<boolean> {
  const id = newTimedId(input.now);
  if (input.kind === "recovered") {
    await endQuiet(tx, input, "quarantine");
  } else if (!(await beginQuiet(tx, input, id))) {
    await countRepetition(tx, input);
    return false;
  }
  await tx.query(
    `insert into notification (tenant_id, id, connection_id, kind, subject, reason, numbers, correlation_id,
                               created_at, last_at)
     values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7::jsonb, $8, $9, $9)`,
    [
      input.tenantId,
      id,
      input.connectionId,
      input.kind,
      input.subject === undefined ? null : JSON.stringify(input.subject),
      JSON.stringify(reasonOf(input.reason)),
      JSON.stringify(input.numbers ?? {}),
      input.correlationId,
      input.now,
    ],
  );
  await orderMessages(tx, input, id);
  return true;
}

/** One message for each way that is switched on for this kind. */
async function orderMessages(tx: Transaction, input: NewNotification, id: string): Promise<void> {
  const ordered = await tx.query(
    `insert into notification_message (tenant_id, notification_id, channel, state, next_attempt_at)
     select $1, $2, way.channel, 'pending', $4
       from notification_settings settings
      cross join lateral (values ('webhook', settings.webhook), ('mail', settings.mail)) as way (channel, rules)
      where settings.tenant_id = $1 and (way.rules ->> 'enabled')::boolean
        and way.rules -> 'kinds' @> jsonb_build_array($3::text)
     returning 1`,
    [input.tenantId, id, input.kind, input.now],
  );
  if (ordered.length > 0) tx.hint(MESSAGE_CHANNEL);
}

/** Callers may hand over reasons with more in them, such as the field concerned. */
function reasonOf({ code, message, remedy, zh }: NotificationReason): NotificationReason {
  return { code, message, ...(remedy === undefined ? {} : { remedy }), ...(zh === undefined ? {} : { zh }) };
}

/**
 * A connection is in one state at a time, and another reason for it is news. Failures of single deliveries have many
 * reasons side by side: each is quiet on its own, or two that alternate would be told for ever.
 */
function topicOf(input: NewNotification): string {
  return input.kind === "delivery-failed" ? input.reason.code : "";
}

/** Takes the right to tell this now; the row's lock lets one of several transactions have it. */
async function beginQuiet(tx: Transaction, input: NewNotification, id: string): Promise<boolean> {
  const rows = await tx.query(
    `insert into notification_quiet as quiet (tenant_id, connection_id, kind, topic, reason_code, notification_id,
                                              quiet_until)
     select $1, $2, $3, $4, $5, $6,
            $7::timestamptz + interval '1 ms' * coalesce(
              (select settings.quiet_ms from notification_settings settings where settings.tenant_id = $1), $8)
     on conflict (tenant_id, connection_id, kind, topic) do update
        set reason_code = excluded.reason_code, notification_id = excluded.notification_id,
            quiet_until = excluded.quiet_until
      where quiet.reason_code <> excluded.reason_code or quiet.quiet_until <= $7
     returning 1`,
    [
      input.tenantId,
      input.connectionId,
      input.kind,
      topicOf(input),
      input.reason.code,
      id,
      input.now,
      DEFAULT_QUIET_MS,
    ],
  );
  return rows.length === 1;
}

async function countRepetition(tx: Transaction, input: NewNotification): Promise<void> {
  await tx.query(
    `update notification told set repeats = told.repeats + 1, last_at = $5
       from notification_quiet quiet
      where quiet.tenant_id = $1 and quiet.connection_id = $2 and quiet.kind = $3 and quiet.topic = $4
        and told.tenant_id = quiet.tenant_id and told.id = quiet.notification_id`,
    [input.tenantId, input.connectionId, input.kind, topicOf(input), input.now],
  );
}

async function endQuiet(
  tx: Queryable,
  { tenantId, connectionId }: Pick<NewNotification, "tenantId" | "connectionId">,
  kind: NotificationKind,
): Promise<void> {
  await tx.query("delete from notification_quiet where tenant_id = $1 and connection_id = $2 and kind = $3", [
    tenantId,
    connectionId,
    kind,
  ]);
}
