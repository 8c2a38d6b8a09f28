import {
  DatabaseUnavailableError,
  DictionaryChangedError,
  NestedUseError,
  StatementError,
  UniqueViolation,
} from "./database-errors.js";

/** SQLSTATEs (PostgreSQL appendix A) and socket errors after which the same statement may succeed later. */
const unavailable =
  /^(08...|57P0[123]|53300|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;
/** What pg says, without a code, when a connection broke. */
const brokenConnection =
  /^(Connection terminated|Client has encountered a connection error|Cannot use a pool after)/;

/**
 * The error to show for one that TypeORM, `pg` or PGlite threw. The original is not kept as `cause`: it carries the
 * statement's parameters and the offending values, which may be secrets or personal data.
 */
export function translateError(error: unknown): Error {
  if (!(error instanceof Error)) return new StatementError(String(error), undefined, undefined);
  if (error instanceof UniqueViolation || error instanceof StatementError) return error;
  if (error instanceof DatabaseUnavailableError || error instanceof NestedUseError) return error;
  if (error instanceof DictionaryChangedError) return error;
  const driverError =
    "driverError" in error && error.driverError instanceof Error ? error.driverError : error;
  if (driverError instanceof NestedUseError) return driverError;
  const code = textOf(driverError, "code");
  const constraint = textOf(driverError, "constraint");
  if (code === "23505") return new UniqueViolation(constraint ?? "unknown");
  if (code === "SD001") return new DictionaryChangedError(driverError.message);
  if (driverError.message === "timeout exceeded when trying to connect") {
    return new DatabaseUnavailableError(
      "no database connection became free in time. Either the server of DATABASE_URL does not answer, or every " +
        "connection of the pool is busy (for example with transactions that wait for a second connection).",
    );
  }
  if ((code && unavailable.test(code)) || brokenConnection.test(driverError.message)) {
    return new DatabaseUnavailableError(
      `the database does not answer (${driverError.message || code}). Check that the server of DATABASE_URL is up and reachable.`,
    );
  }
  return new StatementError(driverError.message, code, constraint);
}

/** Resolves or rejects as `outcome` does, with the error translated. */
export async function translatingErrors<T>(outcome: Promise<T>): Promise<T> {
  try {
    return await outcome;
  } catch (error) {
    throw translateError(error);
  }
}

function textOf(error: Error, property: string): string | undefined {
  const value: unknown = Reflect.get(error, property);
  return typeof value === "string" && value !== "" ? value : undefined;
}
