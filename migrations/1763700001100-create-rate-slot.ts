import type { MigrationInterface, QueryRunner } from "typeorm";

/** The pacer that all workers share: when the next call of a vendor path may start. */
export class CreateRateSlot1763700001100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table rate_slot (
        tenant_id uuid not null references tenant,
        connection_id uuid not null,
        path text not null,
        next_at timestamptz not null,
        primary key (tenant_id, connection_id, path)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table rate_slot");
  }
}
