import type { MigrationInterface, QueryRunner } from "typeorm";

/** When a client was last seen, to the few minutes that `auth` writes it by; null: never. */
export class AddClientLastUse1764150002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("alter table oauth_client add column last_used_at timestamptz");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table oauth_client drop column last_used_at");
  }
}
