import type { MigrationInterface, QueryRunner } from "typeorm";

const FUNCTIONS = [
  "append_deliveries(uuid, uuid[], text[], text[], timestamptz, text)",
  "remove_user(uuid, uuid, bigint, text[], text[], text[], timestamptz, text, text)",
  "delete_values(uuid, text, bigint, text[], text[])",
];

/**
 * The statements in the functions of the hot path keep the plan they were given. PostgreSQL otherwise compares it, for
 * each call, with one for these very arrays, and where statistics make that look cheaper it plans anew every time:
 * 0.42 ms instead of 0.11 ms for the deliveries of one change, 1.8 ms instead of 0.5 ms for a removal.
 */
export class PlanFunctionsOnce1764150000700 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const name of FUNCTIONS) {
      await runner.query(`alter function ${name} set plan_cache_mode = force_generic_plan`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of FUNCTIONS) await runner.query(`alter function ${name} reset plan_cache_mode`);
  }
}
