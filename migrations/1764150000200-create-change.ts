import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * The change log: one row for each stored change of a resource. `xact` is the transaction that wrote it. Sequence
 * numbers do not follow the order of commits, so a reader takes only rows whose transaction is below
 * `pg_snapshot_xmin(pg_current_snapshot())`, and keeps its place by the key (docs/adr/0011). New rows go to the right end
 * of that key's index, which keeps it cheap.
 */
export class CreateChange1764150000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table change (
        tenant_id uuid not null,
        xact xid8 not null default pg_current_xact_id(),
        seq bigint generated always as identity,
        resource_type text not null check (resource_type in ('User', 'Group')),
        resource_id uuid not null,
        version bigint not null,
        kind text not null check (kind in ('create', 'update', 'delete')),
        attributes text[] not null,
        actor text not null,
        correlation_id text not null,
        at timestamptz not null,
        primary key (tenant_id, xact, seq)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table change");
  }
}
