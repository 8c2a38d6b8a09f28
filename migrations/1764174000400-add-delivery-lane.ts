import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Two lanes in the queue of a connection, so that a single change is not behind a load of thousands
 * (docs/adr/0025-two-lanes.md). 0: single changes, 1: loads. The lane is decided as the delivery is appended:
 *
 * - What one statement appends in numbers (more than 20 resources: a Bulk request, the members of a large group) is a
 *   load.
 * - A load may also come as thousands of single requests. So the first lane takes a resource that the vendor does not
 *   have yet only while fewer than 20 wait there, and one that it has while fewer than 200 do. Whatever comes in, a
 *   change of somebody who is there already has fewer than 200 before it: some 15 seconds at the usual rate.
 * - A delivery that waits in the first lane already stays there.
 *
 * Counting up to 20 or 200 entries of the index costs 10 to 40 microseconds, and nothing while nothing waits.
 */
export class AddDeliveryLane1764174000400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table delivery add column lane smallint not null default 0;
      drop index delivery_due;
      create index delivery_due on delivery (tenant_id, connection_id, lane, next_attempt_at, resource_type, id)
        where state in ('pending', 'awaiting');
    `);
    await runner.query(`
      create or replace function append_deliveries(of_tenant uuid, ids uuid[], types text[], manager_names text[],
                                                   requested timestamptz, correlation text)
      returns void language plpgsql volatile set plan_cache_mode = force_generic_plan as $body$
      begin
        perform pg_advisory_xact_lock_shared(hashtextextended(of_tenant::text, 8));
        insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, generation,
                              requested_at, correlation_id, next_attempt_at, tries, claims, lane)
        select c.tenant_id, gen_random_uuid(), c.id, touched.id, touched.type, 'pending', 1,
               requested, correlation, requested, 0, 0,
               case when cardinality(ids) > 20 or waiting.number >= 20 then 1 else 0 end
          from connection c
         cross join lateral (
           select count(*) as number from (
             select from delivery d
              where d.tenant_id = c.tenant_id and d.connection_id = c.id and d.lane = 0
                and d.state in ('pending', 'awaiting')
              limit 20) first_lane) waiting
         cross join (
           select given.id, given.type from unnest(ids, types) as given (id, type)
            union
           select r.id, 'User' from resource r
            where r.tenant_id = of_tenant and r.manager_ref = any(manager_names) and r.type = 'User'
              and r.deleted_at is null) touched
         where c.tenant_id = of_tenant and c.enabled
         order by touched.id, c.id
        on conflict (tenant_id, connection_id, resource_id) do update
           set generation = delivery.generation + 1,
               requested_at = excluded.requested_at,
               correlation_id = excluded.correlation_id,
               tries = 0,
               state = case when delivery.state = 'claimed' then 'claimed' else 'pending' end,
               lane = case
                 when delivery.lane = 0 and delivery.state = 'pending' then 0
                 when cardinality(ids) > 20 then 1
                 when excluded.lane = 0 then 0
                 when delivery.synced_at is null then 1
                 when (select count(*) from (
                         select from delivery d
                          where d.tenant_id = excluded.tenant_id and d.connection_id = excluded.connection_id
                            and d.lane = 0 and d.state in ('pending', 'awaiting')
                          limit 200) first_lane) < 200 then 0
                 else 1 end,
               next_attempt_at = case
                 when delivery.state = 'claimed' then delivery.next_attempt_at
                 when delivery.state = 'pending' and delivery.next_attempt_at <= excluded.next_attempt_at
                   then delivery.next_attempt_at
                 else excluded.next_attempt_at end;
      end $body$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create or replace function append_deliveries(of_tenant uuid, ids uuid[], types text[], manager_names text[],
                                                   requested timestamptz, correlation text)
      returns void language plpgsql volatile set plan_cache_mode = force_generic_plan as $body$
      begin
        perform pg_advisory_xact_lock_shared(hashtextextended(of_tenant::text, 8));
        insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, generation,
                              requested_at, correlation_id, next_attempt_at, tries, claims)
        select c.tenant_id, gen_random_uuid(), c.id, touched.id, touched.type, 'pending', 1,
               requested, correlation, requested, 0, 0
          from connection c
         cross join (
           select given.id, given.type from unnest(ids, types) as given (id, type)
            union
           select r.id, 'User' from resource r
            where r.tenant_id = of_tenant and r.manager_ref = any(manager_names) and r.type = 'User'
              and r.deleted_at is null) touched
         where c.tenant_id = of_tenant and c.enabled
         order by touched.id, c.id
        on conflict (tenant_id, connection_id, resource_id) do update
           set generation = delivery.generation + 1,
               requested_at = excluded.requested_at,
               correlation_id = excluded.correlation_id,
               tries = 0,
               state = case when delivery.state = 'claimed' then 'claimed' else 'pending' end,
               next_attempt_at = case
                 when delivery.state = 'claimed' then delivery.next_attempt_at
                 when delivery.state = 'pending' and delivery.next_attempt_at <= excluded.next_attempt_at
                   then delivery.next_attempt_at
                 else excluded.next_attempt_at end;
      end $body$;
      drop index delivery_due;
      alter table delivery drop column lane;
      create index delivery_due on delivery (tenant_id, connection_id, next_attempt_at, resource_type, id)
        where state in ('pending', 'awaiting');
    `);
  }
}
