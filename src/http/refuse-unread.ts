import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { OAuthError } from "../auth/oauth/oauth-error.js";
import { idaasFailure } from "../idaas/answer.js";
import { ScimError } from "../scim/errors.js";
import { errorFamilyOf } from "./error-family.js";
import { SCIM_MEDIA_TYPE } from "./middleware/negotiation.js";
import { oauthErrorBody } from "./oauth/oauth-error-response.js";
import { ProblemError } from "./problem-error.js";
import { PROBLEM_MEDIA_TYPE, problemBody } from "./problem-response.js";
import { scimErrorBody } from "./scim-error-response.js";

/** What Node's HTTP parser reports: a code, and the bytes it could not read. */
interface UnreadError extends Error {
  code?: string;
  rawPacket?: Buffer;
}

/**
 * Answers what could not be read as an HTTP request at all (Node's own answer has no body) in the format of the
 * surface it was meant for, as far as its first line tells, and closes the connection: what follows on it has no
 * known beginning.
 */
export function refuseUnread(error: UnreadError, socket: Pick<Socket, "end">): void {
  const target = /^[A-Z]+ (\S+)/.exec(error.rawPacket?.toString("latin1", 0, 2_048) ?? "")?.[1] ?? "";
  const { status, detail } = REFUSALS.get(error.code) ?? MALFORMED;
  const { type, body } = bodyOf(target, status, detail);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}`,
    "Connection: close",
    "Cache-Control: no-store",
    `Content-Type: ${type}; charset=utf-8`,
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${text}`);
}

/** By Node's code; everything else is a syntax error. */
const REFUSALS = new Map<string | undefined, { status: number; detail: string }>([
  [
    "HPE_HEADER_OVERFLOW",
    { status: 431, detail: "The path and the headers together are longer than this server reads." },
  ],
  [
    "HPE_CHUNK_EXTENSIONS_OVERFLOW",
    { status: 413, detail: "The chunk extensions of the body are longer than this server reads." },
  ],
  ["ERR_HTTP_REQUEST_TIMEOUT", { status: 408, detail: "The request did not arrive whole in time." }],
]);
const MALFORMED = { status: 400, detail: "This is not a well-formed HTTP request." };

function bodyOf(target: string, status: number, detail: string): { type: string; body: object } {
  const family = errorFamilyOf(target);
  switch (family) {
    case "scim":
      return { type: SCIM_MEDIA_TYPE, body: scimErrorBody(new ScimError(status, detail)) };
    case "oauth":
      return {
        type: "application/json",
        body: oauthErrorBody(new OAuthError("invalid_request", detail, { status })),
      };
    case "idaas":
      return { type: "application/json", body: idaasFailure(status, detail) };
    case "problem":
      return {
        type: PROBLEM_MEDIA_TYPE,
        body: problemBody(new ProblemError(status, "unreadable_request", detail)),
      };
    default:
      return family satisfies never;
  }
}
