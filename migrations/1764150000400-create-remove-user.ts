import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Removes a user: the tombstone, its memberships, unique values, index entries, the change log and the deliveries, in
 * one call and so in one transaction without round trips.
 *
 * A function and not one statement, because it must see who put the user into a group while it waited for the row. Locks
 * are taken in the order of all writers, groups (by id) before the person. A group that the person joined between the two
 * cannot be locked in that order any more, so everything is given up with 40001 and the caller begins again. Once the
 * person's row is locked nobody can add it: that takes a share lock on a living row.
 */
export class CreateRemoveUser1764150000400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function remove_user(of_tenant uuid, user_id uuid, known_version bigint, value_attributes text[],
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
        delete from resource_value held
         using unnest(value_attributes, value_keys) as given (attribute, key)
         where held.tenant_id = of_tenant and held.type = 'User' and held.seq = user_seq
           and held.attribute = given.attribute collate "C" and held.value_key = given.key collate "C";
        insert into change (tenant_id, resource_type, resource_id, version, kind, attributes, actor,
                            correlation_id, at)
        values (of_tenant, 'User', user_id, known_version + 1, 'delete', '{}', by_actor, correlation, requested);
        perform append_deliveries(of_tenant, array[user_id], array['User'], manager_names, requested, correlation);
        return true;
      end $body$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      "drop function remove_user(uuid, uuid, bigint, text[], text[], text[], timestamptz, text, text)",
    );
  }
}
