import pg from "pg";
import type {
  DataSource,
  EntityManager,
  EntityTarget,
  ObjectLiteral,
  QueryRunner,
  Repository,
} from "typeorm";
import { DatabaseUnavailableError } from "./database-errors.js";
import { NamedStatement } from "./named-statement.js";
import type { Queryable } from "./queryable.js";
import { createStatementNames } from "./statement-names.js";
import { translateError, translatingErrors } from "./translate-error.js";

/** Which TypeORM manager stands behind a Queryable, so that entities join the caller's transaction. */
const managers = new WeakMap<Queryable, EntityManager>();

/** Binds a Queryable to the TypeORM manager that works on the same session. */
export function bindManager(queryable: Queryable, manager: EntityManager): void {
  managers.set(queryable, manager);
}

/** Binds a Queryable to the same manager as another one of the same session. */
export function bindSameManager(queryable: Queryable, other: Queryable): void {
  bindManager(queryable, managerOf(other));
}

/** The DataSource of a Database or Transaction that this room made. */
export function dataSourceOf(queryable: Queryable): DataSource {
  return managerOf(queryable).dataSource;
}

/** The repository of an entity on the same database session, and so in the same transaction, as `queryable`. */
export function repositoryOf<Row extends ObjectLiteral>(
  queryable: Queryable,
  entity: EntityTarget<Row>,
): Repository<Row> {
  return managerOf(queryable).getRepository(entity);
}

/** Runs one statement on a checked-out connection and returns its rows, errors translated. */
export async function queryRows<Row extends object>(
  runner: QueryRunner,
  sql: string,
  params: readonly unknown[] | undefined,
): Promise<Row[]> {
  // The runner gives a connection back by itself when it breaks between two statements of a transaction.
  if (runner.isReleased) throw connectionLost();
  const client: StatementClient = await translatingErrors(runner.connect());
  return runStatement(client, sql, params);
}

/** Runs one statement on a session and returns its rows, errors translated. */
export async function runStatement<Row extends object>(
  client: StatementClient,
  sql: string,
  params: readonly unknown[] | undefined,
): Promise<Row[]> {
  try {
    return await sendStatement<Row>(client, sql, params);
  } catch (error) {
    throw translateError(error);
  }
}

/** As {@link runStatement}, with the errors of the driver. */
export async function sendStatement<Row extends object>(
  client: StatementClient,
  sql: string,
  values: readonly unknown[] | undefined,
): Promise<Row[]> {
  if (!values?.length) return (await client.query<Row>({ text: sql })).rows;
  const name = statementName(sql);
  if (name === undefined || !(client instanceof pg.Client)) {
    return (await client.query<Row>({ text: sql, values: [...values], ...(name && { name }) })).rows;
  }
  const session: pg.Client = client;
  return new Promise((resolve, reject) => {
    const done = (error: unknown, rows: Row[]) => (error ? reject(error) : resolve(rows));
    session.query(new NamedStatement<Row>(name, sql, values, done));
  });
}

/** What a session of `pg` and one of PGlite have in common. */
export interface StatementClient {
  query<Row>(statement: { text: string; values?: unknown[]; name?: string }): Promise<{ rows: Row[] }>;
}

const statementName = createStatementNames();

/** The error for a transaction whose connection is gone. */
export function connectionLost(): DatabaseUnavailableError {
  return new DatabaseUnavailableError(
    "the connection to the database was lost in the middle of a transaction",
  );
}

function managerOf(queryable: Queryable): EntityManager {
  const manager = managers.get(queryable);
  if (!manager) throw new TypeError("this Queryable was not made by openDatabase()");
  return manager;
}
