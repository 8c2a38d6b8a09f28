import type { ErrorRequestHandler } from "express";
import {
  ConnectionExistsError,
  ConnectionInUseError,
  ConnectionNotFoundError,
  InvalidConnectionError,
} from "../../provisioning/connections/connection-errors.js";
import { DeliveryNotFoundError, DeliveryNotRetriableError } from "../../provisioning/delivery-log.js";
import { ProblemError } from "../problem-error.js";

/** Says the refusals of the services in the terms of the admin API; every other error goes on as it is. */
export function translateRefusals(): ErrorRequestHandler {
  return (error: unknown, _request, _response, next) => next(toProblemError(error) ?? error);
}

function toProblemError(error: unknown): ProblemError | undefined {
  if (error instanceof ConnectionNotFoundError)
    return new ProblemError(404, "connection_not_found", error.message);
  if (error instanceof DeliveryNotFoundError)
    return new ProblemError(404, "delivery_not_found", error.message);
  if (error instanceof ConnectionExistsError) {
    return new ProblemError(409, "connection_exists", error.message, { connectionId: error.existing.id });
  }
  if (error instanceof ConnectionInUseError)
    return new ProblemError(409, `connection_${error.why}`, error.message);
  if (error instanceof DeliveryNotRetriableError) {
    return new ProblemError(409, `delivery_${error.state}`, error.message);
  }
  if (error instanceof InvalidConnectionError) {
    const errors = [{ field: error.field, message: error.reason }];
    return new ProblemError(400, "invalid_request", error.message, { errors });
  }
  return undefined;
}
