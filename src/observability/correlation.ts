import { newId } from "../platform/ids.js";

/** The header that carries the correlation id, in lower case, in requests and in answers. */
export const CORRELATION_HEADER = "x-request-id";

const ACCEPTED = /^[\w.-]{1,64}$/;

/**
 * The correlation id of a request: the one its header brings, or a new one where the header is missing or holds
 * anything that could break out of a log line, a header or a vendor call.
 */
export function correlationIdFrom(header: unknown): string {
  return typeof header === "string" && ACCEPTED.test(header) ? header : newId();
}
