import type { IncomingMessage } from "node:http";
import type { AccessGrant } from "../../auth/access-grant.js";
import type { Logger } from "../../observability/logger.js";
import type { Dialect } from "../../scim/dialect/dialect.js";
import type { ScimError } from "../../scim/errors.js";

/** The parameters of a query string or form, each given at most once. Has no prototype. */
export type RequestParameters = Readonly<Record<string, string | undefined>>;

/** What the middleware has learnt about a request. */
interface RequestState {
  correlationId?: string | undefined;
  /** The process's logger, until the request needs one of its own. */
  log?: Logger | undefined;
  boundLog?: Logger | undefined;
  query?: RequestParameters | undefined;
  grant?: AccessGrant | undefined;
  dialect?: Dialect | undefined;
  /** Why an identity provider was refused. */
  refusal?: Pick<ScimError, "status" | "scimType" | "detail"> | undefined;
}

/** Every fact by its name, so that the states of all requests have one shape. */
const NOTHING_YET: Record<keyof RequestState, undefined> = {
  correlationId: undefined,
  log: undefined,
  boundLog: undefined,
  query: undefined,
  grant: undefined,
  dialect: undefined,
  refusal: undefined,
};

/**
 * Kept under a name of our own instead of on `req.user` and the like: express 5 computes `req.query` anew at each
 * reading, and other packages own other names. A plain property name, neither a symbol nor a WeakMap: V8 takes a store
 * under a symbol for one under a computed key, and from the twelfth such property on keeps the whole request as a hash
 * table, after which every package's every look at the request is slow (a fifth of the CPU of a PATCH, by `perf`).
 */
type Stateful = IncomingMessage & { gatewayState?: RequestState };

/** Adds facts to a request; for the middleware of this folder. */
export function rememberAbout(request: IncomingMessage, facts: RequestState): void {
  const stateful: Stateful = request;
  const state = stateful.gatewayState;
  if (state === undefined) stateful.gatewayState = { ...NOTHING_YET, ...facts };
  else Object.assign(state, facts);
}

function stateOf(request: Stateful): RequestState | undefined {
  return request.gatewayState;
}

/** The correlation id of this request; also in its answer, its log lines and the vendor calls it leads to. */
export function correlationIdOf(request: IncomingMessage): string {
  return known(stateOf(request)?.correlationId, "correlate");
}

/** The logger whose lines carry this request's correlation id. */
export function logOf(request: IncomingMessage): Logger {
  const state = known(stateOf(request), "correlate");
  state.boundLog ??= known(state.log, "correlate").child({ correlationId: correlationIdOf(request) });
  return state.boundLog;
}

/** The logger of the process: for a line that names the correlation id itself, at the cost of no further logger. */
export function processLogOf(request: IncomingMessage): Logger {
  return known(stateOf(request)?.log, "correlate");
}

/** The query parameters, decoded. */
export function queryOf(request: IncomingMessage): RequestParameters {
  return known(stateOf(request)?.query, "parseQuery");
}

/** Who the caller is. Only behind `authenticate`. */
export function grantOf(request: IncomingMessage): AccessGrant {
  return known(stateOf(request)?.grant, "authenticate");
}

/** Who the caller is, or undefined where the request has not been authenticated (yet). */
export function findGrantOf(request: IncomingMessage): AccessGrant | undefined {
  return stateOf(request)?.grant;
}

/** What the request was read with so far, or undefined where nothing of it has been read by a profile (yet). */
export function findDialectOf(request: IncomingMessage): Dialect | undefined {
  return stateOf(request)?.dialect;
}

/** Why the request was refused, or undefined where it was not (yet). */
export function findRefusalOf(request: IncomingMessage): RequestState["refusal"] {
  return stateOf(request)?.refusal;
}

function known<T>(fact: T | undefined, middleware: string): T {
  if (fact === undefined) throw new Error(`the route lacks the middleware "${middleware}"`);
  return fact;
}
