import { createServer, type Server } from "node:http";
import { type RequestHandler, Router } from "express";
import { type Authorization, createAuthorization } from "../../src/auth/oauth/authorization.js";
import type { CreatedClient } from "../../src/auth/oauth/client-registration.js";
import { createRequestBudget } from "../../src/auth/request-budget.js";
import { SCOPES, type Scope } from "../../src/auth/scopes.js";
import { createHttpApp, type HttpDeps } from "../../src/http/app.js";
import { createReadiness, type Readiness } from "../../src/http/health.js";
import {
  authenticate,
  type CallerChecks,
  requireScope,
  scimScopeOf,
} from "../../src/http/middleware/authentication.js";
import { parseJsonBody, SCIM_BODY_TYPES } from "../../src/http/middleware/body.js";
import { negotiateScim, sendScim } from "../../src/http/middleware/negotiation.js";
import { parseQuery } from "../../src/http/middleware/parameters.js";
import { correlationIdOf, grantOf, queryOf } from "../../src/http/middleware/request-state.js";
import { methodNotAllowed, routeNotFound } from "../../src/http/middleware/routes.js";
import { createLogger } from "../../src/observability/logger.js";
import { createMetrics, type Metrics } from "../../src/observability/metrics.js";
import { defaultTenantId, openTestDatabase, type TestDatabase } from "../support/database.js";
import { createFakeClock, type FakeClock } from "../support/fake-clock.js";

/** The HTTP application on a database of its own, with routers that only show what the middleware made of a request. */
export interface TestGateway {
  /** Listens already, so that supertest opens no listener per request. */
  app: Server;
  clock: FakeClock;
  metrics: Metrics;
  readiness: Readiness;
  authorization: Authorization;
  database: TestDatabase["database"];
  /** Every line logged so far, parsed. */
  log(): Record<string, unknown>[];
  addClient(scopes?: readonly Scope[]): Promise<CreatedClient>;
  /** The value of an Authorization header with a token of these scopes. */
  bearer(scopes?: readonly Scope[]): Promise<string>;
  close(): Promise<void>;
}

/** What a test may do differently. */
interface GatewayOptions extends Partial<HttpDeps> {
  /** What `GET …/failure` does under both surfaces. */
  failure?: () => never;
  /** The real routes of `/admin/v1`, in place of the mirror's. */
  administration?: (
    parts: CallerChecks & Pick<TestGateway, "authorization" | "clock" | "database">,
  ) => Router;
}

export async function openGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const { failure = notMade, administration, ...overrides } = options;
  const test = await openTestDatabase();
  const clock = createFakeClock();
  const metrics = createMetrics({ processMetrics: false });
  const lines: string[] = [];
  const logger = createLogger({ level: "debug", destination: { write: (line) => void lines.push(line) } });
  const authorization = await createAuthorization({
    database: test.database,
    clock,
    tenantId: defaultTenantId,
  });
  const checks = { database: () => test.database.ping() };
  const readiness = createReadiness({ checks, clock, logger });
  const callers = {
    checkToken: authorization.authenticate,
    checkBasic: authorization.authenticateBasic,
    basicIsUsed: authorization.basicIsUsed,
    budget: createRequestBudget({ clock }),
  };
  const addClient = (scopes: readonly Scope[] = SCOPES) =>
    authorization.createClient({ tenantId: defaultTenantId, name: "test", scopes });

  const app = createHttpApp({
    clock,
    logger,
    metrics,
    readiness,
    authorization,
    publicUrl: "https://scim.example.com",
    scimRouter: mirrorRouter(
      [
        negotiateScim(),
        parseQuery(),
        authenticate(callers, { challengeBasic: true }),
        requireScope(scimScopeOf),
      ],
      parseJsonBody({ types: SCIM_BODY_TYPES }),
      failure,
    ),
    idaasRouter: mirrorRouter(
      [parseQuery(), authenticate(callers, { challengeBasic: true }), requireScope("scim:write")],
      parseJsonBody({ types: SCIM_BODY_TYPES, exactIntegers: true }),
      failure,
    ),
    eventRouter: Router(),
    adminRouter:
      administration?.({ ...callers, authorization, clock, database: test.database }) ??
      mirrorRouter(
        [parseQuery(), authenticate(callers, { challengeBasic: false }), requireScope("admin")],
        parseJsonBody({ types: ["application/json"] }),
        failure,
      ),
    ...overrides,
  });

  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    app: server,
    clock,
    metrics,
    readiness,
    authorization,
    database: test.database,
    log: () => lines.map((line) => JSON.parse(line)),
    addClient,
    async bearer(scopes) {
      const { client, clientSecret } = await addClient(scopes);
      const token = await authorization.issueToken({
        parameters: {
          grant_type: "client_credentials",
          client_id: client.clientId,
          client_secret: clientSecret,
        },
      });
      return `Bearer ${token.access_token}`;
    },
    async close() {
      await new Promise((resolve) => server.close(resolve));
      await authorization.close();
      await test.close();
    },
  };
}

function mirrorRouter(guards: RequestHandler[], parseBody: RequestHandler, failure: () => never): Router {
  const router = Router();
  const mirror: RequestHandler = (request, response) => {
    sendScim(request, response, 200, {
      id: request.params["id"],
      query: queryOf(request),
      body: request.body,
      caller: grantOf(request).clientId,
      correlationId: correlationIdOf(request),
    });
  };
  router.use(guards, parseBody);
  router.get("/failure", failure);
  router
    .route("/Users")
    .get(mirror)
    .post(mirror)
    .all(methodNotAllowed(["GET", "HEAD", "POST"]));
  router.get("/Users/:id", mirror);
  router.patch("/Users/:id", mirror);
  router.delete("/Users/:id", mirror);
  router.post("/Users/.search", mirror);
  router.use(routeNotFound());
  return router;
}

function notMade(): never {
  throw new Error("this test makes no failure");
}
