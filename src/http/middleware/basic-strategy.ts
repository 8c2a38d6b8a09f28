import type { Request } from "express";
import passport from "passport";
import type { AccessGrant } from "../../auth/access-grant.js";
import type { CredentialFailure } from "./bearer-strategy.js";
import { addressOf } from "./caller-address.js";

/** Resolves a Basic header to its grant, or to undefined when it is wrong or its client must not use it. */
export type BasicCheck = (header: string, address?: string) => Promise<AccessGrant | undefined>;

/** Longer than the longest id and secret, each character as an escape, in base64. */
const MAX_HEADER_LENGTH = 4_200;

/** Passport strategy for HTTP Basic (RFC 7617) with a client's id and secret. */
export class BasicStrategy extends passport.Strategy {
  override readonly name = "basic";

  constructor(private readonly check: BasicCheck) {
    super();
  }

  /** Whether the request authenticates by this scheme, well or badly. */
  static isMeantBy(header: string | undefined): boolean {
    return header !== undefined && /^Basic(?: |$)/i.test(header);
  }

  override authenticate(request: Request): void {
    const header = request.headers.authorization;
    if (header === undefined || header.length > MAX_HEADER_LENGTH) {
      this.fail("invalid" satisfies CredentialFailure, 401);
      return;
    }
    this.check(header, addressOf(request)).then(
      (grant) => {
        if (grant) this.success(grant);
        else this.fail("invalid" satisfies CredentialFailure, 401);
      },
      (error: unknown) => this.error(error),
    );
  }
}
