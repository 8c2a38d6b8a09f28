import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Reconciliation: each comparison of a connection with its vendor (`run`), what it found that is not as it should be
 * (`run_row`; what is as it should be is only counted), and the differences that an administrator leaves alone
 * (`ignored_drift`; an empty `field` stands for the whole record). At most one run of a connection is active, which the
 * unique index sees to. Ids begin with the time. A delivery that a run ordered carries the run's id until it is settled.
 */
export class CreateRun1764173000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table run (
        tenant_id uuid not null references tenant,
        id uuid not null,
        connection_id uuid not null,
        trigger text not null check (trigger in ('manual', 'schedule')),
        dry_run boolean not null,
        accept_scope boolean not null,
        status text not null check (status in
          ('queued', 'running', 'succeeded', 'partial', 'incomplete', 'stopped', 'failed', 'interrupted')),
        phase text,
        actor text not null,
        correlation_id text not null,
        requested_at timestamptz not null,
        started_at timestamptz,
        ended_at timestamptz,
        lease_id uuid,
        lease_until timestamptz,
        progress jsonb not null default '{}',
        scope jsonb,
        reason jsonb,
        primary key (tenant_id, id)
      );
      create unique index run_active on run (tenant_id, connection_id) where status in ('queued', 'running');
      create index run_of_connection on run (tenant_id, connection_id, id);
      create table run_row (
        tenant_id uuid not null references tenant,
        run_id uuid not null,
        id uuid not null,
        connection_id uuid not null,
        resource_type text not null check (resource_type in ('User', 'Group')),
        resource_id uuid,
        remote_id text,
        name text,
        kind text not null,
        drifts jsonb not null default '[]',
        action text,
        result text check (result in ('ordered', 'done', 'failed', 'held', 'skipped')),
        reason jsonb,
        settled_at timestamptz,
        primary key (tenant_id, run_id, id)
      );
      create index run_row_resource on run_row (tenant_id, run_id, resource_id) where result = 'ordered';
      create table ignored_drift (
        tenant_id uuid not null references tenant,
        connection_id uuid not null,
        resource_type text not null check (resource_type in ('User', 'Group')),
        remote_id text not null,
        field text not null,
        found text not null,
        actor text not null,
        decided_at timestamptz not null,
        primary key (tenant_id, connection_id, resource_type, remote_id, field)
      );
      create table run_schedule (
        tenant_id uuid not null references tenant,
        connection_id uuid not null,
        rule text not null,
        next_at timestamptz not null,
        primary key (tenant_id, connection_id)
      );
      alter table delivery add column run_id uuid;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table delivery drop column run_id;
      drop table run_schedule; drop table ignored_drift; drop table run_row; drop table run;
    `);
  }
}
