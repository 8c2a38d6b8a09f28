import { type RequestHandler, Router } from "express";
import type { AuditLog } from "../../audit/audit-log.js";
import type { Clients } from "../../auth/clients/clients.js";
import type { DictionaryFields } from "../../dictionary/dictionary-fields.js";
import type { Directory } from "../../directory/directory.js";
import type { Notifications } from "../../notifications/notifications.js";
import type { Clock } from "../../platform/clock.js";
import type { Adoption } from "../../provisioning/adoption/adoption.js";
import type { Connections } from "../../provisioning/connections/connections.js";
import type { DeliveryLog } from "../../provisioning/delivery-log.js";
import type { EventAddresses } from "../../provisioning/events/event-address.js";
import type { Plans } from "../../provisioning/plan/plans.js";
import type { HeldRemovals } from "../../provisioning/protection/held-removals.js";
import type { RowDecisions } from "../../provisioning/reconciliation/decide-row.js";
import type { Runs } from "../../provisioning/reconciliation/runs.js";
import type { UnknownCodes } from "../../provisioning/trouble/unknown-codes.js";
import type { RequestLog } from "../../request-log/request-log.js";
import type { Timelines } from "../../timeline/timeline.js";
import { authenticate, type CallerChecks, requireScope } from "../middleware/authentication.js";
import { parseJsonBody } from "../middleware/body.js";
import { parseQuery } from "../middleware/parameters.js";
import { methodNotAllowed, routeNotFound } from "../middleware/routes.js";
import { createAdoptionRouter } from "./adoption-router.js";
import { createAuditHandlers } from "./audit-handlers.js";
import { createClientRouter } from "./client-router.js";
import { createConnectionHandlers } from "./connection-handlers.js";
import { createDeliveryHandlers, type DeliveryHandlers } from "./delivery-handlers.js";
import { createDictionaryRouter } from "./dictionary-router.js";
import { createNotificationRouter, createNotificationSettingsRouter } from "./notification-router.js";
import { createPlanRouter } from "./plan-router.js";
import { translateRefusals } from "./refusals.js";
import { createRequestHandlers } from "./request-handlers.js";
import { createRunRouter } from "./run-router.js";
import { createTimelineHandler } from "./timeline-handlers.js";
import { createUnknownCodeRouter } from "./unknown-code-router.js";

/** What the administration surface needs. */
export interface AdminRouterDeps extends CallerChecks {
  audit: AuditLog;
  clients: Clients;
  connections: Connections;
  deliveries: DeliveryLog;
  heldRemovals: HeldRemovals;
  dictionaryFields: DictionaryFields;
  notifications: Notifications;
  unknownCodes: UnknownCodes;
  plans: Plans;
  directory: Pick<Directory, "registry">;
  requestLog: RequestLog;
  timelines: Timelines;
  runs: Runs;
  adoption: Adoption;
  eventAddresses: EventAddresses;
  rowDecisions: RowDecisions;
  clock: Clock;
  /** PUBLIC_URL, without a slash at its end. */
  publicUrl: string;
}

/** Where the SCIM surface is mounted, below PUBLIC_URL. */
const SCIM_PATH = "/scim/v2";
/** Where the administration is mounted, below PUBLIC_URL. */
const ADMIN_PATH = "/admin/v1";

/**
 * The administration surface, to be mounted at `/admin/v1` behind `correlate`. Everything needs the scope
 * `admin`. Refusals leave it as ProblemError and RequestError.
 */
