import type { Request, RequestHandler } from "express";
import type { Metrics } from "../../observability/metrics.js";
import type { Clock } from "../../platform/clock.js";
import type { LoggedRequest } from "../../request-log/request-log.js";
import { finishedRequest } from "./request-record.js";
import { correlationIdOf, findGrantOf, processLogOf } from "./request-state.js";

/** Paths that are asked every few seconds by machines; their lines are for debugging only. */
const PROBES: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

/** Where the log lines, the measurements and the entries of the request log go. */
export interface RequestLogDeps {
  clock: Clock;
  metrics: Metrics;
  /** Takes each request of an identity provider, for the request log that administrators read. */
  recordRequest?: ((request: LoggedRequest) => void) | undefined;
}

/**
 * Writes one line and one measurement per request when its answer ended or its connection broke. The query string
 * is left out: filters hold names and addresses of people.
 */
export function logRequests(deps: RequestLogDeps): RequestHandler {
  return (request, response, next) => {
    const startedAt = deps.clock.now().getTime();
    const path = pathOf(request);
    response.on("close", () => {
      const durationMs = deps.clock.now().getTime() - startedAt;
      const status = response.writableFinished ? response.statusCode : 499;
      const route = routeOf(request);
      deps.metrics.observeRequest({ method: request.method, route, status, durationMs });
      const measured = { path, route, status, startedAt, durationMs };
      const finished = deps.recordRequest && finishedRequest(request, response, measured);
      if (finished !== undefined) deps.recordRequest?.(finished);
      const line = {
        correlationId: correlationIdOf(request),
        method: request.method,
        path,
        status,
        durationMs,
      };
      const clientId = findGrantOf(request)?.clientId;
      const fields = clientId === undefined ? line : { ...line, clientId };
      const log = processLogOf(request);
      if (PROBES.has(path)) log.debug(fields, "request");
      else log.info(fields, "request");
    });
    next();
  };
}

function pathOf(request: Request): string {
  const [path = "/"] = request.originalUrl.split("?", 1);
  return path.slice(0, 200);
}

/** Where routers are mounted. */
const SURFACE = /^\/(?:scim\/v2|admin\/v1|api\/application\/scim|connectors)(?=[/?]|$)/;

/** The pattern of the matched route, e.g. `/scim/v2/Users/:id`: ids in a metric's label would grow without bound. */
function routeOf(request: Request): string {
  const route: unknown = request.route;
  if (route === null || typeof route !== "object" || !("path" in route) || typeof route.path !== "string") {
    return "unmatched";
  }
  // After a refusal express has forgotten where the router was mounted.
  const mount = request.baseUrl || SURFACE.exec(request.originalUrl)?.[0] || "";
  return mount + route.path;
}
