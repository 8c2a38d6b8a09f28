import type { MigrationInterface, QueryRunner } from "typeorm";
import { CreateRemoveUser1764150000400 } from "./1764150000400-create-remove-user.js";

/**
 * Takes single entries out of the search index, each by its whole key. As a join with the list of entries, PostgreSQL
 * left the last part of the key out of the look-up: for a department that thousands share it then read thousands of
 * entries, and in a table without statistics (the first minute of an import) all of them: 20 ms for one change.
 */
export class CreateDeleteValues1764150000600 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function delete_values(of_tenant uuid, of_type text, of_seq bigint, attributes text[], keys text[])
      returns void language plpgsql volatile as $body$
      begin
        for place in 1 .. cardinality(attributes) loop
          delete from resource_value
           where tenant_id = of_tenant and type = of_type and attribute = attributes[place] collate "C"
             and value_key = keys[place] collate "C" and seq = of_seq;
        end loop;
      end $body$;
    `);
    await runner.query(`
      create or replace function remove_user(of_tenant uuid, user_id uuid, known_version bigint, value_attributes text[],
                                  value_keys text[], manager_names text[], requested timestamptz, by_actor text,
                                  correlation text)
      returns boolean language plpgsql volatile as $body$
      declare
        groups uuid[];
        user_seq bigint;
      begin
        select coalesce(array_agg(locked.id), '{}') into groups
          from (select g.id
                  from membership m join resource g on g.tenant_id = m.tenant_id and g.id = m.group_id
                 where m.tenant_id = of_tenant and m.member_id = user_id
                 order by g.id for no key update of g) locked;
        update resource
           set deleted_at = requested, modified_at = requested, version = version + 1, password_hash = null
         where tenant_id = of_tenant and id = user_id and type = 'User' and deleted_at is null
           and version = known_version
        returning seq into user_seq;
        if user_seq is null then
          return false;
        end if;
        if exists (select from membership m
                    where m.tenant_id = of_tenant and m.member_id = user_id and m.group_id <> all (groups)) then
          raise exception 'the user was put into a group meanwhile' using errcode = '40001';
        end if;
        if groups <> '{}' then
          delete from membership where tenant_id = of_tenant and member_id = user_id;
          with raised as (
            update resource set version = version + 1, modified_at = requested
             where tenant_id = of_tenant and id = any (groups) and deleted_at is null
            returning id, version)
          insert into change (tenant_id, resource_type, resource_id, version, kind, attributes, actor,
                              correlation_id, at)
          select of_tenant, 'Group', raised.id, raised.version, 'update', '{members}', by_actor, correlation, requested
            from raised;
        end if;
        delete from resource_unique_value where tenant_id = of_tenant and resource_id = user_id;
        perform delete_values(of_tenant, 'User', user_seq, value_attributes, value_keys);
        insert into change (tenant_id, resource_type, resource_id, version, kind, attributes, actor,
                            correlation_id, at)
        values (of_tenant, 'User', user_id, known_version + 1, 'delete', '{}', by_actor, correlation, requested);
        perform append_deliveries(of_tenant, array[user_id], array['User'], manager_names, requested, correlation);
        return true;
      end $body$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    const former = new CreateRemoveUser1764150000400();
    await former.down(runner);
    await former.up(runner);
    await runner.query("drop function delete_values(uuid, text, bigint, text[], text[])");
  }
}
