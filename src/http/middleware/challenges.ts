import type { Scope } from "../../auth/scopes.js";
import { RequestError } from "../request-error.js";

const REALM = "scim-gateway";
const BASIC = `Basic realm="${REALM}", charset="UTF-8"`;

/** 401: nothing was sent. `basic`: whether HTTP Basic would do. */
export function missingCredential(basic: boolean): RequestError {
  const detail =
    'This needs an access token: send the header "Authorization: Bearer <token>" with one from /oauth/token.';
  return challenge("missing_token", detail, `Bearer realm="${REALM}"`, basic);
}

/** 401 for a credential that is no good, by its scheme; which of the possible reasons it is, is not told. */
export const wrongCredential = {
  bearer(basic: boolean): RequestError {
    const detail =
      "The access token is malformed, unknown, expired or revoked; get a new one from /oauth/token.";
    return challenge("invalid_token", detail, `Bearer realm="${REALM}", error="invalid_token"`, basic);
  },
  basic(basic: boolean): RequestError {
    const detail =
      'The client id or secret is wrong, or the client may not use HTTP Basic (its authMethods lack "http_basic").';
    return challenge("invalid_client", detail, `Bearer realm="${REALM}"`, basic);
  },
};

/** 403: the caller is known and may not do this. */
export function insufficientScope(needed: Scope): RequestError {
  const detail = `This needs the scope "${needed}", which the caller does not have.`;
  return new RequestError(403, "insufficient_scope", detail, {
    "WWW-Authenticate": `Bearer realm="${REALM}", error="insufficient_scope", scope="${needed}"`,
  });
}

/** Each scheme in a header of its own: within one, a list of parameters and a list of challenges look alike. */
function challenge(
  code: "missing_token" | "invalid_token" | "invalid_client",
  detail: string,
  bearer: string,
  basic: boolean,
): RequestError {
  return new RequestError(401, code, detail, { "WWW-Authenticate": basic ? [bearer, BASIC] : bearer });
}
