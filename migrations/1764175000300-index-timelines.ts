import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * What a timeline reads: the changes of a resource and the attempts for it, newest first (docs/adr/0027). The remote id
 * that a try led to is kept with it, since a link shows only the present one.
 */
export class IndexTimelines1764175000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table attempt add column remote_id text;
      create index attempt_resource on attempt (tenant_id, resource_id, started_at, seq);
      create index change_resource on change (tenant_id, resource_id, at, seq);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index change_resource;
      drop index attempt_resource;
      alter table attempt drop column remote_id;
    `);
  }
}
