import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * The user that a client acts as, for `/Me` (RFC 7644 section 3.11). No foreign key: a removed user's row stays as a
 * tombstone, and `/Me` answers 404 then.
 */
export class AddClientUser1764165000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("alter table oauth_client add column user_id uuid");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table oauth_client drop column user_id");
  }
}
