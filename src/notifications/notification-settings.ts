import { type AuditContext, appendAudit } from "../audit/append-audit.js";
import type { Database, Queryable } from "../persistence/database.js";
import type { Clock } from "../platform/clock.js";
import { newSecret } from "../platform/ids.js";
import type { SecretBox } from "../platform/secret-box.js";
import { DEFAULT_QUIET_MS } from "./append-notification.js";
import type { NotificationKind } from "./notification.js";
import { isWebhookSecret, WEBHOOK_SECRET_PREFIX } from "./sign-webhook.js";

/** Where signed messages are posted. */
export interface WebhookRules {
  enabled: boolean;
  /** http or https. */
  url: string;
  /** Which notifications are sent this way. */
  kinds: NotificationKind[];
}

/** The mail server and the people it writes to. */
export interface MailRules {
  enabled: boolean;
  host: string;
  port: number;
  /** `tls`: from the first byte; `starttls`: demanded before anything else; `none`: only for a relay nearby. */
  security: "tls" | "starttls" | "none";
  user?: string | undefined;
  from: string;
  to: string[];
  kinds: NotificationKind[];
}

/** How a tenant's administrators are told. */
export interface NotificationSettings {
  /** How long the same thing is not told again, in milliseconds. */
  quietMs: number;
  webhook: WebhookRules | null;
  mail: MailRules | null;
  /** Whether there is a password for the mail server. */
  hasMailPassword: boolean;
  modifiedAt: Date | null;
}

/** What to change; what is absent stays, null takes a way away. */
export interface NotificationSettingsChange {
  quietMs?: number | undefined;
  /** Without a secret the present one stays, or one is made. */
  webhook?: (WebhookRules & { secret?: string | undefined }) | null | undefined;
  /** Without a password the present one stays. */
  mail?: (MailRules & { password?: string | undefined }) | null | undefined;
}

/** Settings that cannot work: names the field and what is expected of it. */
export class InvalidNotificationSettingsError extends Error {
  override readonly name = "InvalidNotificationSettingsError";

  constructor(
    readonly field: string,
    readonly reason: string,
  ) {
    super(`${field} ${reason}`);
  }
}

/** The ways that are configured, secrets opened, for sending. */
export interface OpenedChannels {
  webhook?: WebhookRules & { secret: string };
  mail?: MailRules & { password?: string };
}

interface SettingsRow {
  quiet_ms: number;
  webhook: WebhookRules | null;
  webhook_secret: string | null;
  mail: MailRules | null;
  mail_password: string | null;
  modified_at: Date;
}

/** What a sealed secret is bound to. */
const context = (tenantId: string, name: "webhook" | "mail") => `notification:${tenantId}:${name}`;

/** The tenant's settings; the defaults where nobody configured any. */
export async function readNotificationSettings(
  db: Queryable,
  tenantId: string,
): Promise<NotificationSettings> {
  return settingsOf(await readRow(db, tenantId));
}

/** The configured ways with their secrets. @throws SecretBoxError where SECRET_KEY no longer opens one */
export async function openChannels(
  db: Queryable,
  secretBox: SecretBox,
  tenantId: string,
): Promise<OpenedChannels> {
  const row = await readRow(db, tenantId);
  const opened: OpenedChannels = {};
  if (row?.webhook != null && row.webhook_secret !== null) {
    opened.webhook = {
      ...row.webhook,
      secret: secretBox.open(row.webhook_secret, context(tenantId, "webhook")),
    };
  }
  if (row?.mail != null) {
    const password =
      row.mail_password === null ? undefined : secretBox.open(row.mail_password, context(tenantId, "mail"));
    opened.mail = { ...row.mail, ...(password === undefined ? {} : { password }) };
  }
  return opened;
}

/**
 * Changes the settings. Answers them as they are then, with the webhook's secret where this call made it: it is shown
 * this once.
 * @throws InvalidNotificationSettingsError
 */
