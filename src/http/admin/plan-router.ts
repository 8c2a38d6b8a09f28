import { Router } from "express";
import { methodNotAllowed } from "../middleware/routes.js";
import { createPlanHandlers } from "./plan-handlers.js";

/** The routes of plans, to be mounted at `/admin/v1`. */
export function createPlanRouter(deps: Parameters<typeof createPlanHandlers>[0]): Router {
  const handlers = createPlanHandlers(deps);
  const router = Router();
  router
    .route("/connections/:id/plan")
    .post(handlers.planConnection)
    .all(methodNotAllowed(["POST"]));
  router
    .route("/connections/:id/plan/apply")
    .post(handlers.applyConnection)
    .all(methodNotAllowed(["POST"]));
  router
    .route("/connections/:id/preview")
    .post(handlers.preview)
    .all(methodNotAllowed(["POST"]));
  router
    .route("/deliveries/:id/undo")
    .post(handlers.planUndo)
    .all(methodNotAllowed(["POST"]));
  router
    .route("/deliveries/:id/undo/apply")
    .post(handlers.applyUndo)
    .all(methodNotAllowed(["POST"]));
  router
    .route("/connections/:id/runs/:runId/undo")
    .post(handlers.planRunUndo)
    .all(methodNotAllowed(["POST"]));
  router
    .route("/connections/:id/runs/:runId/undo/apply")
    .post(handlers.applyRunUndo)
    .all(methodNotAllowed(["POST"]));
  router
    .route("/plan")
    .post(handlers.planChange)
    .all(methodNotAllowed(["POST"]));
  router
    .route("/plan/apply")
    .post(handlers.applyChange)
    .all(methodNotAllowed(["POST"]));
  return router;
}
