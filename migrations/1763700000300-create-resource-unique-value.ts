import type { MigrationInterface, QueryRunner } from "typeorm";

/** Claims of values that the dictionary declares unique; the primary key refuses the second claimant. */
export class CreateResourceUniqueValue1763700000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table resource_unique_value (
        tenant_id uuid not null references tenant,
        type text not null,
        attribute text not null,
        value_key text not null,
        resource_id uuid not null,
        primary key (tenant_id, type, attribute, value_key)
      );
      create index resource_unique_value_resource on resource_unique_value (tenant_id, resource_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table resource_unique_value");
  }
}
