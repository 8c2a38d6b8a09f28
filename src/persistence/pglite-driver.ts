import { EventEmitter } from "node:events";
import type { PGlite, Results } from "@electric-sql/pglite";
import { NestedUseError } from "./database-errors.js";
import { toWireText } from "./wire-text.js";

/** What TypeORM expects of `pg`'s query result. */
interface DriverResult {
  rows: object[];
  rowCount: number;
  command: string;
}

type Callback<T extends unknown[]> = (error: unknown, ...values: T | []) => void;
type QueryText = string | { text: string; values?: readonly unknown[] };

/**
 * PGlite dressed as the `pg` module, as far as TypeORM's postgres driver uses it: `new Pool().connect()`,
 * `client.query()`, `release()`, `end()`.
 *
 * PGlite has one session, so the pool leases it to one client at a time, first come first served. That alone makes
 * transactions of concurrent callers independent of each other.
 *
 * A caller that holds the lease and asks for another one would wait for ever. So when the holder has had no
 * statement running for `idleLimitMs` while others wait, the waiting ones are refused with NestedUseError. Waiting
 * as such is not limited: a long queue in which statements keep running is only load.
 */
export function pgliteDriver(db: PGlite, idleLimitMs = 5000) {
  const lease = leaseQueue(idleLimitMs);

  class Client extends EventEmitter {
    #inTransaction = false;
    /** Whether the transaction's last statement failed: then COMMIT rolls back, as PGlite does not tell but `pg` does. */
    #failed = false;

    query(
      query: QueryText,
      values?: readonly unknown[] | Callback<[DriverResult]>,
      callback?: Callback<[DriverResult]>,
    ) {
      const [params, done] = typeof values === "function" ? [undefined, values] : [values, callback];
      const text = typeof query === "string" ? query : query.text;
      const result = this.#run(text, params ?? (typeof query === "string" ? undefined : query.values));
      if (!done) return result;
      return void result.then(
        (value) => done(null, value),
        (error: unknown) => done(error),
      );
    }

    async #run(text: string, params: readonly unknown[] = []): Promise<DriverResult> {
      const command = (/^\s*(\w+)/.exec(text)?.[1] ?? "").toUpperCase();
      const ends = command === "COMMIT" || /^\s*rollback\s*;?\s*$/i.test(text);
      try {
        const result = await lease.whileActive(() => execute(db, text, params));
        const rows = result?.rows ?? [];
        const rolledBack = command === "COMMIT" && this.#failed;
        if (command === "START" || command === "BEGIN") this.#inTransaction = true;
        if (ends) this.#inTransaction = false;
        this.#failed = false;
        return {
          rows,
          rowCount: rows.length || (result?.affectedRows ?? 0),
          command: rolledBack ? "ROLLBACK" : command,
        };
      } catch (error) {
        this.#failed = this.#inTransaction;
        throw error;
      }
    }

    /** The next client gets the same session: a transaction left open must not become part of its work. */
    async endTransaction(): Promise<void> {
      if (this.#inTransaction) await this.#run("rollback");
    }
  }

  class Pool extends EventEmitter {
    connect(callback?: Callback<[Client, () => void]>) {
      const leased = lease.take().then((free) => {
        const client = new Client();
        let released = false;
        const release = () => {
          if (released) return;
          released = true;
          client.endTransaction().then(free, free);
        };
        return Object.assign(client, { release });
      });
      if (!callback) return leased;
      return void leased.then(
        (client) => callback(null, client, client.release),
        (error: unknown) => callback(error),
      );
    }

    end(callback?: Callback<[]>) {
      const ended = lease.take().then(
        () => db.close(),
        () => db.close(),
      );
      if (!callback) return ended;
      return void ended.then(
        () => callback(null),
        (error: unknown) => callback(error),
      );
    }
  }

  return { Pool, Client };
}

async function execute(db: PGlite, text: string, params: readonly unknown[]) {
  // Only the simple protocol takes several statements at once, which migrations use; only the extended takes values.
  if (params.length === 0) return (await db.exec(text)).at(-1) as Results<object> | undefined;
  return db.query<object>(text, params.map(toWireText));
}

/** One lease, handed to one taker after the other. Times in milliseconds. */
function leaseQueue(idleLimitMs: number) {
  interface Waiter {
    grant(): void;
  }
  const waiting: Waiter[] = [];
  let held = false;
  let running = 0;
  let lastActive = performance.now();

  const free = () => {
    const next = waiting.shift();
    lastActive = performance.now();
    if (next) next.grant();
    else held = false;
  };

  return {
    /** Resolves with the function that gives the lease back, to be called once. @throws NestedUseError */
    take(): Promise<() => void> {
      if (!held) {
        held = true;
        lastActive = performance.now();
        return Promise.resolve(free);
      }
      return new Promise((resolve, reject) => {
        const waiter: Waiter = {
          grant() {
            clearTimeout(timer);
            resolve(free);
          },
        };
        const check = () => {
          const idleMs = running > 0 ? 0 : performance.now() - lastActive;
          if (idleMs < idleLimitMs) {
            timer = setTimeout(check, idleLimitMs - idleMs);
            return;
          }
          waiting.splice(waiting.indexOf(waiter), 1);
          reject(
            new NestedUseError(
              `waited for the embedded database while an open transaction did nothing for ${idleLimitMs} ms. ` +
                "Most likely the database itself was used inside of transaction(): pass the transaction (tx) on instead.",
            ),
          );
        };
        let timer = setTimeout(check, idleLimitMs);
        waiting.push(waiter);
      });
    },

    /** Runs `work` on behalf of the holder, who counts as active meanwhile. */
    async whileActive<T>(work: () => Promise<T>): Promise<T> {
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
        lastActive = performance.now();
      }
    },
  };
}
