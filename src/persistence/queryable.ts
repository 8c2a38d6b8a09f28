/** Whatever SQL can be sent to: the database itself, or one transaction on it. */
export interface Queryable {
  /**
   * Runs one parameterised statement and returns its rows (those of RETURNING for a write).
   * `timestamptz` comes back as Date, `bigint` and `numeric` as string, `jsonb` parsed. Parameters: Date, string,
   * number, boolean, null, a flat array for an SQL array; JSON values must be passed as JSON text (`$1::jsonb`),
   * because a JavaScript array would otherwise be taken for an SQL array.
   * @throws UniqueViolation when a unique constraint refuses the write
   * @throws DatabaseUnavailableError when the server cannot be reached or no connection becomes free
   */
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    params?: readonly unknown[],
  ): Promise<Row[]>;
}

/** One open transaction. It must not be used after the work it was given to has settled. */
export interface Transaction extends Queryable {
  /** Registers an action that runs after a successful commit, and never after a rollback. */
  afterCommit(action: () => void): void;
  /**
   * Sends `payload` (under 8,000 bytes) to the listeners of `channel` when the transaction commits: by NOTIFY on
   * PostgreSQL, in process on the embedded database.
   */
  notify(channel: string, payload: string): Promise<void>;
  /** As {@link Database.hint}, after a successful commit. */
  hint(channel: string): void;
}

/** A database with the product's tables. */
export interface Database extends Queryable {
  /** Embedded means PGlite: one process, one connection. */
  readonly kind: "postgres" | "embedded";
  /**
   * Runs `work` in one transaction and commits when it resolves, rolls back when it rejects. After a serialization
   * failure or a deadlock (SQLSTATE 40001, 40P01) the whole work is run again, at most three more times, so it
   * must have no effect outside of the transaction but through `afterCommit`.
   * Inside, use only `tx`: a call on the Database itself waits for a second connection, which the embedded
   * database does not have (it is refused with NestedUseError after a few seconds).
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Calls `listener` for every notification on `channel` from now on; the returned function ends that. A hint only:
   * what is sent while the listening connection is being re-established is lost.
   */
  listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>>;
  /**
   * Tells the listeners of `channel`, with an empty payload, that something is to be looked at: those of this process
   * at once, those of others within some 20 ms, many hints as one. It never fails and may be lost. Unlike a NOTIFY in
   * the writing transaction it holds up no commit: those wait for each other, as PostgreSQL keeps notifications in order.
   */
  hint(channel: string): void;
  /** Resolves when the database answers. @throws DatabaseUnavailableError when it does not */
  ping(): Promise<void>;
  /** Ends every connection and frees the data folder. Further use fails. */
  close(): Promise<void>;
}
