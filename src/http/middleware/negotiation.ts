import type { Request, RequestHandler, Response } from "express";
import { RequestError } from "../request-error.js";

/** The media type of SCIM answers (RFC 7644 section 8.1). */
export const SCIM_MEDIA_TYPE = "application/scim+json";

/** Lets through only callers that accept SCIM or plain JSON; RequestError 406 for others. */
export function negotiateScim(): RequestHandler {
  return (request, _response, next) => {
    next(acceptedScimType(request) === undefined ? notAcceptable(request) : undefined);
  };
}

/** Answers with a SCIM body: `application/scim+json`, or `application/json` where the caller takes nothing else. */
export function sendScim(request: Request, response: Response, status: number, body: unknown): void {
  response
    .status(status)
    .type(acceptedScimType(request) ?? SCIM_MEDIA_TYPE)
    .send(JSON.stringify(body));
}

function acceptedScimType(request: Request): string | undefined {
  if (request.accepts(SCIM_MEDIA_TYPE)) return SCIM_MEDIA_TYPE;
  return request.accepts("application/json") ? "application/json" : undefined;
}

function notAcceptable(request: Request): RequestError {
  const accept = String(request.headers.accept).slice(0, 100);
  return new RequestError(
    406,
    "not_acceptable",
    `Answers are ${SCIM_MEDIA_TYPE} or application/json; the Accept header "${accept}" takes neither.`,
  );
}
