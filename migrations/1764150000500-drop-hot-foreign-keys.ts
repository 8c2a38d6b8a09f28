import type { MigrationInterface, QueryRunner } from "typeorm";

const TENANT_KEYS = ["resource", "resource_unique_value", "membership", "delivery", "delivery_wait"];

/**
 * The tables of the hot path give up their foreign keys: each costs a trigger with a look-up, and a lock on the row it
 * names, for every row written (docs/adr/0014). The unique key of deliveries begins with the resource, which makes the
 * index for that alone superfluous.
 */
export class DropHotForeignKeys1764150000500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of TENANT_KEYS) {
      await runner.query(`alter table ${table} drop constraint ${table}_tenant_id_fkey`);
    }
    await runner.query(`
      alter table membership drop constraint membership_tenant_id_group_id_fkey;
      alter table membership drop constraint membership_tenant_id_member_id_fkey;
      alter table delivery drop constraint delivery_resource;
      alter table delivery add constraint delivery_resource unique (tenant_id, resource_id, connection_id);
      drop index delivery_of_resource;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index delivery_of_resource on delivery (tenant_id, resource_id);
      alter table delivery drop constraint delivery_resource;
      alter table delivery add constraint delivery_resource unique (tenant_id, connection_id, resource_id);
      alter table membership add constraint membership_tenant_id_member_id_fkey
        foreign key (tenant_id, member_id) references resource on delete cascade;
      alter table membership add constraint membership_tenant_id_group_id_fkey
        foreign key (tenant_id, group_id) references resource on delete cascade;
    `);
    for (const table of TENANT_KEYS) {
      await runner.query(
        `alter table ${table} add constraint ${table}_tenant_id_fkey foreign key (tenant_id) references tenant`,
      );
    }
  }
}
