import { EventEmitter } from "node:events";
import type { PGlite } from "@electric-sql/pglite";
import { NestedUseError } from "./database-errors.js";
import { pgliteSession, type SessionResult, type SessionStatement } from "./pglite-session.js";
import { toWireText } from "./wire-text.js";

type Callback<T extends unknown[]> = (error: unknown, ...values: T | []) => void;
type QueryText = string | { text: string; values?: readonly unknown[]; name?: string };

const IDLE_LIMIT_MS = 5_000;

/**
 * PGlite dressed as the `pg` module, as far as TypeORM's postgres driver uses it: `new Pool().connect()`,
 * `client.query()`, `release()`, `end()`.
 *
 * PGlite has one session, so the pool leases it to one client at a time, first come first served. That alone makes
 * transactions of concurrent callers independent of each other.
 *
 * A caller that holds the lease and asks for another one would wait for ever. So when the holder has had no
 * statement running for five seconds while others wait, the waiting ones are refused with NestedUseError. Waiting
 * as such is not limited: a long queue in which statements keep running is only load.
 *
 * @param end ends the PGlite once the pool has ended
 */
export function pgliteDriver(db: PGlite, end = () => db.close()) {
  const lease = leaseQueue(IDLE_LIMIT_MS);

  const session = pgliteSession(db);

  class Client extends EventEmitter {
    query(
      query: QueryText,
      values?: readonly unknown[] | Callback<[SessionResult]>,
      callback?: Callback<[SessionResult]>,
    ) {
      const [params, done] = typeof values === "function" ? [undefined, values] : [values, callback];
      const { text, values: own = [], name } = typeof query === "string" ? { text: query } : query;
      const result = this.#run({ text, values: (params ?? own).map(toWireText), name });
      if (!done) return result;
      return void result.then(
        (value) => done(null, value),
        (error: unknown) => done(error),
      );
    }

    #run(statement: SessionStatement): Promise<SessionResult> {
      return lease.whileActive(() => session.run(statement));
    }

    /** The next client gets the same session: a transaction left open must not become part of its work. */
    async endTransaction(): Promise<void> {
      if (session.isInTransaction()) await this.#run({ text: "rollback", values: [] });
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
        () => end(),
        () => end(),
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
