import type { MigrationInterface, QueryRunner } from "typeorm";

/** employeeNumber compares without regard to case, which the index on the plain column could not serve. */
export class IndexFoldedEmployeeNumber1764160000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index resource_employee_number_key on resource (tenant_id, lower(employee_number))
        where deleted_at is null;
      drop index resource_employee_number;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index resource_employee_number on resource (tenant_id, employee_number) where deleted_at is null;
      drop index resource_employee_number_key;
    `);
  }
}
