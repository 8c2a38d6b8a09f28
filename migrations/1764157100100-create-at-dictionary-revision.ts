import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * `at_dictionary_revision(tenant, expected)` is the tenant, and an error (SQLSTATE SD001) when its dictionary is at
 * another revision; null expects nothing. Put in the place of the tenant's id into the statement that stores a resource,
 * it refuses what was checked against schemas that no longer hold. A change of the dictionary holds the table of
 * resources exclusively, and a statement looks at the revision only when it has its own lock on that table: the two
 * cannot miss each other.
 */
export class CreateAtDictionaryRevision1764157100100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function at_dictionary_revision(of_tenant uuid, expected bigint)
      returns uuid language plpgsql stable as $body$
      begin
        if expected <> coalesce((select d.revision from dictionary_revision d where d.tenant_id = of_tenant), 0) then
          raise exception 'the dictionary changed since revision %', expected using errcode = 'SD001';
        end if;
        return of_tenant;
      end $body$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop function at_dictionary_revision(uuid, bigint)");
  }
}
