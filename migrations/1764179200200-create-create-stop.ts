import type { MigrationInterface, QueryRunner } from "typeorm";

/** Connections whose vendor takes no more people: until when nobody is added, and how often that was tried in vain. */
export class CreateCreateStop1764179200200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table create_stop (
        tenant_id uuid not null references tenant,
        connection_id uuid not null,
        stopped_until timestamptz not null,
        stop_count integer not null,
        primary key (tenant_id, connection_id)
      );
      alter table notification drop constraint notification_kind_check;
      alter table notification add constraint notification_kind_check check (kind in
        ('delivery-failed', 'removals-held', 'quarantine', 'creates-stopped', 'recovered', 'run-differences', 'run-ended',
         'scope-shrunk'));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table create_stop;
      delete from notification_message m using notification n
       where n.tenant_id = m.tenant_id and n.id = m.notification_id and n.kind = 'creates-stopped';
      delete from notification where kind = 'creates-stopped';
      alter table notification drop constraint notification_kind_check;
      alter table notification add constraint notification_kind_check check (kind in
        ('delivery-failed', 'removals-held', 'quarantine', 'recovered', 'run-differences', 'run-ended', 'scope-shrunk'));
    `);
  }
}
