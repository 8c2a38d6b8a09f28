import type { MigrationInterface, QueryRunner } from "typeorm";

/** A kind of notification more: a run that finished found differences. */
export class AddRunNotification1764178500100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table notification drop constraint notification_kind_check;
      alter table notification add constraint notification_kind_check check (kind in
        ('delivery-failed', 'removals-held', 'quarantine', 'recovered', 'run-differences', 'run-ended', 'scope-shrunk'));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      delete from notification_message m using notification n
       where n.tenant_id = m.tenant_id and n.id = m.notification_id and n.kind = 'run-differences';
      delete from notification where kind = 'run-differences';
      alter table notification drop constraint notification_kind_check;
      alter table notification add constraint notification_kind_check check (kind in
        ('delivery-failed', 'removals-held', 'quarantine', 'recovered', 'run-ended', 'scope-shrunk'));
    `);
  }
}
