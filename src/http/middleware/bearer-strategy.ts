import type { Request } from "express";
import passport from "passport";
import type { AccessGrant } from "../../auth/access-grant.js";
import { addressOf } from "./caller-address.js";

/** Resolves a bearer token to its grant, or to undefined when it is unknown, expired or revoked. */
export type TokenCheck = (token: string, address?: string) => Promise<AccessGrant | undefined>;

/** Why a request carries no valid credential: none was sent, or one that is no good. */
export type CredentialFailure = "missing" | "invalid";

/** The b64token of RFC 6750 section 2.1, with a bound on its length. */
const BEARER = /^Bearer +([\w.~+/-]{1,1024}=*) *$/i;

/** The token of a well-formed Authorization header of the scheme Bearer. */
export function bearerTokenOf(header: string): string | undefined {
  return BEARER.exec(header)?.[1];
}

/**
 * Passport strategy for the Authorization header only. Tokens in a query or form, which RFC 6750 also describes,
 * end up in logs and browser histories and are not taken.
 */
export class BearerStrategy extends passport.Strategy {
  override readonly name = "bearer";

  constructor(private readonly check: TokenCheck) {
    super();
  }

  override authenticate(request: Request): void {
    const header = request.headers.authorization;
    if (header === undefined) {
      this.fail("missing" satisfies CredentialFailure, 401);
      return;
    }
    const token = bearerTokenOf(header);
    if (token === undefined) {
      this.fail("invalid" satisfies CredentialFailure, 401);
      return;
    }
    this.check(token, addressOf(request)).then(
      (grant) => {
        if (grant) this.success(grant);
        else this.fail("invalid" satisfies CredentialFailure, 401);
      },
      (error: unknown) => this.error(error),
    );
  }
}
