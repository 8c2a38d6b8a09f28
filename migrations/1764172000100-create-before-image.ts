import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * What an attempt changed at the vendor: the profile that was held before and the one held after, null for "not there". For
 * undoing it; apart from the attempts, which are shown, since profiles hold phone numbers as they are.
 * `delivery.override` is an undo under way: what to deliver, once, in place of what the mapping says.
 */
export class CreateBeforeImage1764172000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table before_image (
        tenant_id uuid not null references tenant,
        delivery_id uuid not null,
        attempt_id uuid not null,
        seq bigint generated always as identity,
        connection_id uuid not null,
        resource_id uuid not null,
        resource_type text not null check (resource_type in ('User', 'Group')),
        action text not null,
        before jsonb,
        after jsonb,
        primary key (tenant_id, delivery_id, attempt_id)
      );
      create index before_image_order on before_image (tenant_id, delivery_id, seq desc);
      create index before_image_connection on before_image (tenant_id, connection_id);
      alter table delivery add column override jsonb;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table delivery drop column override; drop table before_image;");
  }
}
