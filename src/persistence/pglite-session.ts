import { messages, type PGlite, parse, protocol } from "@electric-sql/pglite";

/** One statement, or several without values. */
export interface SessionStatement {
  text: string;
  /** In PostgreSQL's text form. */
  values: readonly (string | null)[];
  /** Under which the statement stays prepared; always the same name for the same text. */
  name?: string | undefined;
}

/** What the last statement of a text answered. */
export interface SessionResult {
  rows: object[];
  rowCount: number;
  /** The first word of the server's command tag: that of a COMMIT is ROLLBACK where the transaction had failed. */
  command: string;
}

/**
 * Speaks PostgreSQL's extended protocol (its manual, section "Message Flow") with PGlite: all messages of a statement
 * go in one call and a named statement is prepared once. `PGlite.query` makes six calls and prepares each time; for a
 * look-up by key that costs 0.45 ms of CPU instead of 0.07 (node 20, PGlite 0.5.16, best of two rounds of 500).
 */
export function pgliteSession(db: PGlite) {
  let prepared = new Set<string>();
  /** Part of the prepared names, as what was prepared before the tables changed may answer other columns now. */
  let tables = 0;
  let inTransaction = false;

  function messageOf({ text, values, name }: SessionStatement): Uint8Array {
    // Only the simple protocol takes several statements at once, which migrations use; only the extended takes values, and
    // names.
    if (values.length === 0 && name === undefined) return serialize.query(text);
    const statement = name === undefined ? "" : `${name}.${tables}`;
    return Buffer.concat([
      ...(name !== undefined && prepared.has(name) ? [] : [serialize.parse({ name: statement, text })]),
      serialize.bind({ statement, values: [...values] }),
      serialize.describe({ type: "P" }),
      serialize.execute({}),
      serialize.sync(),
    ]);
  }

  return {
    /** Whether the last statement left a transaction open. */
    isInTransaction: () => inTransaction,

    /** @throws messages.DatabaseError for what the database refuses */
    run(statement: SessionStatement): Promise<SessionResult> {
      return db.runExclusive(async () => {
        const answer = await db.execProtocolStream(messageOf(statement), { throwOnError: false });
        inTransaction = answer.some(
          (message) => message instanceof messages.ReadyForQueryMessage && message.status !== "I",
        );
        // A statement stays prepared even where running it fails.
        if (statement.name !== undefined && answer.some(({ name }) => name === "parseComplete")) {
          prepared.add(statement.name);
        }
        const refusal = answer.find((message) => message instanceof messages.DatabaseError);
        if (refusal !== undefined) throw refusal;
        const tags = answer.filter((message) => message instanceof messages.CommandCompleteMessage);
        if (tags.some(({ text }) => CHANGES_TABLES.test(text))) {
          prepared = new Set();
          tables += 1;
        }
        const result = parse.parseResults(answer, db.parsers).at(-1);
        const rows: object[] = result?.rows ?? [];
        return {
          rows,
          rowCount: rows.length || (result?.affectedRows ?? 0),
          command: tags.at(-1)?.text.split(" ", 1)[0] ?? "",
        };
      });
    },
  };
}

const { serialize } = protocol;

const CHANGES_TABLES = /^(CREATE|ALTER|DROP) /;
