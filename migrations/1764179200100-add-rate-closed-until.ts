import type { MigrationInterface, QueryRunner } from "typeorm";

/** Until when a vendor's throttle keeps a path silent: for the calls that had their starting times before it. */
export class AddRateClosedUntil1764179200100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("alter table rate_slot add column closed_until timestamptz not null default 'epoch'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table rate_slot drop column closed_until");
  }
}
