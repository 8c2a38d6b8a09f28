import { runMigrations } from "./migrations.js";
import { openEmbedded } from "./open-embedded.js";
import { openPostgres } from "./open-postgres.js";
import type { Database } from "./queryable.js";

export {
  DatabaseUnavailableError,
  DataFolderInUseError,
  DictionaryChangedError,
  NestedUseError,
  StatementError,
  UniqueViolation,
} from "./database-errors.js";
export { listMigrations, revertLastMigration, runMigrations } from "./migrations.js";
export type { Database, Queryable, Transaction } from "./queryable.js";

/** Where the database is. With `url` it is PostgreSQL, otherwise PGlite in `dataDir`. */
export interface OpenDatabaseOptions {
  /** A PostgreSQL URL (DATABASE_URL). */
  url?: string | undefined;
  /** The data folder (DATA_DIR); the embedded database makes a folder of its own in it. "memory", the default, keeps nothing. */
  dataDir?: string | "memory" | undefined;
  /** Most connections to PostgreSQL at a time; 10 by default. One more is used while something listens. */
  poolSize?: number | undefined;
  /** Whether to apply pending migrations before returning; false by default. */
  migrate?: boolean | undefined;
  /** Told the name of each migration that `migrate` applied. */
  onMigration?: ((name: string) => void) | undefined;
}

/**
 * Opens the database.
 * @throws DatabaseUnavailableError, DataFolderInUseError with a message for the administrator
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const database = options.url
    ? await openPostgres(options.url, options.poolSize ?? 10)
    : await openEmbedded({ dataDir: options.dataDir ?? "memory" });
  if (!options.migrate) return database;
  try {
    await runMigrations(database, options.onMigration);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
