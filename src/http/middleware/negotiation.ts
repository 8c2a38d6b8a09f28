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

/** Answers with a SCIM body, as {@link sendScimText} does. */
export function sendScim(request: Request, response: Response, status: number, body: unknown): void {
  sendScimText(request, response, status, JSON.stringify(body));
}

/**
 * Answers with a SCIM body that is JSON text already: `application/scim+json`, or `application/json` where the caller
 * takes nothing else. Written past `response.send`, which would look for entity tags, charsets and freshness that are
 * decided elsewhere: that costs a tenth of the CPU of a short request.
 */
export function sendScimText(request: Request, response: Response, status: number, text: string): void {
  response.writeHead(status, {
    "Content-Type": `${acceptedScimType(request) ?? SCIM_MEDIA_TYPE}; charset=utf-8`,
    "Content-Length": Buffer.byteLength(text),
  });
  response.end(text);
}

function acceptedScimType(request: Request): string | undefined {
  const { accept } = request.headers;
  // What nearly every client sends; the others are weighed as RFC 9110 section 12.5.1 says.
  if (accept === undefined || accept === "*/*" || accept === SCIM_MEDIA_TYPE) return SCIM_MEDIA_TYPE;
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
