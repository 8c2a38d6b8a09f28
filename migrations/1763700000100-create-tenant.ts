import type { MigrationInterface, QueryRunner } from "typeorm";

/** Every row belongs to a tenant; a default one exists from the start. */
export class CreateTenant1763700000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table tenant (
        id uuid primary key,
        name text not null,
        created_at timestamptz not null default now()
      );
      insert into tenant (id, name) values ('00000000-0000-0000-0000-000000000001', 'default');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table tenant");
  }
}
