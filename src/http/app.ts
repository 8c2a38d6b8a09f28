import express, { type Express, type RequestHandler } from "express";
import helmet from "helmet";
import type { Authorization } from "../auth/oauth/authorization.js";
import type { Logger } from "../observability/logger.js";
import type { Metrics } from "../observability/metrics.js";
import type { Clock } from "../platform/clock.js";
import type { LoggedRequest } from "../request-log/request-log.js";
import { createDocsRouter } from "./docs.js";
import { errorHandler } from "./error-response.js";
import { createHealthRouter, type Readiness } from "./health.js";
import { correlate } from "./middleware/correlation.js";
import { logRequests } from "./middleware/request-log.js";
import { routeNotFound } from "./middleware/routes.js";
import { createOAuthRouter } from "./oauth/router.js";

/** What every process that listens shows, also one that only works. */
export interface ProbeDeps {
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  readiness: Readiness;
  /** Whose X-Forwarded-For header is believed: addresses, CIDR ranges, names of networks. Default: nobody's. */
  trustProxy?: readonly string[];
  /** Knows failures that pass by themselves (the database is away): shown as 503 instead of 500. */
  isTemporary?: (error: unknown) => boolean;
}

/** What the whole HTTP surface is made of. */
export interface HttpDeps extends ProbeDeps {
  authorization: Pick<Authorization, "issueToken" | "revokeToken" | "introspect">;
  /** PUBLIC_URL without trailing slash. */
  publicUrl: string;
  /** Mounted at `/scim/v2`; brings its own authentication. */
  scimRouter: RequestHandler;
  /** Mounted at `/api/application/scim`; brings its own authentication. */
  idaasRouter: RequestHandler;
  /** Mounted at `/admin/v1`; brings its own authentication. */
  adminRouter: RequestHandler;
  /** Mounted at `/connectors`; what is sent there proves itself. */
  eventRouter: RequestHandler;
  /** Takes each request of an identity provider; none is recorded without it. */
  recordRequest?: (request: LoggedRequest) => void;
  /** Default: `openapi/openapi.json` of the installation. */
  openApiFile?: string;
}

/** The application with every surface of the product. */
export function createHttpApp(deps: HttpDeps): Express {
  const app = createBaseApp(deps);
  // SCIM answers are JSON for programs; the headers against browser attacks would only cost bytes there.
  // Their refusals are answered here: passed on they would walk by all that is mounted behind.
  app.use("/scim/v2", deps.scimRouter, errorHandler(deps));
  app.use("/api/application/scim", deps.idaasRouter, errorHandler(deps));
  app.use("/connectors", deps.eventRouter);
  app.use(helmet({ strictTransportSecurity: false }));
  app.use(createOAuthRouter(deps));
  app.use("/admin/v1", deps.adminRouter);
  app.use(createDocsRouter(deps));
  return closeApp(app, deps);
}

/** The application of a process with ROLE=worker: `/healthz`, `/readyz` and `/metrics` only. */
export function createProbeApp(deps: ProbeDeps): Express {
  return closeApp(createBaseApp(deps), deps);
}

function createBaseApp(deps: ProbeDeps & Pick<HttpDeps, "recordRequest">): Express {
  const app = express();
  app.disable("x-powered-by");
  // Entity tags are the resource's version; a hash of the body would say something else under the same name.
  app.disable("etag");
  app.set("query parser", false);
  if (deps.trustProxy?.length) app.set("trust proxy", [...deps.trustProxy]);
  app.use(correlate(deps.logger), logRequests(deps));
  return app;
}

/** Probes stand behind the surfaces, which are asked far more often. */
function closeApp(app: Express, deps: ProbeDeps): Express {
  app.use(createHealthRouter(deps));
  app.use(routeNotFound());
  app.use(errorHandler(deps));
  return app;
}
