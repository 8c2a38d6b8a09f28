import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Until when a write that nobody saw answered may still arrive at the vendor. Until then its note stays on the delivery,
 * and after it the delivery is looked at again.
 */
export class AddDeliveryDoubt1764178600100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table delivery add column doubt_until timestamptz;
      create index delivery_doubt on delivery (doubt_until) where doubt_until is not null;
      drop index delivery_lease;
      create index delivery_claimed on delivery (lease_id) where state = 'claimed';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index delivery_claimed;
      create index delivery_lease on delivery (lease_until) where state = 'claimed';
      drop index delivery_doubt;
      alter table delivery drop column doubt_until;
    `);
  }
}
