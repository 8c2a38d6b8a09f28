import { STATUS_CODES } from "node:http";
import type { Response } from "express";
import { ScimError } from "../scim/errors.js";
import { ProblemError } from "./problem-error.js";
import { RequestError, type UnexpectedFailure } from "./request-error.js";

/** The media type of RFC 9457. */
export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** The body of an `application/problem+json` answer. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  [extension: string]: unknown;
}

/** Any error as a problem; `unexpected` is asked for the words where the error was not made for callers. */
export function toProblem(error: unknown, unexpected: () => UnexpectedFailure): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof RequestError) return new ProblemError(error.status, error.code, error.detail);
  if (error instanceof ScimError) {
    return new ProblemError(error.status, snakeCase(error.scimType ?? titleOf(error.status)), error.detail);
  }
  const failure = unexpected();
  return new ProblemError(failure.status, snakeCase(titleOf(failure.status)), failure.detail);
}

/** Answers with a problem body. */
export function sendProblem(response: Response, problem: ProblemError): void {
  response
    .status(problem.status)
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problemBody(problem)));
}

/** The body of a problem. Its `type` is `about:blank` (RFC 9457 section 4.2.1): `code` tells kinds apart. */
export function problemBody(problem: ProblemError): ProblemBody {
  return {
    ...problem.extensions,
    type: "about:blank",
    title: titleOf(problem.status),
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
  };
}

function titleOf(status: number): string {
  return STATUS_CODES[status] ?? "Error";
}

function snakeCase(words: string): string {
  return words
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .replaceAll(/[^A-Za-z]+/g, "_")
    .toLowerCase();
}
