import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Events that a vendor pushes: those that were kept (`event_receipt`, so that a repeated push is known as one), and the
 * records that are therefore to be looked at (`event_hint`, one row for a record however many events name it; its
 * generation tells a look whether more came meanwhile). What a look finds is a run with the trigger `event`, which is
 * never active. A push names its connection but no tenant: `connection_by_id` is for it.
 */
export class CreateEvent1764179100100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table event_receipt (
        tenant_id uuid not null references tenant,
        connection_id uuid not null,
        event_id text not null,
        event_type text not null,
        received_at timestamptz not null,
        primary key (tenant_id, connection_id, event_id)
      );
      create index event_receipt_newest on event_receipt (tenant_id, connection_id, received_at);
      create index event_receipt_age on event_receipt (received_at);
      create table event_hint (
        tenant_id uuid not null references tenant,
        connection_id uuid not null,
        resource_type text not null check (resource_type in ('User', 'Group')),
        remote_id text not null,
        event_type text not null,
        correlation_id text not null,
        received_at timestamptz not null,
        due_at timestamptz not null,
        generation bigint not null default 1,
        looks integer not null default 0,
        lease_until timestamptz,
        primary key (tenant_id, connection_id, resource_type, remote_id)
      );
      create index event_hint_due on event_hint (due_at);
      create index connection_by_id on connection (id);
      alter table run drop constraint run_trigger_check;
      alter table run add constraint run_trigger_check check (trigger in ('manual', 'schedule', 'event'));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      delete from run_row where (tenant_id, run_id) in (select tenant_id, id from run where trigger = 'event');
      delete from run where trigger = 'event';
      alter table run drop constraint run_trigger_check;
      alter table run add constraint run_trigger_check check (trigger in ('manual', 'schedule'));
      drop index connection_by_id;
      drop table event_hint; drop table event_receipt;
    `);
  }
}
