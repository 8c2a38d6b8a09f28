import { Router } from "express";
import { methodNotAllowed } from "../middleware/routes.js";
import { createDictionaryHandlers, type DictionaryHandlerDeps } from "./dictionary-handlers.js";

/** The routes of `/admin/v1/dictionary`, relative to it. */
export function createDictionaryRouter(deps: DictionaryHandlerDeps): Router {
  const router = Router();
  const handlers = createDictionaryHandlers(deps);
  router
    .route("/")
    .get(handlers.list)
    .post(handlers.create)
    .all(methodNotAllowed(["GET", "HEAD", "POST"]));
  router
    .route("/:id")
    .get(handlers.read)
    .patch(handlers.change)
    .delete(handlers.remove)
    .all(methodNotAllowed(["GET", "HEAD", "PATCH", "DELETE"]));
  return router;
}
