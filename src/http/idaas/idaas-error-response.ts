import type { Response } from "express";
import { type IdaasAnswer, idaasFailure } from "../../idaas/answer.js";
import { ScimError } from "../../scim/errors.js";
import { ProblemError } from "../problem-error.js";
import { RequestError, type UnexpectedFailure } from "../request-error.js";

/** A refusal on the IDaaS 1.x addresses: HTTP status and body. */
interface IdaasError {
  status: number;
  body: IdaasAnswer;
}

/** Any error in the terms of IDaaS 1.x; `unexpected` is asked where the error was not made for callers. */
export function toIdaasError(error: unknown, unexpected: () => UnexpectedFailure): IdaasError {
  const isForCallers =
    error instanceof RequestError || error instanceof ScimError || error instanceof ProblemError;
  const { status, detail } = isForCallers ? error : unexpected();
  return { status, body: idaasFailure(status, detail) };
}

/** Answers with an error body of IDaaS 1.x. */
export function sendIdaasError(response: Response, { status, body }: IdaasError): void {
  response.status(status).json(body);
}
