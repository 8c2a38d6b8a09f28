import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { PGlite, types } from "@electric-sql/pglite";
import { channelListeners } from "./channel-listeners.js";
import { embeddedDataSource } from "./data-source.js";
import { DatabaseUnavailableError } from "./database-errors.js";
import { databaseOn } from "./database-on.js";
import { lockFolder } from "./folder-lock.js";
import type { Database } from "./queryable.js";

/** Where the embedded database keeps its rows. */
export interface EmbeddedOptions {
  /** A folder, made when missing; "memory" keeps nothing. */
  dataDir: string | "memory";
}

/**
 * Opens PGlite, PostgreSQL inside this process. A commit survives the sudden end of the process, but as PGlite does
 * not call fsync, not by design the loss of power.
 * @throws DataFolderInUseError, DatabaseUnavailableError
 */
export async function openEmbedded({ dataDir }: EmbeddedOptions): Promise<Database> {
  if (dataDir === "memory") {
    return databaseOnPglite(await PGlite.create({ parsers: EMBEDDED_PARSERS }));
  }
  const unlock = await lock(dataDir);
  try {
    const folder = join(dataDir, "pglite");
    if (!existsSync(folder)) await createFolder(folder);
    const db = await PGlite.create({ dataDir: folder, parsers: EMBEDDED_PARSERS });
    return await databaseOnPglite(db, { closed: unlock });
  } catch (error) {
    await unlock();
    throw unusable(dataDir, error);
  }
}

/**
 * Makes an empty database. Creation takes seconds, and a process killed meanwhile would leave half a folder that
 * nobody can open; so the folder gets its name when it is complete.
 */
async function createFolder(folder: string): Promise<void> {
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  const db = await PGlite.create({ dataDir: draft });
  await db.close();
  await rename(draft, folder);
}

/** What a caller who has a PGlite of his own may want to set. */
export interface PgliteOptions {
  /** Ends the PGlite in place of its `close()`, for an owner who has further use for it. */
  end?: () => Promise<void>;
  /** Runs after the database was closed. */
  closed?: () => Promise<void>;
}

/** A Database on an open PGlite, which it owns from then on until it is closed. */
export async function databaseOnPglite(db: PGlite, options: PgliteOptions = {}): Promise<Database> {
  const dataSource = embeddedDataSource(db, options.end);
  await dataSource.initialize();
  const listeners = channelListeners();
  return databaseOn(dataSource, {
    kind: "embedded",
    // There is one process, so what PostgreSQL does with NOTIFY is a call after the commit here.
    signals: {
      notify: async (tx, channel, payload) => tx.afterCommit(() => listeners.deliver(channel, payload)),
      hint: (channel) => listeners.deliver(channel, ""),
    },
    listen: async (channel, listener) => {
      const remove = listeners.add(channel, listener);
      return async () => remove();
    },
    closed: options.closed,
  });
}

/** As pg does: these two do not fit into a JavaScript number. */
export const EMBEDDED_PARSERS = {
  [types.INT8]: (text: string) => text,
  [types.NUMERIC]: (text: string) => text,
};

async function lock(dataDir: string): Promise<() => Promise<void>> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(dataDir, error);
  }
  return lockFolder(join(dataDir, "pglite.lock"));
}

function unusable(dataDir: string, cause: unknown): DatabaseUnavailableError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DatabaseUnavailableError(
    `the embedded database cannot be opened in DATA_DIR (${dataDir}): ${why}. ` +
      "Check that the folder is writable and was made by this version, or name another one.",
    { cause },
  );
}
