import { MigrationExecutor, type QueryRunner } from "typeorm";
import type { Database } from "./queryable.js";
import { dataSourceOf } from "./sessions.js";
import { translateError } from "./translate-error.js";

/** One known migration and whether this database has it. */
export interface MigrationStatus {
  /** The purpose followed by the time stamp in milliseconds, e.g. "CreateTenant1763700000100". */
  name: string;
  applied: boolean;
}

/** Any number that nothing else locks: the first eight bytes of the product's name. */
const lockKey = "8314605254690763375";

/**
 * Applies every pending migration, each in a transaction of its own, under an advisory lock: of several processes
 * that start together one works and the others wait, then find nothing to do.
 * Returns the names of those applied now, in order, and tells each to `onMigration`.
 */
export async function runMigrations(
  database: Database,
  onMigration?: (name: string) => void,
): Promise<string[]> {
  return underLock(database, async (executor) => {
    const names = (await executor.executePendingMigrations()).map(({ name }) => name);
    for (const name of names) onMigration?.(name);
    return names;
  });
}

/** Reverts the newest applied migration. Returns its name, or undefined when there was none. */
export async function revertLastMigration(database: Database): Promise<string | undefined> {
  return underLock(database, async (executor) => {
    // TypeORM reads them newest first.
    const newest = (await executor.getExecutedMigrations()).at(0);
    await executor.undoLastMigration();
    return newest?.name;
  });
}

/** Every migration that this version knows, oldest first. */
export async function listMigrations(database: Database): Promise<MigrationStatus[]> {
  return underLock(database, async (executor) => {
    const applied = new Set((await executor.getExecutedMigrations()).map(({ name }) => name));
    const known = dataSourceOf(database).migrations.map((migration) => migration.constructor.name);
    return known.map((name) => ({ name, applied: applied.has(name) }));
  });
}

async function underLock<T>(
  database: Database,
  work: (executor: MigrationExecutor) => Promise<T>,
): Promise<T> {
  const dataSource = dataSourceOf(database);
  const runner = dataSource.createQueryRunner();
  try {
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = "each";
    if (database.kind === "embedded") return await work(executor);
    // Building an index, or waiting for another process that does, may take longer than a request may.
    await runner.query("set statement_timeout = 0");
    await runner.query("select pg_advisory_lock($1)", [lockKey]);
    try {
      return await work(executor);
    } finally {
      await release(runner);
    }
  } catch (error) {
    throw translateError(error);
  } finally {
    await runner.release();
  }
}

async function release(runner: QueryRunner): Promise<void> {
  await runner.query("select pg_advisory_unlock($1)", [lockKey]);
  await runner.query("reset statement_timeout");
}
