import type { DataSource } from "typeorm";
import { statementsOn } from "./client-pool.js";
import type { Database } from "./queryable.js";
import { runTransaction, type Signals } from "./run-transaction.js";
import { bindManager } from "./sessions.js";

/** What differs between the two databases. */
export interface DatabaseParts {
  kind: Database["kind"];
  signals: Signals;
  listen: Database["listen"];
  /** Runs before the connections are ended. */
  closing?: (() => Promise<void>) | undefined;
  /** Runs after the connections are ended. */
  closed?: (() => Promise<void>) | undefined;
}

/** A Database on a connected DataSource, which it owns from then on. */
export function databaseOn(dataSource: DataSource, parts: DatabaseParts): Database {
  let closing: Promise<void> | undefined;

  const query: Database["query"] = statementsOn(dataSource);

  const close = async () => {
    await parts.closing?.();
    await dataSource.destroy();
    await parts.closed?.();
  };

  const database: Database = {
    kind: parts.kind,
    query,
    transaction: (work) => runTransaction(dataSource, parts.signals, work),
    listen: parts.listen,
    hint: parts.signals.hint,
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
