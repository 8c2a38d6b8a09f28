import type { MigrationInterface, QueryRunner } from "typeorm";

/** Since when SCIM does not want a person who is linked (inactive, out of scope), and whether we disabled the account. */
export class AddLinkMarks1764171000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      "alter table link add column unwanted_since timestamptz, add column disabled boolean not null default false",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table link drop column disabled, drop column unwanted_since");
  }
}
