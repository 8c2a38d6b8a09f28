import type { MigrationInterface, QueryRunner } from "typeorm";

/** Bearer tokens that administrators hand out for identity providers that cannot fetch tokens; only as hashes. */
export class CreateLongLivedToken1764158000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table long_lived_token (
        tenant_id uuid not null references tenant,
        id uuid not null,
        client_ref uuid not null,
        token_hash text not null constraint long_lived_token_hash unique,
        name text not null,
        hint text not null,
        scopes text[] not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        last_used_at timestamptz,
        primary key (tenant_id, id),
        foreign key (tenant_id, client_ref) references oauth_client on delete cascade
      );
      create index long_lived_token_client on long_lived_token (tenant_id, client_ref, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table long_lived_token");
  }
}
