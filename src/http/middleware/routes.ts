import type { RequestHandler } from "express";
import { RequestError } from "../request-error.js";

/** For a path that exists but not for this method: RequestError 405 with `Allow` (RFC 9110 section 15.5.6). */
export function methodNotAllowed(allowed: readonly string[]): RequestHandler {
  const allow = allowed.join(", ");
  return (request) => {
    throw new RequestError(
      405,
      "method_not_allowed",
      `${request.method} is not offered here; use ${allow}.`,
      {
        Allow: allow,
      },
    );
  };
}

/** The end of a surface: RequestError 404 for a path that nobody serves. */
export function routeNotFound(): RequestHandler {
  return () => {
    throw new RequestError(404, "route_not_found", "There is nothing at this path.");
  };
}
