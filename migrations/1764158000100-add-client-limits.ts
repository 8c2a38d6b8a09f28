import type { MigrationInterface, QueryRunner } from "typeorm";

/** Where a client may call from (none: anywhere) and how often (null: as the gateway's default says). */
export class AddClientLimits1764158000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table oauth_client
        add column ip_allow_list text[] not null default '{}',
        add column requests_per_second integer check (requests_per_second > 0),
        add column request_burst integer check (request_burst > 0),
        add constraint oauth_client_rate_limit check ((requests_per_second is null) = (request_burst is null));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table oauth_client
        drop column ip_allow_list, drop column requests_per_second, drop column request_burst;
    `);
  }
}
