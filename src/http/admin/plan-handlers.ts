import type { RequestHandler } from "express";
import { z } from "zod";
import type { Plans } from "../../provisioning/plan/plans.js";
import { administratorOf } from "./administrator.js";
import { presentPlan, readPosition } from "./present-plan.js";
import { idSchema, readId, readInput } from "./read-input.js";

/** The handlers of plans, by operation. */
export interface PlanHandlers {
  planConnection: RequestHandler;
}

/** Resources in one plan of a connection, and the most there can be. */
const DEFAULT_RESOURCES = 50;
const MAX_RESOURCES = 200;

const connectionPlan = z.strictObject({
  resourceId: idSchema.optional(),
  select: z.enum(["all", "unsettled"], 'must be "all" or "unsettled"').default("all"),
  limit: z
    .int(`must be a whole number from 1 to ${MAX_RESOURCES}`)
    .min(1, `must be a whole number from 1 to ${MAX_RESOURCES}`)
    .max(MAX_RESOURCES, `must be a whole number from 1 to ${MAX_RESOURCES}`)
    .default(DEFAULT_RESOURCES),
  cursor: z.string("must be a text").optional(),
});

/** Plans: what would be called, with nothing written. */
export function createPlanHandlers({ plans }: { plans: Plans }): PlanHandlers {
  return {
    async planConnection(request, response) {
      const { resourceId, select, limit, cursor } = readInput(connectionPlan, request.body ?? {});
      const context = administratorOf(request);
      const connectionId = readId(request.params.id);
      if (resourceId !== undefined) {
        response.json(presentPlan(await plans.planResource(context, connectionId, resourceId.toLowerCase())));
        return;
      }
      const from = readPosition(cursor);
      const page = { limit, unsettledOnly: select === "unsettled", ...(from !== undefined && { from }) };
      response.json(presentPlan(await plans.planConnection(context, connectionId, page)));
    },
  };
}
