import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * What a run changed, so that it can be undone: at the vendor, the images of the deliveries that it ordered
 * (`before_image.run_id`); in SCIM, the values that it took over (`adopted_value`), with what stood there before. Both
 * hold personal values as they are, and are never shown.
 */
export class RememberWhatRunsChanged1764178700100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table before_image add column run_id uuid;
      create index before_image_run on before_image (tenant_id, run_id, resource_id) where run_id is not null;
      create table adopted_value (
        tenant_id uuid not null references tenant,
        run_id uuid not null,
        id uuid not null,
        connection_id uuid not null,
        resource_type text not null check (resource_type in ('User', 'Group')),
        resource_id uuid not null,
        changes jsonb not null,
        joined jsonb not null,
        left_groups jsonb not null,
        primary key (tenant_id, run_id, resource_id, id)
      );
      create index adopted_value_connection on adopted_value (tenant_id, connection_id);
      create index run_row_of_resource on run_row (tenant_id, run_id, resource_id, id) where resource_id is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index run_row_of_resource;
      drop table adopted_value;
      drop index before_image_run;
      alter table before_image drop column run_id;
    `);
  }
}
