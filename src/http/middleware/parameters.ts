import type { RequestHandler } from "express";
import { RequestError } from "../request-error.js";
import { type RequestParameters, rememberAbout } from "./request-state.js";
import { holdsUnstorableText } from "./unstorable-text.js";

/** More parameters than any route of ours knows. */
const MAX_PARAMETERS = 100;

const NO_PARAMETERS: RequestParameters = Object.freeze(Object.create(null));

/**
 * Parses `application/x-www-form-urlencoded` text, of a query string or a body.
 * @throws RequestError 400 for a parameter given twice, too many of them, or text that cannot be stored
 */
export function parseParameters(text: string): RequestParameters {
  if (text === "") return NO_PARAMETERS;
  const parameters: Record<string, string> = Object.create(null);
  let seen = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    seen += 1;
    if (seen > MAX_PARAMETERS) {
      throw new RequestError(
        400,
        "invalid_query",
        `More than ${MAX_PARAMETERS} parameters are not accepted.`,
      );
    }
    if (holdsUnstorableText(name) || holdsUnstorableText(value)) {
      throw new RequestError(
        400,
        "invalid_query",
        "A parameter holds a NUL character or half a surrogate pair.",
      );
    }
    if (name in parameters) {
      throw new RequestError(
        400,
        "invalid_query",
        `The parameter "${name.slice(0, 64)}" is given more than once.`,
      );
    }
    parameters[name] = value;
  }
  return parameters;
}

/** Reads the query string once; handlers get it by `queryOf(request)`. */
export function parseQuery(): RequestHandler {
  return (request, _response, next) => {
    const start = request.url.indexOf("?");
    rememberAbout(request, { query: parseParameters(start < 0 ? "" : request.url.slice(start + 1)) });
    next();
  };
}
