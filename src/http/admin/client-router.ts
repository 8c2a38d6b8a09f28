import { Router } from "express";
import type { Clients } from "../../auth/clients/clients.js";
import type { Clock } from "../../platform/clock.js";
import { methodNotAllowed } from "../middleware/routes.js";
import { createClientHandlers } from "./client-handlers.js";
import { createClientSecretHandlers } from "./client-secret-handlers.js";
import { createClientTokenHandlers } from "./client-token-handlers.js";

/** What the administration of clients needs. */
export interface ClientRouterDeps {
  clients: Clients;
  clock: Clock;
  /** Address of `/admin/v1`, without a slash at its end. */
  baseUrl: string;
}

/** `/admin/v1/clients`: the OAuth clients and their credentials. Behind authentication and the scope `admin`. */
export function createClientRouter(deps: ClientRouterDeps): Router {
  const router = Router();
  const clients = createClientHandlers(deps);
  router
    .route("/")
    .get(clients.list)
    .post(clients.create)
    .all(methodNotAllowed(["GET", "HEAD", "POST"]));
  router
    .route("/:id")
    .get(clients.read)
    .patch(clients.change)
    .delete(clients.remove)
    .all(methodNotAllowed(["GET", "HEAD", "PATCH", "DELETE"]));
  const secrets = createClientSecretHandlers({ ...deps, secrets: deps.clients.secrets });
  router
    .route("/:id/secrets")
    .get(secrets.list)
    .post(secrets.create)
    .all(methodNotAllowed(["GET", "HEAD", "POST"]));
  router
    .route("/:id/secrets/:secretId")
    .delete(secrets.remove)
    .all(methodNotAllowed(["DELETE"]));
  const tokens = createClientTokenHandlers({ ...deps, tokens: deps.clients.tokens });
  router
    .route("/:id/tokens")
    .get(tokens.list)
    .post(tokens.create)
    .all(methodNotAllowed(["GET", "HEAD", "POST"]));
  router
    .route("/:id/tokens/:tokenId")
    .delete(tokens.revoke)
    .all(methodNotAllowed(["DELETE"]));
  return router;
}
