import type { MigrationInterface, QueryRunner } from "typeorm";

/** OAuth clients, their secrets (several at a time, for rotation) and their access tokens, both only as hashes. */
export class CreateOauthClient1763700000600 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table oauth_client (
        tenant_id uuid not null references tenant,
        id uuid not null,
        client_id text not null constraint oauth_client_client_id unique,
        name text not null,
        scopes text[] not null,
        grant_types text[] not null default '{client_credentials}',
        auth_methods text[] not null default '{client_secret_basic,client_secret_post}',
        access_token_lifetime_s integer not null default 3600
          check (access_token_lifetime_s between 300 and 86400),
        profile text not null default 'auto',
        enabled boolean not null default true,
        created_at timestamptz not null,
        modified_at timestamptz not null,
        primary key (tenant_id, id)
      );
      create table oauth_client_secret (
        tenant_id uuid not null references tenant,
        id uuid not null,
        client_ref uuid not null,
        secret_hash text not null,
        hint text not null,
        created_at timestamptz not null,
        expires_at timestamptz,
        primary key (tenant_id, id),
        foreign key (tenant_id, client_ref) references oauth_client on delete cascade
      );
      create index oauth_client_secret_client on oauth_client_secret (tenant_id, client_ref);
      create table oauth_token (
        tenant_id uuid not null references tenant,
        token_hash text not null primary key,
        client_ref uuid not null,
        scopes text[] not null,
        issued_at timestamptz not null,
        expires_at timestamptz not null,
        revoked_at timestamptz,
        foreign key (tenant_id, client_ref) references oauth_client on delete cascade
      );
      create index oauth_token_client on oauth_token (tenant_id, client_ref);
      create index oauth_token_expiry on oauth_token (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table oauth_token; drop table oauth_client_secret; drop table oauth_client;");
  }
}
