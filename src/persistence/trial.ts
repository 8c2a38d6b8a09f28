import type { Database, Transaction } from "./queryable.js";
import { bindSameManager } from "./sessions.js";
import { createTurnTaker } from "./turn-taker.js";

/** How long a statement of a trial waits for a row that somebody else is writing; below PostgreSQL's deadlock check (1 s). */
const LOCK_TIMEOUT = "500ms";

/** Carries the result of a trial past the rollback. */
class TrialIsOver<Result> extends Error {
  constructor(readonly result: Result) {
    super("the trial is over; nothing of it is kept");
  }
}

/**
 * Runs work on a database of which nothing is kept: all of it is one transaction that is rolled back at the end, on
 * success too. Hints and notifications go nowhere. Others wait for rows that the trial wrote, so it must be short and
 * must wait for nothing but the database; sequences move on.
 * @throws StatementError 55P03 where a row was being written by somebody else for longer than half a second
 */
export async function tryOut<Result>(
  database: Database,
  work: (trial: Database) => Promise<Result>,
): Promise<Result> {
  try {
    await database.transaction(async (tx) => {
      await boundLockWaits(tx);
      throw new TrialIsOver(await work(databaseWithin(tx, database.kind)));
    });
  } catch (error) {
    if (error instanceof TrialIsOver) return error.result;
    throw error;
  }
  throw new Error("a trial ended without its end");
}

/**
 * Within a transaction that is to be committed: runs work on a database of which nothing is kept, see {@link tryOut}.
 * What the transaction did before stays.
 */
export async function tryOutWithin<Result>(
  tx: Transaction,
  kind: Database["kind"],
  work: (trial: Database) => Promise<Result>,
): Promise<Result> {
  await tx.query("savepoint trial");
  try {
    return await work(databaseWithin(withoutEffects(tx), kind));
  } finally {
    await tx.query("rollback to savepoint trial");
  }
}

/** The transaction, for work of which nothing is kept: nobody must be told of it when the rest is committed. */
function withoutEffects(tx: Transaction): Transaction {
  const silent: Transaction = {
    query: (sql, params) => tx.query(sql, params),
    afterCommit: () => undefined,
    notify: async () => undefined,
    hint: () => undefined,
  };
  bindSameManager(silent, tx);
  return silent;
}

/** Lets statements of this transaction give up (55P03) instead of waiting long for a row. */
export async function boundLockWaits(tx: Transaction): Promise<void> {
  await tx.query("select set_config('lock_timeout', $1, true)", [LOCK_TIMEOUT]);
}

/** Statements that are not expected to fail: most of them, so a savepoint for each would double the work. */
const READS = /^\s*select\b(?!.*\bfor (?:no key )?(?:update|share)\b)/is;

/**
 * One open transaction in the shape of a Database, for code that opens transactions itself: each of its statements and
 * transactions is a savepoint (but for reads), one after the other. Its hints are those of the transaction. Nobody can listen on it.
 */
export function databaseWithin(tx: Transaction, kind: Database["kind"]): Database {
  const inTurn = createTurnTaker();

  const savepoint = <Result>(work: () => Promise<Result>): Promise<Result> =>
    inTurn(async () => {
      await tx.query("savepoint step");
      try {
        const result = await work();
        await tx.query("release savepoint step");
        return result;
      } catch (error) {
        // Where the connection is lost the rollback fails as well; the cause matters more.
        await tx.query("rollback to savepoint step").catch(() => undefined);
        throw error;
      }
    });

  const database: Database = {
    kind,
    query: (sql, params) =>
      READS.test(sql) ? inTurn(() => tx.query(sql, params)) : savepoint(() => tx.query(sql, params)),
    transaction: async (work) => {
      const effects: (() => void)[] = [];
      const inner: Transaction = {
        query: (sql, params) => tx.query(sql, params),
        afterCommit: (action) => void effects.push(() => tx.afterCommit(action)),
        notify: (channel, payload) => tx.notify(channel, payload),
        hint: (channel) => void effects.push(() => tx.hint(channel)),
      };
      bindSameManager(inner, tx);
      const result = await savepoint(() => work(inner));
      for (const effect of effects) effect();
      return result;
    },
    listen: () => Promise.reject(new TypeError("nobody can listen within a transaction")),
    hint: (channel) => tx.hint(channel),
    ping: async () => undefined,
    close: async () => undefined,
  };
  bindSameManager(database, tx);
  return database;
}
