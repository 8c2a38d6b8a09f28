import { type Request, type RequestHandler, Router } from "express";
import { EventRefusedError } from "../../connectors/events.js";
import type { Clock } from "../../platform/clock.js";
import type { EventIntake } from "../../provisioning/events/event-intake.js";
import { parseJsonBody } from "../middleware/body.js";
import { addressOf } from "../middleware/caller-address.js";
import { parseQuery } from "../middleware/parameters.js";
import { correlationIdOf, queryOf } from "../middleware/request-state.js";
import { methodNotAllowed, routeNotFound } from "../middleware/routes.js";
import { ProblemError } from "../problem-error.js";
import { RequestError } from "../request-error.js";
import { createEventBudget } from "./event-budget.js";

/** What the address of the events works with. */
export interface EventRouterDeps {
  intake: EventIntake;
  clock: Clock;
}

/** The largest push, in bytes: an event about thousands of people. */
const MAX_PUSH_BYTES = 256 * 1024;
/** `{"encrypt": "..."}`. */
const MAX_PUSH_DEPTH = 2;

/**
 * Where vendors push events: `POST /{connector}/{connectionId}/events`, to be mounted at `/connectors`. The push itself
 * proves who sends it; one that does not is refused without saying by which check.
 */
export function createEventRouter({ intake, clock }: EventRouterDeps): Router {
  const budget = createEventBudget({ clock });

  const admit: RequestHandler = (request, _response, next) => {
    const waitMs = budget.wait(addressOf(request), namedIn(request).connectionId);
    next(waitMs > 0 ? tooMany(waitMs) : undefined);
  };

  const receive: RequestHandler = async (request, response) => {
    const { connector, connectionId } = namedIn(request);
    const address = addressOf(request);
    try {
      const answer = await intake.receive({
        connector,
        connectionId,
        correlationId: correlationIdOf(request),
        query: queryOf(request),
        body: request.body,
      });
      budget.count(address, connectionId, "taken");
      response.setHeader("Cache-Control", "no-store");
      response.json(answer);
    } catch (error) {
      if (!(error instanceof EventRefusedError)) throw error;
      budget.count(address, connectionId, error.refusal === "not-configured" ? "unknown" : "wrong");
      throw refusalOf(error);
    }
  };

  const router = Router();
  router
    .route("/:connector/:connectionId/events")
    .post(
      admit,
      parseQuery(),
      parseJsonBody({ types: ["application/json"], maxBytes: MAX_PUSH_BYTES, maxDepth: MAX_PUSH_DEPTH }),
      receive,
    )
    .all(methodNotAllowed(["POST"]));
  router.use(routeNotFound());
  return router;
}

function namedIn({ params }: Request): { connector: string; connectionId: string } {
  return { connector: String(params["connector"]), connectionId: String(params["connectionId"]) };
}

/**
 * Whatever is wrong beyond the outer form looks the same from outside. Otherwise whoever knows the token but not the key
 * could decrypt a push by trying (a padding oracle).
 */
function refusalOf({ refusal }: EventRefusedError): ProblemError | RequestError {
  if (refusal === "not-configured") {
    return new RequestError(404, "route_not_found", "There is nothing at this path.");
  }
  if (refusal === "malformed") {
    return new ProblemError(400, "push_malformed", "The request has not the form of an event push.");
  }
  return new ProblemError(
    403,
    "push_refused",
    "The request is not an event push of this connection's company.",
  );
}

function tooMany(waitMs: number): RequestError {
  const seconds = String(Math.ceil(waitMs / 1_000));
  return new RequestError(429, "too_many_requests", `Too many pushes came lately; go on in ${seconds} s.`, {
    "Retry-After": seconds,
  });
}
