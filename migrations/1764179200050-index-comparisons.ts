import type { MigrationInterface, QueryRunner } from "typeorm";

/** What runs found about a person or department, newest first, for its timeline. */
export class IndexComparisons1764179200050 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      "create index run_row_history on run_row (tenant_id, resource_id, id) where resource_id is not null",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop index run_row_history");
  }
}
