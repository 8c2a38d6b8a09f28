import type { MigrationInterface, QueryRunner } from "typeorm";

/** The outbox: at most one row for a resource at a connection, and which rows wait for which resource. */
export class CreateDelivery1763700000900 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table delivery (
        tenant_id uuid not null references tenant,
        id uuid not null,
        connection_id uuid not null,
        resource_id uuid not null,
        resource_type text not null check (resource_type in ('User', 'Group')),
        state text not null check (state in
          ('pending', 'claimed', 'blocked', 'parked', 'awaiting', 'held', 'synced', 'skipped', 'failed')),
        generation bigint not null default 1,
        requested_at timestamptz not null,
        correlation_id text,
        next_attempt_at timestamptz not null,
        tries integer not null default 0,
        claims integer not null default 0,
        intents jsonb not null default '[]',
        lease_id uuid,
        lease_until timestamptz,
        settled_at timestamptz,
        settles bigint not null default 0,
        synced_at timestamptz,
        reason jsonb,
        notes jsonb not null default '[]',
        primary key (tenant_id, id),
        constraint delivery_resource unique (tenant_id, connection_id, resource_id)
      );
      create index delivery_due on delivery (tenant_id, connection_id, next_attempt_at, resource_type, id)
        where state in ('pending', 'awaiting');
      create index delivery_lease on delivery (lease_until) where state = 'claimed';
      create index delivery_state on delivery (tenant_id, state, id);
      create index delivery_of_resource on delivery (tenant_id, resource_id);
      create table delivery_wait (
        tenant_id uuid not null references tenant,
        connection_id uuid not null,
        resource_id uuid not null,
        awaited_id uuid not null,
        primary key (tenant_id, connection_id, awaited_id, resource_id)
      );
      create index delivery_wait_resource on delivery_wait (tenant_id, connection_id, resource_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table delivery_wait; drop table delivery;");
  }
}
