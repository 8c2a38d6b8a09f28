import pg from "pg";
import { toWireText } from "./wire-text.js";

/** A column of a result, and how its text becomes a value. */
interface Column {
  name: string;
  parse(text: string): unknown;
}

type Columns = readonly Column[];

/** The protocol's messages Execute (of the unnamed portal, all rows) and Sync, which are always the same. */
const EXECUTE_AND_SYNC = Buffer.from("E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04", "latin1");

/** What every session knows of its prepared statements' results, by name. */
const known = new WeakMap<pg.Connection, Map<string, Columns>>();

/**
 * A prepared statement, sent by way of `pg` as pg-cursor is (`Submittable`), with what `pg` itself does anew each time
 * done once: the columns of the result are asked for with the first execution on a session, not with each. They stay what they are:
 * PostgreSQL refuses to execute a prepared statement whose result would have another type by now.
 */
export class NamedStatement<Row extends object> implements pg.Submittable {
  readonly #rows: Row[] = [];
  readonly #values: (string | null)[];
  #columns: Columns | undefined;
  #connection: pg.Connection | undefined;
  #failure: unknown;

  /**
   * @param name belongs to this text and no other one
   * @param done is called once, with an error or with the rows
   */
  constructor(
    readonly name: string,
    readonly text: string,
    values: readonly unknown[],
    readonly done: (error: unknown, rows: Row[]) => void,
  ) {
    this.#values = values.map(toWireText);
  }

  submit(connection: pg.Connection): void {
    const { name, text } = this;
    this.#connection = connection;
    this.#columns = known.get(connection)?.get(name);
    const { stream } = connection;
    // All messages in one packet.
    stream.cork();
    try {
      if (this.#columns === undefined && !isParsed(connection, name)) {
        connection.parse({ name, text, types: [] }, true);
      }
      connection.bind({ statement: name, values: this.#values }, true);
      if (this.#columns === undefined) connection.describe({ type: "P" }, true);
      stream.write(EXECUTE_AND_SYNC);
    } finally {
      stream.uncork();
    }
  }

  handleRowDescription({ fields }: { fields: readonly pg.FieldDef[] }): void {
    this.#learn(
      fields.map(({ name, dataTypeID }) => ({ name, parse: pg.types.getTypeParser(dataTypeID, "text") })),
    );
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    try {
      this.#rows.push(rowOf<Row>(this.#columns ?? [], fields));
    } catch (error) {
      this.#failure ??= error;
    }
  }

  handleCommandComplete(): void {
    // Nothing was told of a result, so there is none.
    if (this.#columns === undefined) this.#learn([]);
  }

  handleReadyForQuery(): void {
    this.done(this.#failure, this.#rows);
  }

  handleError(error: unknown): void {
    this.done(error, []);
  }

  #learn(columns: Columns): void {
    this.#columns = columns;
    if (this.#connection === undefined) return;
    const names = known.get(this.#connection);
    if (names === undefined) known.set(this.#connection, new Map([[this.name, columns]]));
    else names.set(this.name, columns);
  }
}

function rowOf<Row extends object>(columns: Columns, fields: readonly (string | null)[]): Row {
  const row: Record<string, unknown> = {};
  for (let place = 0; place < columns.length; place += 1) {
    const column = columns[place];
    const text = fields[place];
    if (column !== undefined)
      row[column.name] = text === null || text === undefined ? null : column.parse(text);
  }
  return row as Row;
}

/** `pg` notes what a session has parsed, also where the columns were not told because the execution failed. */
function isParsed(connection: pg.Connection, name: string): boolean {
  const parsed: unknown = Reflect.get(connection, "parsedStatements");
  return typeof parsed === "object" && parsed !== null && Object.hasOwn(parsed, name);
}
