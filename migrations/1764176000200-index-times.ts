import type { MigrationInterface, QueryRunner } from "typeorm";

/** Delta pulls filter and sort by meta.lastModified, so that each reads only what changed since the last. */
export class IndexTimes1764176000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index resource_modified_at on resource (tenant_id, type, modified_at, seq) where deleted_at is null;
      create index resource_created_at on resource (tenant_id, type, created_at, seq) where deleted_at is null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop index resource_created_at; drop index resource_modified_at;");
  }
}
