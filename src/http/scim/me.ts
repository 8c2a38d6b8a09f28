import type { RequestHandler } from "express";
import { ScimError } from "../../scim/errors.js";
import { grantOf } from "../middleware/request-state.js";

/**
 * Lets `/Me` stand for the user that the caller acts as (RFC 7644 section 3.11): the handlers behind it serve that user,
 * with the user's own address in Location and `meta.location`. Callers are programs, and most act as nobody: those get
 * 501, which the RFC has for a service provider that does not offer the alias.
 */
export function meAsUser(): RequestHandler {
  return (request, _response, next) => {
    const { userId } = grantOf(request);
    if (userId === undefined) {
      throw new ScimError(
        501,
        "/Me is a user's own resource, and this client is bound to no user (userId in /admin/v1/clients).",
      );
    }
    request.params["id"] = userId;
    next();
  };
}
