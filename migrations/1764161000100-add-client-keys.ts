import type { MigrationInterface, QueryRunner } from "typeorm";

/** The public keys of clients that sign instead of sending a secret, and the assertions that they have used up. */
export class AddClientKeys1764161000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table oauth_client add column jwks text;
      create table used_assertion (
        tenant_id uuid not null references tenant,
        client_ref uuid not null,
        jti_hash text not null,
        expires_at timestamptz not null,
        primary key (tenant_id, client_ref, jti_hash),
        foreign key (tenant_id, client_ref) references oauth_client on delete cascade
      );
      create index used_assertion_expiry on used_assertion (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table used_assertion; alter table oauth_client drop column jwks;");
  }
}
