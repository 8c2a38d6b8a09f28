import type { Config } from "./config/config.js";
import type { Logger } from "./observability/logger.js";
import { type Database, listMigrations, openDatabase } from "./persistence/database.js";

/** The PostgreSQL database lacks tables of this version; the message says how to make them. */
export class MigrationsPendingError extends Error {
  override readonly name = "MigrationsPendingError";
}

/**
 * Opens the configured database. The embedded one is migrated on the way, for it has no other operator; PostgreSQL
 * is migrated by the `migrate` command alone, so that a roll-out decides when.
 * @throws DatabaseUnavailableError, DataFolderInUseError, MigrationsPendingError
 */
export async function openMigratedDatabase(
  config: Pick<Config, "databaseUrl" | "databasePoolSize" | "dataDir">,
  logger: Logger,
): Promise<Database> {
  if (config.databaseUrl === undefined) {
    return openDatabase({
      dataDir: config.dataDir,
      migrate: true,
      onMigration: (name) => logger.info({ migration: name }, "migration applied"),
    });
  }
  const database = await openDatabase({ url: config.databaseUrl, poolSize: config.databasePoolSize });
  const pending = (await listMigrations(database)).filter((migration) => !migration.applied);
  if (pending.length === 0) return database;
  await database.close();
  throw new MigrationsPendingError(
    `DATABASE_URL: the database lacks ${pending.length} migration(s) of this version, beginning with ` +
      `${pending[0]?.name}. Run "npm run migrate" (in the container image: the command "migrate") first.`,
  );
}
