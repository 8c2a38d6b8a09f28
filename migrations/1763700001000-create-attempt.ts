import type { MigrationInterface, QueryRunner } from "typeorm";

/** Every try of a delivery, with its redacted vendor calls. */
export class CreateAttempt1763700001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table attempt (
        tenant_id uuid not null references tenant,
        id uuid not null,
        seq bigint generated always as identity,
        delivery_id uuid not null,
        connection_id uuid not null,
        resource_id uuid not null,
        number integer not null,
        generation bigint not null,
        trigger text not null,
        action text not null check (action in ('create', 'update', 'move', 'remove', 'adopt', 'none')),
        outcome text not null,
        started_at timestamptz not null,
        duration_ms integer not null,
        code text,
        message text,
        remedy text,
        calls jsonb not null default '[]',
        correlation_id text,
        primary key (tenant_id, id)
      );
      create index attempt_delivery on attempt (tenant_id, delivery_id, seq desc);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table attempt");
  }
}
