import type { MigrationInterface, QueryRunner } from "typeorm";

/** How closely a run looks: at what lists show (`listed`), or also at what only the read of one person does (`full`). */
export class AddRunDepth1764177000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      "alter table run add column depth text not null default 'full' check (depth in ('listed', 'full'))",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table run drop column depth");
  }
}
