import type { Request, RequestHandler } from "express";
import { Passport } from "passport";
import type { AccessGrant } from "../../auth/access-grant.js";
import type { Scope } from "../../auth/scopes.js";
import { RequestError } from "../request-error.js";
import { BearerStrategy, type TokenCheck } from "./bearer-strategy.js";
import { grantOf, rememberAbout } from "./request-state.js";

const REALM = "scim-gateway";
const BEARER = "bearer";

/**
 * Requires a valid bearer token; handlers behind it read the caller by `grantOf(request)`.
 * Refuses with RequestError 401 and the challenge of RFC 6750 section 3: without an error code where no token was
 * sent, with `invalid_token` where it is unknown, expired or revoked (which of these is not told).
 */
export function authenticateBearer(check: TokenCheck): RequestHandler {
  // By name and not as an object: only then passport works on a copy for each request. It writes the callbacks of
  // the request onto the strategy, and those of one request must never answer another while a token is looked up.
  const passport = new Passport().use(BEARER, new BearerStrategy(check));
  return (request, response, next) => {
    const onResult = (error: unknown, grant?: AccessGrant | false | null, failure?: unknown) => {
      if (error) {
        next(error);
      } else if (grant) {
        rememberAbout(request, { grant });
        next();
      } else {
        next(failure === "missing" ? missingToken() : invalidToken());
      }
    };
    passport.authenticate(BEARER, { session: false }, onResult)(request, response, next);
  };
}

/** Requires that the token carries `scope`, or the one that `scope` finds for this request; RequestError 403 else. */
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

function missingToken(): RequestError {
  const detail =
    'This needs an access token: send the header "Authorization: Bearer <token>" with one from /oauth/token.';
  return new RequestError(401, "missing_token", detail, { "WWW-Authenticate": `Bearer realm="${REALM}"` });
}

function invalidToken(): RequestError {
  const detail =
    "The access token is malformed, unknown, expired or revoked; get a new one from /oauth/token.";
  return new RequestError(401, "invalid_token", detail, {
    "WWW-Authenticate": `Bearer realm="${REALM}", error="invalid_token"`,
  });
}

function insufficientScope(needed: Scope): RequestError {
  const detail = `The access token lacks the scope "${needed}".`;
  return new RequestError(403, "insufficient_scope", detail, {
    "WWW-Authenticate": `Bearer realm="${REALM}", error="insufficient_scope", scope="${needed}"`,
  });
}
