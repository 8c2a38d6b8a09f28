import type { MigrationInterface, QueryRunner } from "typeorm";

/** Which remote object a resource is at a connection, and what was last sent there. */
export class CreateLink1763700000800 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table link (
        tenant_id uuid not null references tenant,
        connection_id uuid not null,
        resource_id uuid not null,
        resource_type text not null check (resource_type in ('User', 'Group')),
        remote_id text not null,
        last_sent jsonb not null,
        created_at timestamptz not null,
        modified_at timestamptz not null,
        primary key (tenant_id, connection_id, resource_id),
        constraint link_remote unique (tenant_id, connection_id, resource_type, remote_id)
      );
      create index link_resource on link (tenant_id, resource_id);
      create index link_last_sent on link using gin (last_sent jsonb_path_ops);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table link");
  }
}
