import type { DataSource } from "typeorm";
import type { Database } from "./queryable.js";
import { type Notify, runTransaction } from "./run-transaction.js";
import { bindManager, queryRows } from "./sessions.js";

/** What differs between the two databases. */
export interface DatabaseParts {
  kind: Database["kind"];
  notify: Notify;
  listen: Database["listen"];
  /** Runs before the connections are ended. */
  closing?: (() => Promise<void>) | undefined;
  /** Runs after the connections are ended. */
  closed?: (() => Promise<void>) | undefined;
}

/** A Database on a connected DataSource, which it owns from then on. */
export function databaseOn(dataSource: DataSource, parts: DatabaseParts): Database {
  let closing: Promise<void> | undefined;

  /**
   * On a runner, because it takes a connection out of the pool and returns it healthy after a refused statement.
   * The pool's own query() ends its connection with every error (measured: 200 conflicts a second instead of 10,000).
   */
  const query: Database["query"] = async (sql, params) => {
    const runner = dataSource.createQueryRunner();
    try {
      return await queryRows(runner, sql, params);
    } finally {
      await runner.release();
    }
  };

  const close = async () => {
    await parts.closing?.();
    await dataSource.destroy();
    await parts.closed?.();
  };

  const database: Database = {
    kind: parts.kind,
    query,
    transaction: (work) => runTransaction(dataSource, parts.notify, work),
    listen: parts.listen,
    ping: async () => {
      await query("select 1");
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
  bindManager(database, dataSource.manager);
  return database;
}
