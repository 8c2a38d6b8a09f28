import type { Request, RequestHandler } from "express";
import { Passport } from "passport";
import type { AccessGrant } from "../../auth/access-grant.js";
import type { RequestBudget } from "../../auth/request-budget.js";
import type { Scope } from "../../auth/scopes.js";
import { RequestError } from "../request-error.js";
import { admit } from "./admission.js";
import { type BasicCheck, BasicStrategy } from "./basic-strategy.js";
import { BearerStrategy, bearerTokenOf, type TokenCheck } from "./bearer-strategy.js";
import { insufficientScope, missingCredential, wrongCredential } from "./challenges.js";
import { grantOf, rememberAbout } from "./request-state.js";

/** How callers are known, and what keeps them within bounds. */
export interface CallerChecks {
  /** `authenticate` of the authorization. */
  checkToken: TokenCheck;
  /** `knownGrant` of the authorization; without it every token is looked up by way of passport. */
  knownGrant?: ((token: string) => AccessGrant | undefined) | undefined;
  /** `authenticateBasic` of the authorization; without it nobody may use HTTP Basic. */
  checkBasic?: BasicCheck | undefined;
  /** Whether any client may use HTTP Basic. */
  basicIsUsed?: (() => Promise<boolean>) | undefined;
  /** Shared by every surface of the process; without it nobody is limited. */
  budget?: RequestBudget | undefined;
}

/** What differs between surfaces. */
export interface SurfaceOptions {
  /** Whether a 401 names the Basic scheme too. A browser then asks the person at it for a password. */
  challengeBasic: boolean;
}

/**
 * Requires a valid bearer token, or HTTP Basic of a client that may use it, from an address that the client may call
 * from, within its request budget; handlers behind it read the caller by `grantOf(request)`.
 * Refuses with RequestError 401 and the challenges of RFC 6750 section 3 and RFC 7617 (why a credential is no good is
 * not told), 400 where several are sent, 403 for the address, 429 beyond a budget.
 */
export function authenticate(checks: CallerChecks, { challengeBasic }: SurfaceOptions): RequestHandler {
  // By name and not as an object: only then passport works on a copy for each request. It writes the callbacks of
  // the request onto the strategy, and those of one request must never answer another while a token is looked up.
  const passport = new Passport()
    .use("bearer", new BearerStrategy(checks.checkToken))
    .use("basic", new BasicStrategy(checks.checkBasic ?? (async () => undefined)));
  const nameBasic = async () => challengeBasic && (await checks.basicIsUsed?.()) === true;

  return (request, response, next) => {
    if (carriesSeveral(request)) {
      next(new RequestError(400, "invalid_request", "Send one Authorization header, not several."));
      return;
    }
    // A token that is in use needs neither a strategy of its own nor a turn of the event loop (some 15 µs of CPU).
    const known = checks.knownGrant && grantInUse(request, checks.knownGrant);
    if (known !== undefined) {
      rememberAbout(request, { grant: known });
      next(admit(request, known, checks.budget));
      return;
    }
    const scheme = BasicStrategy.isMeantBy(request.headers.authorization) ? "basic" : "bearer";
    const onResult = (error: unknown, grant?: AccessGrant | false | null, failure?: unknown) => {
      if (error) {
        next(error);
      } else if (grant) {
        rememberAbout(request, { grant });
        next(admit(request, grant, checks.budget));
      } else {
        const refusal = failure === "missing" ? missingCredential : wrongCredential[scheme];
        nameBasic().then((named) => next(refusal(named)), next);
      }
    };
    passport.authenticate(scheme, { session: false }, onResult)(request, response, next);
  };
}

function grantInUse(
  { headers }: Request,
  find: (token: string) => AccessGrant | undefined,
): AccessGrant | undefined {
  const token = headers.authorization && bearerTokenOf(headers.authorization);
  return token ? find(token) : undefined;
}

/** Node keeps the first Authorization header and drops the others silently; which one was meant is not ours to guess. */
function carriesSeveral({ rawHeaders }: Request): boolean {
  let seen = 0;
  for (let name = 0; name < rawHeaders.length; name += 2) {
    const text = rawHeaders[name];
    if (text?.length === 13 && text.toLowerCase() === "authorization") seen += 1;
  }
  return seen > 1;
}

/** Requires that the caller has `scope`, or the one that `scope` finds for this request; RequestError 403 else. */
export function requireScope(scope: Scope | ((request: Request) => Scope)): RequestHandler {
  return (request, _response, next) => {
    const needed = typeof scope === "string" ? scope : scope(request);
    next(grantOf(request).scopes.includes(needed) ? undefined : insufficientScope(needed));
  };
}

/** The scope a SCIM request needs: reading, also by a query in a body (`.search`), or writing. */
export function scimScopeOf(request: Request): Scope {
  const reads = request.method === "GET" || request.method === "HEAD";
  const searches = request.method === "POST" && /\/\.search\/?$/.test(request.path);
  return reads || searches ? "scim:read" : "scim:write";
}
