import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Reports of what exists at a vendor and who it may be (`adoption_report`), with what was read for the newest one: people
 * and departments of both sides that have no link (`adoption_entry`; what is compared is kept as digests), and the pairs
 * among them while a report is made (`adoption_pair`). At most one report of a connection is active.
 */
export class CreateAdoptionReport1764178800100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table adoption_report (
        tenant_id uuid not null references tenant,
        id uuid not null,
        connection_id uuid not null,
        status text not null check (status in
          ('queued', 'running', 'succeeded', 'incomplete', 'failed', 'interrupted')),
        actor text not null,
        correlation_id text not null,
        requested_at timestamptz not null,
        started_at timestamptz,
        ended_at timestamptz,
        lease_id uuid,
        lease_until timestamptz,
        progress jsonb not null default '{}',
        summary jsonb,
        reason jsonb,
        primary key (tenant_id, id)
      );
      create unique index adoption_report_active on adoption_report (tenant_id, connection_id)
        where status in ('queued', 'running');
      create index adoption_report_list on adoption_report (tenant_id, connection_id, id);
      create table adoption_entry (
        tenant_id uuid not null references tenant,
        report_id uuid not null,
        connection_id uuid not null,
        resource_type text not null check (resource_type in ('User', 'Group')),
        side text not null check (side in ('scim', 'vendor')),
        entry_key text not null,
        name text,
        mobile text,
        name_key text,
        mobile_key text,
        job_number_key text,
        email_key text,
        parent_remote_id text,
        parent_id uuid,
        stamp text,
        named text,
        outcome text not null check (outcome in ('open', 'named', 'proposed', 'unmatched')),
        primary key (tenant_id, report_id, resource_type, side, entry_key)
      );
      create index adoption_entry_mobile on adoption_entry (tenant_id, report_id, side, mobile_key);
      create index adoption_entry_job_number on adoption_entry (tenant_id, report_id, side, job_number_key);
      create index adoption_entry_email on adoption_entry (tenant_id, report_id, side, email_key);
      create index adoption_entry_name on adoption_entry (tenant_id, report_id, side, name_key);
      create index adoption_entry_parent on adoption_entry (tenant_id, report_id, parent_id)
        where parent_id is not null;
      create table adoption_pair (
        tenant_id uuid not null references tenant,
        report_id uuid not null,
        connection_id uuid not null,
        resource_type text not null check (resource_type in ('User', 'Group')),
        resource_id uuid not null,
        remote_id text not null,
        agree text[] not null,
        disagree text[] not null,
        rank smallint not null,
        kept boolean not null default false,
        primary key (tenant_id, report_id, resource_id, remote_id)
      );
      create index adoption_pair_remote on adoption_pair (tenant_id, report_id, resource_type, remote_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table adoption_pair; drop table adoption_entry; drop table adoption_report;");
  }
}
