import type { MigrationInterface, QueryRunner } from "typeorm";

/** One configured corp of one vendor. Values of secrets are encrypted before they come here. */
export class CreateConnection1763700000700 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table connection (
        tenant_id uuid not null references tenant,
        id uuid not null,
        connector text not null,
        name text not null,
        corp_key text not null,
        config jsonb not null default '{}',
        secrets jsonb not null default '{}',
        scope jsonb not null default '{}',
        mapping jsonb not null default '{}',
        policy jsonb not null default '{}',
        schedule jsonb not null default '{}',
        enabled boolean not null default false,
        version bigint not null default 1,
        paused_until timestamptz,
        pause_reason jsonb,
        pause_count integer not null default 0,
        created_at timestamptz not null,
        modified_at timestamptz not null,
        primary key (tenant_id, id),
        constraint connection_corp unique (tenant_id, connector, corp_key)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table connection");
  }
}
