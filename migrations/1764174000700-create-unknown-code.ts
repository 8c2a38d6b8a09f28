import type { MigrationInterface, QueryRunner } from "typeorm";

/** Codes of a vendor that no source lists, each once for a connection, so that somebody can find out what they mean. */
export class CreateUnknownCode1764174000700 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table unknown_code (
        tenant_id uuid not null references tenant,
        id uuid not null,
        connection_id uuid not null,
        code text collate "C" not null,
        path text not null,
        sample text not null,
        vendor_request_id text,
        delivery_id uuid not null,
        times bigint not null default 1,
        first_at timestamptz not null,
        last_at timestamptz not null,
        primary key (tenant_id, id),
        constraint unknown_code_once unique (tenant_id, connection_id, code)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table unknown_code");
  }
}
