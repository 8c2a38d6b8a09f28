import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * A number for each tenant that rises with every change of its dictionary, whoever makes it: processes compare it to
 * learn that their schemas are old. A trigger raises it, so that no statement on the fields can forget to.
 */
export class CreateDictionaryRevision1764156000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table dictionary_revision (
        tenant_id uuid primary key references tenant,
        revision bigint not null
      );
      insert into dictionary_revision (tenant_id, revision) select id, 1 from tenant;
      create function raise_dictionary_revision() returns trigger language plpgsql as $$
      begin
        insert into dictionary_revision as held (tenant_id, revision) values (coalesce(new.tenant_id, old.tenant_id), 1)
          on conflict (tenant_id) do update set revision = held.revision + 1;
        return null;
      end $$;
      create trigger dictionary_field_revision after insert or update or delete on dictionary_field
        for each row execute function raise_dictionary_revision();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger dictionary_field_revision on dictionary_field;
      drop function raise_dictionary_revision();
      drop table dictionary_revision;
    `);
  }
}
