import type { MigrationInterface, QueryRunner } from "typeorm";

/** One row for each person in a group; groups in groups are resource.parent_id. */
export class CreateMembership1763700000400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table membership (
        tenant_id uuid not null references tenant,
        group_id uuid not null,
        member_id uuid not null,
        added_at timestamptz not null,
        primary key (tenant_id, group_id, member_id),
        foreign key (tenant_id, group_id) references resource on delete cascade,
        foreign key (tenant_id, member_id) references resource on delete cascade
      );
      create index membership_member on membership (tenant_id, member_id, added_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table membership");
  }
}
