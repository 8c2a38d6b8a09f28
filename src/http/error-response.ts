import type { ErrorRequestHandler, Request } from "express";
import { TooManyFailuresError } from "../auth/failure-budget.js";
import type { Metrics } from "../observability/metrics.js";
import { errorFamilyOf } from "./error-family.js";
import { sendIdaasError, toIdaasError } from "./idaas/idaas-error-response.js";
import { tooManyFailures } from "./middleware/admission.js";
import { correlationIdOf, logOf, rememberAbout } from "./middleware/request-state.js";
import { sendOAuthError, toOAuthError } from "./oauth/oauth-error-response.js";
import { sendProblem, toProblem } from "./problem-response.js";
import { RequestError, type UnexpectedFailure } from "./request-error.js";
import { sendScimError, toScimError } from "./scim-error-response.js";

/**
 * The last handler of the application: shows any error in the format of its surface. What is not an error made for
 * callers is logged with its cause and shown as 500 with nothing but the request id, or as 503 with `Retry-After`
 * where `isTemporary` knows it as passing (the database is away).
 */
export function errorHandler(deps: {
  metrics: Metrics;
  isTemporary?: (error: unknown) => boolean;
}): ErrorRequestHandler {
  const isTemporary = deps.isTemporary ?? (() => false);
  return (thrown: unknown, request, response, _next) => {
    const error = badPath(thrown) ?? guessing(thrown) ?? thrown;
    if (response.headersSent) {
      logOf(request).error({ err: error }, "the answer broke off");
      // Half an answer is out: cutting the connection is the only way left to say that it is not whole.
      response.destroy();
      return;
    }
    const unexpected = (): UnexpectedFailure => {
      const temporary = isTemporary(error);
      logOf(request).error(
        { err: error },
        temporary ? "the request met a passing failure" : "the request failed",
      );
      if (temporary) response.setHeader("Retry-After", "5");
      return describeFailure(request, temporary);
    };
    if (error instanceof RequestError) response.set(error.headers);
    const family = errorFamilyOf(request.originalUrl);
    switch (family) {
      case "scim": {
        const scimError = toScimError(error, unexpected);
        deps.metrics.observeScimError(scimError);
        rememberAbout(request, { refusal: scimError });
        sendScimError(request, response, scimError);
        return;
      }
      case "oauth":
        sendOAuthError(response, toOAuthError(error, unexpected));
        return;
      case "idaas":
        sendIdaasError(response, toIdaasError(error, unexpected));
        return;
      case "problem":
        sendProblem(response, toProblem(error, unexpected));
        return;
      default:
        family satisfies never;
    }
  };
}

function describeFailure(request: Request, temporary: boolean): UnexpectedFailure {
  const id = correlationIdOf(request);
  return temporary
    ? {
        status: 503,
        detail: `The gateway cannot reach its database just now; try again later. Request id: ${id}.`,
      }
    : {
        status: 500,
        detail: `The gateway failed to serve this request; its log tells why. Request id: ${id}.`,
      };
}

/** express throws a URIError with status 400 for a path whose percent-encoding is broken. */
function badPath(error: unknown): RequestError | undefined {
  if (!(error instanceof URIError)) return undefined;
  return new RequestError(400, "invalid_request", "The path holds broken percent-encoding.");
}

function guessing(error: unknown): RequestError | undefined {
  return error instanceof TooManyFailuresError ? tooManyFailures(error.message, error.waitMs) : undefined;
}
