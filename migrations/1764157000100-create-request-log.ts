import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Requests of identity providers as they were answered. Ids begin with the time, so that their order is that of the
 * requests. No foreign key: rows are written in bulk after the answer, and go by age. The correlation id has no index: each costs every request, and
 * whoever looks for one waits for a scan of at most 100,000 rows.
 */
export class CreateRequestLog1764157000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table request_log (
        tenant_id uuid not null,
        id uuid not null,
        at timestamptz not null,
        client_id text collate "C" not null,
        method text not null,
        path text not null,
        route text not null,
        status smallint not null,
        duration_ms integer not null,
        scim_type text,
        detail text,
        profile text not null,
        recognised text not null,
        quirks text[] not null,
        ignored text[] not null,
        resource_type text,
        resource_id text collate "C",
        correlation_id text collate "C" not null,
        user_agent text,
        body text,
        primary key (tenant_id, id)
      );
      create index request_log_client on request_log (tenant_id, client_id, id);
      create index request_log_resource on request_log (tenant_id, resource_id, id) where resource_id is not null;
      create index request_log_remarkable on request_log (tenant_id, id) where status >= 400 or quirks <> '{}';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table request_log");
  }
}
