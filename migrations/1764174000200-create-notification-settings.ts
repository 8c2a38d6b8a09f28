import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * How a tenant's administrators are told, and what is on its way to them. A message is ordered with its notification,
 * in one transaction, for each way that is switched on then. Values of secrets are encrypted before they come here.
 */
export class CreateNotificationSettings1764174000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table notification_settings (
        tenant_id uuid primary key references tenant,
        quiet_ms integer not null,
        webhook jsonb,
        webhook_secret text,
        mail jsonb,
        mail_password text,
        modified_at timestamptz not null
      );
      create table notification_message (
        tenant_id uuid not null references tenant,
        notification_id uuid not null,
        channel text not null check (channel in ('webhook', 'mail')),
        state text not null check (state in ('pending', 'sent', 'failed')),
        tries integer not null default 0,
        next_attempt_at timestamptz not null,
        last_error text,
        sent_at timestamptz,
        primary key (tenant_id, notification_id, channel)
      );
      create index notification_message_due on notification_message (tenant_id, next_attempt_at)
        where state = 'pending';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table notification_message; drop table notification_settings;");
  }
}
