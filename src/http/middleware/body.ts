import express, { type Request, type RequestHandler, type Response } from "express";
import { parseExactJson } from "../../platform/exact-json.js";
import { RequestError } from "../request-error.js";
import { checkJson, MAX_JSON_DEPTH } from "./json-limits.js";
import { parseParameters } from "./parameters.js";

/** The largest SCIM or admin request body, in bytes, after decompression. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** The largest bulk request, in bytes, after decompression: a thousand people with all that HR systems know of them. */
export const MAX_BULK_BYTES = 8 * 1024 * 1024;

/** The largest body of a token request, in bytes. */
export const MAX_FORM_BYTES = 64 * 1024;

/** The media types of a SCIM request body (RFC 7644 section 3.1). */
export const SCIM_BODY_TYPES: readonly string[] = ["application/scim+json", "application/json"];

const INVALID_JSON = "The request body is not well-formed JSON.";

const FORM_TYPE = "application/x-www-form-urlencoded";

/** What bodies a surface takes. */
export interface BodyOptions {
  /** Accepted media types, without parameters. */
  types: readonly string[];
  maxBytes?: number;
  maxDepth?: number;
  /** Whether integers of 16 digits and more arrive as texts of their digits, which a number would round. */
  exactIntegers?: boolean;
}

type Next = (error?: unknown) => void;

/**
 * Parses the JSON body of POST, PUT and PATCH into `request.body`; a request without a body leaves it undefined.
 * Bodies of other methods mean nothing (RFC 9110 section 9.3) and are not read, whatever their type.
 * Refuses with RequestError: 415 for another media type, charset or encoding, 413 above `maxBytes`, 400 for
 * malformed JSON, too deep nesting, names that touch prototypes and text that cannot be stored.
 */
export function parseJsonBody(options: BodyOptions): RequestHandler {
  const { types, maxBytes = MAX_BODY_BYTES, maxDepth = MAX_JSON_DEPTH, exactIntegers = false } = options;
  const reading = { limit: maxBytes, type: [...types] };
  const parse = exactIntegers ? express.text(reading) : express.json({ ...reading, strict: false });
  return (request, response, next) => {
    if (!carriesBody(request)) {
      request.body = undefined;
      next();
      return;
    }
    if (!types.some((type) => request.is(type))) {
      next(unsupportedMediaType(types));
      return;
    }
    readBody(parse, maxBytes, request, response, next, () => {
      if (exactIntegers) request.body = readExactly(request.body);
      checkJson(request.body, maxDepth);
    });
  };
}

/** Parses the body of an OAuth request, form-encoded (RFC 6749 section 4.4.2) or JSON, into a map of texts. */
export function parseParameterBody(maxBytes: number = MAX_FORM_BYTES): RequestHandler {
  const types = [FORM_TYPE, "application/json"];
  const parseText = express.text({ limit: maxBytes, type: FORM_TYPE });
  const parseJson = express.json({ limit: maxBytes, type: "application/json" });
  return (request, response, next) => {
    if (!carriesBody(request)) {
      request.body = Object.create(null);
      next();
    } else if (request.is(FORM_TYPE)) {
      readBody(parseText, maxBytes, request, response, next, () => {
        request.body = parseParameters(typeof request.body === "string" ? request.body : "");
      });
    } else if (request.is("application/json")) {
      readBody(parseJson, maxBytes, request, response, next, () => {
        checkJson(request.body);
        request.body = textMembers(request.body);
      });
    } else {
      next(unsupportedMediaType(types));
    }
  };
}

function carriesBody(request: Request): boolean {
  if (request.method !== "POST" && request.method !== "PUT" && request.method !== "PATCH") return false;
  return (
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0
  );
}

function readBody(
  parse: RequestHandler,
  maxBytes: number,
  request: Request,
  response: Response,
  next: Next,
  accept: () => void,
): void {
  const done: Next = (error) => {
    if (error !== undefined) {
      next(bodyError(error, maxBytes));
      return;
    }
    try {
      accept();
    } catch (refusal) {
      // Nobody is to go through it again, not even to show it in the request log.
      request.body = undefined;
      next(refusal);
      return;
    }
    next();
  };
  // The body parsers of express report by callback only; what they return is no promise.
  void parse(request, response, done);
}

function readExactly(text: unknown): unknown {
  try {
    return parseExactJson(String(text));
  } catch {
    throw new RequestError(400, "invalid_json", INVALID_JSON);
  }
}

function textMembers(body: unknown): Record<string, string> {
  if (body === null || typeof body !== "object" || Array.isArray(body)) {
    throw new RequestError(400, "invalid_request", "The body must be a JSON object of texts.");
  }
  const members: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== "string") {
      throw new RequestError(400, "invalid_request", `The parameter "${name.slice(0, 64)}" must be a text.`);
    }
    members[name] = value;
  }
  return members;
}

function unsupportedMediaType(types: readonly string[]): RequestError {
  return new RequestError(
    415,
    "unsupported_media_type",
    `Send the body as ${types.join(" or ")} in UTF-8, named in the Content-Type header.`,
  );
}

/** The refusals of the body parsers, which are told apart by their `type` property. */
function bodyError(error: unknown, maxBytes: number): unknown {
  if (!(error instanceof Error)) return error;
  switch ("type" in error ? error.type : undefined) {
    case "entity.too.large":
      return new RequestError(
        413,
        "body_too_large",
        `The request body is larger than the ${maxBytes} bytes that are taken here.`,
      );
    case "entity.parse.failed":
      return new RequestError(400, "invalid_json", INVALID_JSON);
    case "charset.unsupported":
    case "encoding.unsupported":
      return new RequestError(
        415,
        "unsupported_media_type",
        "Send the body in UTF-8, plain or gzip-compressed.",
      );
    case "request.aborted":
    case "request.size.invalid":
      return new RequestError(400, "body_incomplete", "The request body ended before its announced length.");
    default:
      // What is left comes from decompression: the bytes are not what Content-Encoding says.
      return "status" in error && error.status === 400
        ? new RequestError(400, "body_incomplete", "The request body could not be decompressed.")
        : error;
  }
}
