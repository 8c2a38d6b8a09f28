import type { DataSource, QueryRunner } from "typeorm";
import { StatementError } from "./database-errors.js";
import type { Transaction } from "./queryable.js";
import { retryingContention } from "./retry-contention.js";
import { bindManager, connectionLost, queryRows } from "./sessions.js";
import { translateError, translatingErrors } from "./translate-error.js";

/** PostgreSQL refuses longer payloads of NOTIFY; refused here too so that both databases behave alike. */
const longestPayloadBytes = 7999;

/** How listeners are told on this database. */
export interface Signals {
  /** As NOTIFY, with the transaction. */
  notify(tx: Transaction, channel: string, payload: string): Promise<void>;
  /** As `Database.hint` promises. */
  hint(channel: string): void;
}

/** Runs `work` as `Database.transaction` promises. */
export async function runTransaction<T>(
  dataSource: DataSource,
  signals: Signals,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return retryingContention(() => runOnce(dataSource, signals, work));
}

async function runOnce<T>(
  dataSource: DataSource,
  signals: Signals,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  const actions: (() => void)[] = [];
  let over = false;
  const tx: Transaction = {
    query: async (sql, params) => {
      if (over)
        throw new TypeError("this transaction is over: its work has settled before the statement was sent");
      return queryRows(runner, sql, params);
    },
    afterCommit: (action) => {
      actions.push(action);
    },
    notify: async (channel, payload) => {
      if (Buffer.byteLength(payload) > longestPayloadBytes)
        throw new RangeError(`a notification on ${channel} is longer than ${longestPayloadBytes} bytes`);
      await signals.notify(tx, channel, payload);
    },
    hint: (channel) => {
      actions.push(() => signals.hint(channel));
    },
  };
  bindManager(tx, runner.manager);
  let result: T;
  try {
    await translatingErrors(runner.startTransaction());
    try {
      result = await work(tx);
      await commit(runner);
    } catch (error) {
      // A failing rollback means that the connection is gone, and the transaction with it; the cause matters more.
      await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    }
  } finally {
    over = true;
    await runner.release();
  }
  for (const action of actions) runAction(action);
  return result;
}

/**
 * PostgreSQL answers COMMIT with a plain ROLLBACK, and no error, when a statement of the transaction has failed. So work
 * that swallows such an error would look committed; TypeORM's own commit does not notice.
 */
async function commit(runner: QueryRunner): Promise<void> {
  if (runner.isReleased) throw connectionLost();
  const client: { query(sql: string): Promise<{ command: string }> } = await runner.connect();
  const { command } = await translatingErrors(client.query("COMMIT"));
  if (command === "COMMIT") return;
  throw new StatementError(
    "nothing was committed, because a statement of the transaction failed and its error was not passed on",
    "25P02",
    undefined,
  );
}

/** The change is committed, so a failing action must neither look like a failed change nor stop the other ones. */
function runAction(action: () => void): void {
  try {
    action();
  } catch (error) {
    process.emitWarning(`an action after a commit failed: ${translateError(error).message}`);
  }
}