export function createAdminRouter(deps: AdminRouterDeps): Router {
  const router = Router();
  router.use(
    authenticate(deps, { challengeBasic: false }),
    requireScope("admin"),
    parseQuery(),
    parseJsonBody({ types: ["application/json"] }),
    neverCached,
  );
  const baseUrl = deps.publicUrl.replace(/\/+$/, "") + ADMIN_PATH;
  router.use("/clients", createClientRouter({ ...deps, baseUrl }));
  router.use("/dictionary", createDictionaryRouter({ ...deps, baseUrl }));
  router.use("/unknown-codes", createUnknownCodeRouter(deps));
  router.use("/notifications", createNotificationRouter(deps));
  router.use("/notification-settings", createNotificationSettingsRouter(deps));
  router.use("/connections", createRunRouter({ ...deps, baseUrl }));
  router.use("/connections", createAdoptionRouter(deps));
  addConnections(router, { ...deps, baseUrl });
  addDeliveries(router, deps);
  addRequests(router, deps);
  router
    .route("/users/:id/timeline")
    .get(createTimelineHandler(deps, "User"))
    .all(methodNotAllowed(["GET", "HEAD"]));
  router
    .route("/groups/:id/timeline")
    .get(createTimelineHandler(deps, "Group"))
    .all(methodNotAllowed(["GET", "HEAD"]));
  router
    .route("/audit")
    .get(createAuditHandlers(deps).list)
    .all(methodNotAllowed(["GET", "HEAD"]));
  router.use(createPlanRouter({ ...deps, scimBaseUrl: deps.publicUrl.replace(/\/+$/, "") + SCIM_PATH }));
  router.use(routeNotFound());
  router.use(translateRefusals());
  return router;
}

function addConnections(router: Router, deps: Parameters<typeof createConnectionHandlers>[0]): void {
  const handlers = createConnectionHandlers(deps);
  router
    .route("/connections")
    .get(handlers.list)
    .post(handlers.create)
    .all(methodNotAllowed(["GET", "HEAD", "POST"]));
  router
    .route("/connections/:id")
    .get(handlers.read)
    .patch(handlers.change)
    .delete(handlers.remove)
    .all(methodNotAllowed(["GET", "HEAD", "PATCH", "DELETE"]));
  router
    .route("/connections/:id/events/keys")
    .post(handlers.renewEventKeys)
    .all(methodNotAllowed(["POST"]));
  router
    .route("/connections/:id/test")
    .post(handlers.test)
    .all(methodNotAllowed(["POST"]));
}

function addDeliveries(router: Router, deps: Parameters<typeof createDeliveryHandlers>[0]): void {
  const handlers = createDeliveryHandlers(deps);
  router
    .route("/deliveries")
    .get(handlers.list)
    .all(methodNotAllowed(["GET", "HEAD"]));
  router
    .route("/deliveries/retry-failed")
    .post(handlers.retryFailed)
    .all(methodNotAllowed(["POST"]));
  router
    .route("/deliveries/:id")
    .get(handlers.read)
    .all(methodNotAllowed(["GET", "HEAD"]));
  router
    .route("/deliveries/:id/retry")
    .post(handlers.retry)
    .all(methodNotAllowed(["POST"]));
  router
    .route("/deliveries/:id/approve")
    .post(handlers.approve)
    .all(methodNotAllowed(["POST"]));
  addHeldRemovals(router, handlers);
}

function addHeldRemovals(router: Router, handlers: DeliveryHandlers): void {
  const operations = {
    "/deliveries/:id/release": handlers.release,
    "/deliveries/:id/discard": handlers.discard,
    "/connections/:id/held/release": handlers.releaseHeld,
    "/connections/:id/held/discard": handlers.discardHeld,
  };
  for (const [path, handler] of Object.entries(operations)) {
    router
      .route(path)
      .post(handler)
      .all(methodNotAllowed(["POST"]));
  }
}

function addRequests(router: Router, deps: Parameters<typeof createRequestHandlers>[0]): void {
  const handlers = createRequestHandlers(deps);
  router
    .route("/requests")
    .get(handlers.list)
    .all(methodNotAllowed(["GET", "HEAD"]));
  router
    .route("/requests/:id")
    .get(handlers.read)
    .all(methodNotAllowed(["GET", "HEAD"]));
  router
    .route("/clients/:id/dialect")
    .get(handlers.dialect)
    .all(methodNotAllowed(["GET", "HEAD"]));
}

/** Settings and people's names are nobody's to keep in a proxy. */
const neverCached: RequestHandler = (_request, response, next) => {
  response.setHeader("Cache-Control", "no-store");
  next();
};
