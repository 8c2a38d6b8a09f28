import type { IncomingMessage } from "node:http";
import type { AccessGrant } from "../../auth/access-grant.js";
import type { Logger } from "../../observability/logger.js";
import type { Dialect } from "../../scim/dialect/dialect.js";

/** The parameters of a query string or form, each given at most once. Has no prototype. */
export type RequestParameters = Readonly<Record<string, string | undefined>>;

/** What the middleware has learnt about a request. */
interface RequestState {
  correlationId?: string;
  log?: Logger;
  query?: RequestParameters;
  grant?: AccessGrant;
  dialect?: Dialect;
}

/**
 * Kept beside the request instead of on it: express 5 computes `req.query` anew at each reading and other
 * packages own `req.user`, and a map keyed by the request is typed without touching express's types.
 */
const states = new WeakMap<IncomingMessage, RequestState>();

/** Adds facts to a request; for the middleware of this folder. */
export function rememberAbout(request: IncomingMessage, facts: RequestState): void {
  states.set(request, { ...states.get(request), ...facts });
}

/** The correlation id of this request; also in its answer, its log lines and the vendor calls it leads to. */
export function correlationIdOf(request: IncomingMessage): string {
  return known(states.get(request)?.correlationId, "correlate");
}

/** The logger whose lines carry this request's correlation id. */
export function logOf(request: IncomingMessage): Logger {
  return known(states.get(request)?.log, "correlate");
}

/** The query parameters, decoded. */
export function queryOf(request: IncomingMessage): RequestParameters {
  return known(states.get(request)?.query, "parseQuery");
}

/** Who the caller is. Only behind `authenticateBearer`. */
export function grantOf(request: IncomingMessage): AccessGrant {
  return known(states.get(request)?.grant, "authenticateBearer");
}

/** Who the caller is, or undefined where the request has not been authenticated (yet). */
export function findGrantOf(request: IncomingMessage): AccessGrant | undefined {
  return states.get(request)?.grant;
}

/** What the request was read with so far, or undefined where nothing of it has been read by a profile (yet). */
export function findDialectOf(request: IncomingMessage): Dialect | undefined {
  return states.get(request)?.dialect;
}

function known<T>(fact: T | undefined, middleware: string): T {
  if (fact === undefined) throw new Error(`the route lacks the middleware "${middleware}"`);
  return fact;
}
