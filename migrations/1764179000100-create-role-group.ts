import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * The groups of roles that the gateway makes its roles in, each with its id at the vendor. The vendor may take two of one
 * name, so the making of one is reserved: until `claimed_until` by the delivery that is at it.
 */
export class CreateRoleGroup1764179000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table role_group (
        tenant_id uuid not null references tenant,
        connection_id uuid not null,
        name text collate "C" not null,
        remote_id text,
        claimed_until timestamptz not null,
        primary key (tenant_id, connection_id, name)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table role_group");
  }
}
