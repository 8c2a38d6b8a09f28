/** There is no such connection in the tenant. */
export class ConnectionNotFoundError extends Error {
  override readonly name = "ConnectionNotFoundError";

  constructor(readonly connectionId: string) {
    super("There is no connection with this id.");
  }
}

/** The corp has a connection already: two of them would undo each other's work. */
export class ConnectionExistsError extends Error {
  override readonly name = "ConnectionExistsError";

  constructor(
    /** The connection that is there. */
    readonly existing: { id: string; name: string },
    /** The setting that names the corp, e.g. "corpId". */
    readonly field: string,
  ) {
    super(
      `The connection "${existing.name}" (${existing.id}) leads to the same ${field} already; change that one.`,
    );
  }
}

/** The present state of the connection does not allow what was asked. */
export class ConnectionInUseError extends Error {
  override readonly name = "ConnectionInUseError";

  constructor(
    /** "enabled": switch it off first. "linked": resources are linked to the remote corp through it. */
    readonly why: "enabled" | "linked",
    message: string,
  ) {
    super(message);
  }
}

/** The settings cannot work. */
export class InvalidConnectionError extends Error {
  override readonly name: string = "InvalidConnectionError";

  constructor(
    /** Where, as the administrator wrote it, e.g. "config.appKey" or "connector". */
    readonly field: string,
    /** What is expected there. */
    readonly reason: string,
    options?: { cause?: unknown },
  ) {
    super(`${field}: ${reason}`, options);
  }
}

/** A stored credential was sealed with a key that SECRET_KEY lists no more. */
export class SecretUnreadableError extends InvalidConnectionError {
  override readonly name = "SecretUnreadableError";

  constructor(field: string, options?: { cause?: unknown }) {
    super(field, "cannot be opened with the present SECRET_KEY; enter it again", options);
  }
}

/** The connection is off, so nothing would be delivered. */
export class ConnectionDisabledError extends Error {
  override readonly name = "ConnectionDisabledError";

  constructor(readonly connectionId: string) {
    super("The connection is off. Switch it on; that orders a delivery of every resource.");
  }
}