export async function changeNotificationSettings(
  deps: { database: Database; clock: Clock; secretBox: SecretBox },
  context: AuditContext,
  change: NotificationSettingsChange,
): Promise<{ settings: NotificationSettings; newSecret?: string }> {
  const { tenantId } = context;
  const now = deps.clock.now();
  return deps.database.transaction(async (tx) => {
    // Two administrators at once: the second waits here and lays its change over the first.
    await tx.query(
      `insert into notification_settings (tenant_id, quiet_ms, modified_at) values ($1, $2, $3)
       on conflict (tenant_id) do update set modified_at = excluded.modified_at`,
      [tenantId, DEFAULT_QUIET_MS, now],
    );
    const before = await readRow(tx, tenantId);
    const webhook = webhookColumns(before, change.webhook, deps.secretBox, tenantId);
    const mail = mailColumns(before, change.mail, deps.secretBox, tenantId);
    await tx.query(
      `update notification_settings
          set quiet_ms = $2, webhook = $3::jsonb, webhook_secret = $4, mail = $5::jsonb, mail_password = $6
        where tenant_id = $1`,
      [
        tenantId,
        change.quietMs ?? before?.quiet_ms ?? DEFAULT_QUIET_MS,
        webhook.rules === null ? null : JSON.stringify(webhook.rules),
        webhook.sealed,
        mail.rules === null ? null : JSON.stringify(mail.rules),
        mail.sealed,
      ],
    );
    const after = await readRow(tx, tenantId);
    await appendAudit(
      tx,
      { ...context, now },
      {
        object: { type: "notification-settings" },
        verb: "changed",
        before: auditedSettings(before),
        after: auditedSettings(after),
      },
    );
    const settings = settingsOf(after);
    return { settings, ...(webhook.made === undefined ? {} : { newSecret: webhook.made }) };
  });
}

/** The sealed texts tell the audit that a secret changed; it does not keep them. */
function auditedSettings(row: SettingsRow | undefined) {
  const { quietMs, webhook, mail } = settingsOf(row);
  return {
    quietMs,
    webhook: webhook === null ? null : { ...webhook, secret: row?.webhook_secret ?? null },
    mail: mail === null ? null : { ...mail, user: mail.user ?? null, password: row?.mail_password ?? null },
  };
}

interface Columns<Rules> {
  rules: Rules | null;
  sealed: string | null;
  made?: string;
}

function webhookColumns(
  before: SettingsRow | undefined,
  change: NotificationSettingsChange["webhook"],
  box: SecretBox,
  tenantId: string,
): Columns<WebhookRules> {
  const present = before?.webhook_secret ?? null;
  if (change === undefined) return { rules: before?.webhook ?? null, sealed: present };
  if (change === null) return { rules: null, sealed: null };
  const { secret, ...rules } = change;
  if (secret === undefined && present !== null) return { rules, sealed: present };
  if (secret !== undefined && !isWebhookSecret(secret)) {
    throw new InvalidNotificationSettingsError(
      "webhook.secret",
      `must be ${WEBHOOK_SECRET_PREFIX} and 24 to 64 bytes in base64; leave it out to have one made`,
    );
  }
  const made = secret ?? WEBHOOK_SECRET_PREFIX + Buffer.from(newSecret(32), "base64url").toString("base64");
  const sealed = box.seal(made, context(tenantId, "webhook"));
  return { rules, sealed, ...(secret === undefined ? { made } : {}) };
}

function mailColumns(
  before: SettingsRow | undefined,
  change: NotificationSettingsChange["mail"],
  box: SecretBox,
  tenantId: string,
): Columns<MailRules> {
  const present = before?.mail_password ?? null;
  if (change === undefined) return { rules: before?.mail ?? null, sealed: present };
  if (change === null) return { rules: null, sealed: null };
  const { password, ...rules } = change;
  if (rules.user === undefined) return { rules, sealed: null };
  if (password !== undefined) return { rules, sealed: box.seal(password, context(tenantId, "mail")) };
  const moved = (["host", "port", "security"] as const).find((name) => before?.mail?.[name] !== rules[name]);
  if (moved !== undefined || present === null) {
    // Otherwise whoever may edit the settings, but was never told the password, could have it sent to themselves.
    const why =
      present === null ? "is required with a user" : `must be entered again, since ${moved} changes`;
    throw new InvalidNotificationSettingsError("mail.password", why);
  }
  return { rules, sealed: present };
}

async function readRow(db: Queryable, tenantId: string): Promise<SettingsRow | undefined> {
  const rows = await db.query<SettingsRow>(
    `select quiet_ms, webhook, webhook_secret, mail, mail_password, modified_at
       from notification_settings where tenant_id = $1`,
    [tenantId],
  );
  return rows[0];
}

function settingsOf(row: SettingsRow | undefined): NotificationSettings {
  return {
    quietMs: row?.quiet_ms ?? DEFAULT_QUIET_MS,
    webhook: row?.webhook ?? null,
    mail: row?.mail ?? null,
    hasMailPassword: row?.mail_password != null,
    modifiedAt: row?.modified_at ?? null,
  };
}
