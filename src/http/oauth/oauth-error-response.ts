import type { Response } from "express";
import { OAuthError } from "../../auth/oauth/oauth-error.js";
import { RequestError, type UnexpectedFailure } from "../request-error.js";

/** Any error in OAuth's terms; `unexpected` is asked for the words where the error was not made for callers. */
export function toOAuthError(error: unknown, unexpected: () => UnexpectedFailure): OAuthError {
  if (error instanceof OAuthError && error.status < 500) return error;
  if (error instanceof RequestError) {
    const code = error.status === 429 ? "temporarily_unavailable" : "invalid_request";
    return new OAuthError(code, error.detail, { status: error.status });
  }
  const failure = unexpected();
  const code = failure.status === 503 ? "temporarily_unavailable" : "server_error";
  return new OAuthError(code, failure.detail, { status: failure.status });
}

/**
 * Answers with the JSON of RFC 6749 section 5.2. A failed client authentication always carries the Basic challenge,
 * also where the secret came in the body, so that both ways read the same.
 */
export function sendOAuthError(response: Response, error: OAuthError): void {
  if (error.code === "invalid_client") response.setHeader("WWW-Authenticate", 'Basic realm="scim-gateway"');
  forbidCaching(response);
  response.status(error.status).json(oauthErrorBody(error));
}

/** The JSON of RFC 6749 section 5.2. */
export function oauthErrorBody(error: OAuthError): Record<string, string> {
  return { error: error.code, error_description: describable(error.description) };
}

/** Marks an answer that holds a token or concerns one (RFC 6749 section 5.1). */
export function forbidCaching(response: Response): void {
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Pragma", "no-cache");
}

/** The characters that `error_description` may hold: printable ASCII without the double quote and backslash. */
function describable(text: string): string {
  return text.replaceAll('"', "'").replaceAll(/[^\x20-\x5b\x5d-\x7e]/g, "?");
}
