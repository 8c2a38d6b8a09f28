import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * What an administrator approved for one resource at one connection, such as creating a person anew with another
 * mobile number. `proposal` is the fingerprint of what was approved: another change needs another approval. The row
 * goes when the approval was used.
 */
export class CreateApproval1764170000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table approval (
        tenant_id uuid not null references tenant,
        connection_id uuid not null,
        resource_id uuid not null,
        proposal text not null,
        actor text not null,
        approved_at timestamptz not null,
        primary key (tenant_id, connection_id, resource_id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table approval;");
  }
}
