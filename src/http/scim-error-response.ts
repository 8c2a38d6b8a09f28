import type { Request, Response } from "express";
import { ERROR_SCHEMA, ScimError, type ScimType } from "../scim/errors.js";
import { sendScim } from "./middleware/negotiation.js";
import { ProblemError } from "./problem-error.js";
import { RequestError, type RequestErrorCode, type UnexpectedFailure } from "./request-error.js";

/** The keyword of RFC 7644 table 9 for a refusal that was made before the SCIM layer; most have none. */
const KEYWORDS: Partial<Record<RequestErrorCode, ScimType>> = {
  invalid_json: "invalidSyntax",
  json_too_deep: "invalidSyntax",
  too_many_members: "invalidSyntax",
  unsafe_key: "invalidSyntax",
  invalid_text: "invalidSyntax",
  body_incomplete: "invalidSyntax",
  invalid_request: "invalidSyntax",
  invalid_query: "invalidValue",
};

/** Any error in SCIM's terms; `unexpected` is asked for the words where the error was not made for callers. */
export function toScimError(error: unknown, unexpected: () => UnexpectedFailure): ScimError {
  if (error instanceof ScimError) return error;
  if (error instanceof RequestError) return new ScimError(error.status, error.detail, KEYWORDS[error.code]);
  if (error instanceof ProblemError) return new ScimError(error.status, error.detail);
  const failure = unexpected();
  return new ScimError(failure.status, failure.detail);
}

/** Answers with a SCIM error body. */
export function sendScimError(request: Request, response: Response, error: ScimError): void {
  sendScim(request, response, error.status, scimErrorBody(error));
}

/** The body of RFC 7644 section 3.12; `status` is a text there. */
export function scimErrorBody(error: ScimError): Record<string, unknown> {
  return {
    schemas: [ERROR_SCHEMA],
    status: String(error.status),
    ...(error.scimType !== undefined && { scimType: error.scimType }),
    detail: error.detail,
  };
}
