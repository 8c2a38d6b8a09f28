import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * What an administrator has to be told, and what was told last about a connection, so that the same thing is not told
 * again at once. Ids begin with the time. No foreign key to the connection: what was told outlives it.
 */
export class CreateNotification1764174000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table notification (
        tenant_id uuid not null references tenant,
        id uuid not null,
        connection_id uuid not null,
        kind text not null check (kind in
          ('delivery-failed', 'removals-held', 'quarantine', 'recovered', 'run-ended', 'scope-shrunk')),
        subject jsonb,
        reason jsonb not null,
        numbers jsonb not null default '{}',
        repeats integer not null default 0,
        correlation_id text,
        created_at timestamptz not null,
        last_at timestamptz not null,
        primary key (tenant_id, id)
      );
      create index notification_connection on notification (tenant_id, connection_id, id);
      create table notification_quiet (
        tenant_id uuid not null references tenant,
        connection_id uuid not null,
        kind text not null,
        topic text not null,
        reason_code text not null,
        notification_id uuid not null,
        quiet_until timestamptz not null,
        primary key (tenant_id, connection_id, kind, topic)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table notification_quiet; drop table notification;");
  }
}
