import type { MigrationInterface, QueryRunner } from "typeorm";

/** Departments and people of a lane are claimed in turns, each from the front of their own part of the index. */
export class QueueByType1764174000600 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index delivery_due;
      create index delivery_due on delivery (tenant_id, connection_id, lane, resource_type, next_attempt_at, id)
        where state in ('pending', 'awaiting');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index delivery_due;
      create index delivery_due on delivery (tenant_id, connection_id, lane, next_attempt_at, resource_type, id)
        where state in ('pending', 'awaiting');
    `);
  }
}
