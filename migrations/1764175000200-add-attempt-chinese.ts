import type { MigrationInterface, QueryRunner } from "typeorm";

/** Message and remedy of an attempt in Simplified Chinese; null in attempts of before. */
export class AddAttemptChinese1764175000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("alter table attempt add column zh jsonb");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table attempt drop column zh");
  }
}
