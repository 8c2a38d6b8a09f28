import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * What deletion protection counts: each person or department that a delivery takes away at a connection, and each
 * department that it empties (`unit_id`: the resource that is lost, `resource_id`: the one whose delivery takes it).
 * At most one row of a unit is open for a delivery, so a removal that is tried again is counted once
 * (docs/adr/0019). `protection_alarm` says when an administrator was last told that removals are held.
 */
export class CreateRemoval1764171000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table removal (
        tenant_id uuid not null references tenant,
        id uuid not null,
        connection_id uuid not null,
        kind text not null check (kind in ('user', 'department', 'emptied')),
        unit_id uuid not null,
        resource_id uuid not null,
        state text not null check (state in ('counted', 'held', 'released')),
        version bigint not null,
        run_id uuid,
        reason jsonb,
        actor text,
        at timestamptz not null,
        done_at timestamptz,
        primary key (tenant_id, id)
      );
      create unique index removal_open on removal (tenant_id, connection_id, resource_id, kind, unit_id)
        where done_at is null;
      create index removal_counted on removal (tenant_id, connection_id, kind, at) where state = 'counted';
      create index removal_run on removal (tenant_id, connection_id, run_id) where run_id is not null;
      create table protection_alarm (
        tenant_id uuid not null references tenant,
        connection_id uuid not null,
        raised_at timestamptz not null,
        primary key (tenant_id, connection_id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table protection_alarm; drop table removal;");
  }
}
