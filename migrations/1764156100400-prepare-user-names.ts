import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * userNames that differ in the composition of characters only are one name (RFC 7644 section 5), so their keys are in
 * normal form C from now on. Where two users differ in just that, both keep the key they have.
 */
export class PrepareUserNames1764156100400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      update resource r set user_name_key = normalize(r.user_name_key, NFC)
       where r.user_name_key is not NFC normalized
         and not exists (
           select from resource other
            where other.tenant_id = r.tenant_id and other.id <> r.id
              and normalize(other.user_name_key, NFC) = normalize(r.user_name_key, NFC)
         );
    `);
  }

  /** Keys in normal form are keys to the earlier program as well. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
