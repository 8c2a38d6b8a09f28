import type { MigrationInterface, QueryRunner } from "typeorm";

/** How often a run was begun anew because its process died or stopped. */
export class AddRunRestarts1764177001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("alter table run add column restarts integer not null default 0");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table run drop column restarts");
  }
}
