import { applicationName, connectTimeoutMs, postgresDataSource } from "./data-source.js";
import { DatabaseUnavailableError } from "./database-errors.js";
import { databaseOn } from "./database-on.js";
import { createHints } from "./hints.js";
import { postgresListener } from "./postgres-listener.js";
import type { Database } from "./queryable.js";
import { translatingErrors } from "./translate-error.js";

const oldestMajor = 14;

/**
 * Connects to a PostgreSQL server.
 * @throws DatabaseUnavailableError when it cannot be reached, refuses us, or is older than version 14
 */
export async function openPostgres(url: string, poolSize: number): Promise<Database> {
  const place = placeOf(url);
  const dataSource = postgresDataSource(url, poolSize);
  try {
    await dataSource.initialize();
  } catch (error) {
    throw new DatabaseUnavailableError(
      `cannot use the database of DATABASE_URL (${place}): ${reasonOf(error)}`,
    );
  }
  const listener = postgresListener({
    connectionString: url,
    application_name: `${applicationName} listener`,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  const hints = createHints({
    deliver: listener.deliverHint,
    send: (channel) => database.query("select pg_notify($1, $2)", [channel, listener.hintPayload]),
  });
  const database: Database = databaseOn(dataSource, {
    kind: "postgres",
    signals: {
      notify: async (tx, channel, payload) => {
        await tx.query("select pg_notify($1, $2)", [channel, payload]);
      },
      hint: hints.hint,
    },
    listen: (channel, notified) => translatingErrors(listener.listen(channel, notified)),
    closing: () => {
      hints.close();
      return listener.close();
    },
  });
  try {
    await requireVersion(database, place);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

async function requireVersion(database: Database, place: string): Promise<void> {
  const [row] = await database.query<{ server_version_num: string }>("show server_version_num");
  const major = Math.floor(Number(row?.server_version_num) / 10_000);
  if (major >= oldestMajor) return;
  throw new DatabaseUnavailableError(
    `the server of DATABASE_URL (${place}) is PostgreSQL ${major}; version ${oldestMajor} or newer is needed`,
  );
}

/** Host, port and database of a URL, without user and password. */
function placeOf(url: string): string {
  if (!URL.canParse(url) || !/^postgres(ql)?:\/\//i.test(url))
    throw new DatabaseUnavailableError(
      "DATABASE_URL is not a PostgreSQL URL; expected postgres://user:password@host:5432/database",
    );
  const { hostname, port, pathname } = new URL(url);
  return `${hostname || "local socket"}:${port || "5432"}${pathname}`;
}

/** What the administrator can do, by SQLSTATE or socket error. */
const remedies: Record<string, string> = {
  ECONNREFUSED: "nothing listens there. Is the server running, and are host and port right?",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the host name cannot be resolved just now",
  ETIMEDOUT: "no answer. Is a firewall in the way?",
  "28P01": "the password is wrong",
  "28000": "the server does not let this user in (see pg_hba.conf)",
  "3D000": "this database does not exist; create it first",
  "53300": "the server has no free connections",
  "57P03": "the server is starting up or shutting down",
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code: unknown = Reflect.get(error, "code");
  const remedy = typeof code === "string" ? remedies[code] : undefined;
  if (remedy) return `${remedy} (${code})`;
  return error.message || String(code);
}
