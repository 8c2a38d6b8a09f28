import type { MigrationInterface, QueryRunner } from "typeorm";

/** Since when a connection is in quarantine; its pauses follow each other, each longer, until a probe succeeds. */
export class AddPauseSince1764174000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("alter table connection add column paused_since timestamptz");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table connection drop column paused_since");
  }
}
