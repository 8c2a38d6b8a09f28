import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * What administrators changed: one row for each change, written in the transaction that makes it. Read newest first,
 * all of it, of one actor or of one object. Nothing deletes rows: there are few, and an audit that forgets is none.
 */
export class CreateAuditEntry1764175000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit_entry (
        tenant_id uuid not null references tenant,
        id uuid not null,
        seq bigint generated always as identity,
        at timestamptz not null,
        actor text collate "C" not null,
        correlation_id text,
        action text collate "C" not null,
        object_type text collate "C" not null,
        object_id text collate "C",
        object_name text,
        changes jsonb not null,
        primary key (tenant_id, id)
      );
      create index audit_entry_at on audit_entry (tenant_id, at, seq);
      create index audit_entry_actor on audit_entry (tenant_id, actor, at, seq);
      create index audit_entry_object on audit_entry (tenant_id, object_type, object_id, at, seq);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table audit_entry");
  }
}
