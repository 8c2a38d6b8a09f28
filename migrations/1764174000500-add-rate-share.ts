import type { MigrationInterface, QueryRunner } from "typeorm";

/** How much of its cap a path may use since the vendor throttled it last; all of it where it never did. */
export class AddRateShare1764174000500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table rate_slot
        add column share double precision not null default 1,
        add column slowed_at timestamptz not null default 'epoch';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table rate_slot drop column share, drop column slowed_at");
  }
}
