import type { MigrationInterface, QueryRunner } from "typeorm";

/** The few deliveries that may have written what nobody saw answered: a department to be removed asks who is among them. */
export class IndexIntents1764180000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      "create index delivery_in_doubt on delivery (tenant_id, connection_id) where intents <> '[]'::jsonb;",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop index delivery_in_doubt;");
  }
}
