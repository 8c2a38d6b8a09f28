import type { Clock } from "../platform/clock.js";
import { type RepeatedWork, startRepeatedWork } from "../platform/repeated-work.js";
import type { Database } from "./queryable.js";

/** How often the tables are looked at, milliseconds: PostgreSQL's default of autovacuum_naptime. */
const PERIOD_MS = 60_000;

/** By the same thresholds as PostgreSQL's autovacuum (its manual, section "The Autovacuum Daemon"). */
const DUE = `
  select format('%I.%I', schemaname, relname) as "table" from pg_stat_user_tables
   where n_dead_tup > current_setting('autovacuum_vacuum_threshold')::float8
                      + current_setting('autovacuum_vacuum_scale_factor')::float8 * n_live_tup
      or n_mod_since_analyze > current_setting('autovacuum_analyze_threshold')::float8
                               + current_setting('autovacuum_analyze_scale_factor')::float8 * n_live_tup
   order by n_dead_tup desc, relid`;

/**
 * Does for the embedded database what PostgreSQL does in the background and PGlite, a single process, does not: vacuums
 * and analyses the tables that changed much, now and every minute, one table per statement so that whoever waits goes on
 * in between. Without it each version of a row stays for ever, and plans follow the figures of the first minute.
 */
export function startAutovacuum(deps: {
  database: Database;
  clock: Clock;
  onError(error: unknown): void;
}): RepeatedWork {
  const { database, clock, onError } = deps;
  return startRepeatedWork({ clock, everyMs: PERIOD_MS, onError }, async (signal) => {
    // What was counted within the last second is not told yet.
    await database.query("select pg_stat_force_next_flush()");
    for (const { table } of await database.query<{ table: string }>(DUE)) {
      if (signal.aborted) return;
      await database.query(`vacuum (analyze) ${table}`);
    }
  });
}
