/** There is no such client in the tenant. */
export class ClientNotFoundError extends Error {
  override readonly name = "ClientNotFoundError";

  constructor() {
    super("There is no client with this id.");
  }
}

/** The client id is taken, perhaps in another tenant: whose, is not told. */
export class ClientExistsError extends Error {
  override readonly name = "ClientExistsError";

  constructor(readonly clientId: string) {
    super(`The client id "${clientId}" is in use; choose another, or leave it out to have one made.`);
  }
}

/** After the change nobody could get into the administration any more. */
export class LastAdministratorError extends Error {
  override readonly name = "LastAdministratorError";

  constructor() {
    super(
      'This is the last way into the administration: an enabled client with the scope "admin" and a valid secret ' +
        "has to remain. Make another one first.",
    );
  }
}

/** The client has no such secret. */
export class SecretNotFoundError extends Error {
  override readonly name = "SecretNotFoundError";

  constructor() {
    super("The client has no secret with this id.");
  }
}

/** The client has as many secrets as it may have. */
export class TooManySecretsError extends Error {
  override readonly name = "TooManySecretsError";

  constructor(limit: number) {
    super(`A client has at most ${limit} secrets; remove one that is no longer used.`);
  }
}

/** The client has no such long-lived token. */
export class TokenNotFoundError extends Error {
  override readonly name = "TokenNotFoundError";

  constructor() {
    super("The client has no token with this id.");
  }
}

/** The client may not use long-lived tokens. */
export class TokensNotAllowedError extends Error {
  override readonly name = "TokensNotAllowedError";

  constructor() {
    super('This client may not use long-lived tokens; add "long_lived_token" to its authMethods first.');
  }
}

/** The token would be good for more than its client. */
export class ScopeNotAllowedError extends Error {
  override readonly name = "ScopeNotAllowedError";

  constructor(scope: string, allowed: readonly string[]) {
    super(`The client does not have the scope "${scope}"; its scopes are ${allowed.join(", ")}.`);
  }
}

/** The client has as many long-lived tokens as it may have. */
export class TooManyTokensError extends Error {
  override readonly name = "TooManyTokensError";

  constructor(limit: number) {
    super(`A client has at most ${limit} long-lived tokens; revoke those that are no longer used.`);
  }
}
