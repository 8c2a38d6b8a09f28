import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Who was in what when a person or group was deleted, so that a discarded removal can put it back. A group in a group is
 * a row as well. `link.kept_at`: an administrator decided that what SCIM no longer wants stays at the vendor.
 */
export class CreateFormerMembership1764171000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table former_membership (
        tenant_id uuid not null references tenant,
        group_id uuid not null,
        member_id uuid not null,
        added_at timestamptz not null,
        primary key (tenant_id, group_id, member_id)
      );
      create index former_membership_member on former_membership (tenant_id, member_id);
      alter table link add column kept_at timestamptz;
    `);
    await runner.query(
      removeUser(`
          with gone as (
            delete from membership where tenant_id = of_tenant and member_id = user_id
            returning tenant_id, group_id, member_id, added_at)
          insert into former_membership (tenant_id, group_id, member_id, added_at)
          select tenant_id, group_id, member_id, added_at from gone
          on conflict (tenant_id, group_id, member_id) do update set added_at = excluded.added_at;`),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      removeUser("delete from membership where tenant_id = of_tenant and member_id = user_id;"),
    );
    await runner.query("alter table link drop column kept_at; drop table former_membership;");
  }
}

/** The function of 1764150000600, planned as 1764150000700 says, with another way of ending the memberships. */
const removeUser = (endMemberships: string) => `
      create or replace function remove_user(of_tenant uuid, user_id uuid, known_version bigint, value_attributes text[],
                                  value_keys text[], manager_names text[], requested timestamptz, by_actor text,
                                  correlation text)
      returns boolean language plpgsql volatile set plan_cache_mode = force_generic_plan as $body$
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
          ${endMemberships}
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
`;
