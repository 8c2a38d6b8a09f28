import type { RequestHandler } from "express";
import { CORRELATION_HEADER, correlationIdFrom } from "../../observability/correlation.js";
import type { Logger } from "../../observability/logger.js";
import { rememberAbout } from "./request-state.js";

/** Gives each request its correlation id (its own `x-request-id` where acceptable), echoes it, and binds it to the log. */
export function correlate(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const correlationId = correlationIdFrom(request.headers[CORRELATION_HEADER]);
    rememberAbout(request, { correlationId, log: logger });
    response.setHeader(CORRELATION_HEADER, correlationId);
    next();
  };
}
