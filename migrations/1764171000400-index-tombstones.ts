import type { MigrationInterface, QueryRunner } from "typeorm";

/** Finds deleted people by what a person who returns still has; costs something only when somebody is deleted. */
export class IndexTombstones1764171000400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) {
      await runner.query(`
        create index resource_buried_${column} on resource (tenant_id, ${column})
          where type = 'User' and deleted_at is not null and ${column} is not null`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) await runner.query(`drop index resource_buried_${column}`);
  }
}

const COLUMNS = ["external_id", "user_name_key", "employee_number"];
