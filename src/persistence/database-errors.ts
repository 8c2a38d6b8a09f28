/** A unique constraint refused a row (SQLSTATE 23505). */
export class UniqueViolation extends Error {
  override readonly name = "UniqueViolation";

  constructor(
    /** The name of the constraint or unique index, as in the migrations. */
    readonly constraint: string,
  ) {
    super(`a row with the same unique value exists already (constraint ${constraint})`);
  }
}

/** The database cannot be reached, refuses us, or is too old. The message names DATABASE_URL or DATA_DIR. */
export class DatabaseUnavailableError extends Error {
  override readonly name = "DatabaseUnavailableError";
}

/** Another living process has the embedded database's folder open. The message names DATA_DIR. */
export class DataFolderInUseError extends Error {
  override readonly name = "DataFolderInUseError";
}

/** The Database was used from within one of its own transactions, and the embedded database has one connection. */
export class NestedUseError extends Error {
  override readonly name = "NestedUseError";
}

/** The database refused a statement for another reason than uniqueness. Carries no parameter values. */
export class StatementError extends Error {
  override readonly name = "StatementError";

  constructor(
    message: string,
    /** The SQLSTATE, e.g. "23503" for a missing referenced row; undefined where the driver gave none. */
    readonly sqlState: string | undefined,
    /** The violated constraint, where it was one. */
    readonly constraint: string | undefined,
  ) {
    super(message);
  }
}

/** What was to be stored was checked against schemas that no longer hold (SQLSTATE SD001); nothing was stored. */
export class DictionaryChangedError extends Error {
  override readonly name = "DictionaryChangedError";
}
