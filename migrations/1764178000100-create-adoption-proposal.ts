import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Links that somebody has to decide on, or that a delivery may carry out: a resource and the record at the vendor that it
 * may be (`adoption_proposal`). What the two sides were when it was proposed is kept as digests (`basis`), so that a
 * decision holds for that only. Of a pair, at most one proposal is open, approved or rejected; those that are over stay
 * as history. Ids begin with the time.
 */
export class CreateAdoptionProposal1764178000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table adoption_proposal (
        tenant_id uuid not null references tenant,
        id uuid not null,
        connection_id uuid not null,
        resource_type text not null check (resource_type in ('User', 'Group')),
        resource_id uuid not null,
        resource_name text,
        remote_id text not null,
        remote_name text,
        remote_mobile text,
        parent_remote_id text,
        agree text[] not null,
        disagree text[] not null,
        strength text not null check (strength in ('certain', 'probable', 'weak')),
        basis jsonb not null,
        state text not null check (state in ('open', 'approved', 'rejected', 'linked', 'outdated', 'closed')),
        reason jsonb,
        report_id uuid,
        created_at timestamptz not null,
        decided_at timestamptz,
        decided_by text,
        ended_at timestamptz,
        correlation_id text not null,
        primary key (tenant_id, id)
      );
      create unique index adoption_proposal_pair
        on adoption_proposal (tenant_id, connection_id, resource_id, remote_id)
        where state in ('open', 'approved', 'rejected');
      create index adoption_proposal_remote
        on adoption_proposal (tenant_id, connection_id, resource_type, remote_id) where state in ('open', 'approved');
      create index adoption_proposal_list on adoption_proposal (tenant_id, connection_id, state, id);
      create index adoption_proposal_resource on adoption_proposal (tenant_id, resource_id, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table adoption_proposal;");
  }
}
