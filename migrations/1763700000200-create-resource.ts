import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * SCIM resources: columns for what is looked up, sorted or unique, jsonb for the rest. Deleted rows stay as
 * tombstones, so every look-up index leaves them out. Looked-up text is in collation "C": only there can an index
 * serve a prefix and an order by code point.
 */
export class CreateResource1763700000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table resource (
        tenant_id uuid not null references tenant,
        id uuid not null,
        seq bigint generated always as identity,
        type text not null check (type in ('User', 'Group')),
        user_name_key text collate "C",
        external_id text collate "C",
        display_name_key text collate "C",
        active boolean,
        manager_ref text collate "C",
        employee_number text collate "C",
        kind text check (kind in ('department', 'group')),
        parent_id uuid,
        parent_ref text,
        doc jsonb not null,
        password_hash text,
        version bigint not null default 1,
        created_at timestamptz not null,
        modified_at timestamptz not null,
        deleted_at timestamptz,
        primary key (tenant_id, id)
      );
      create unique index resource_user_name_key on resource (tenant_id, user_name_key)
        where type = 'User' and deleted_at is null;
      create index resource_order on resource (tenant_id, type, seq) where deleted_at is null;
      create index resource_external_id on resource (tenant_id, type, external_id) where deleted_at is null;
      create index resource_display_name on resource (tenant_id, type, display_name_key) where deleted_at is null;
      create index resource_parent on resource (tenant_id, parent_id) where deleted_at is null;
      create index resource_parent_ref on resource (tenant_id, parent_ref) where deleted_at is null;
      create index resource_manager_ref on resource (tenant_id, manager_ref) where deleted_at is null;
      create index resource_employee_number on resource (tenant_id, employee_number) where deleted_at is null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table resource");
  }
}
