import { z } from "zod";
import type { PlanSelection } from "../../provisioning/plan/connection-plans.js";
import { readPosition } from "./present-plan.js";
import { idSchema } from "./read-input.js";

/** Resources in one plan of a connection, and the most there can be. */
const DEFAULT_RESOURCES = 50;
const MAX_RESOURCES = 200;
const RANGE = `must be a whole number from 1 to ${MAX_RESOURCES}`;

/** The body of `POST /connections/{id}/plan`. */
export const connectionPlanSchema = z.strictObject({
  resourceId: idSchema.optional(),
  select: z.enum(["all", "unsettled"], 'must be "all" or "unsettled"').default("all"),
  limit: z.int(RANGE).min(1, RANGE).max(MAX_RESOURCES, RANGE).default(DEFAULT_RESOURCES),
  cursor: z.string("must be a text").optional(),
});

/** The body of `POST /deliveries/{id}/undo`. */
export const undoSchema = z.strictObject({ attemptId: idSchema.optional() });

/** The body of `POST /connections/{id}/runs/{runId}/undo`. */
export const runUndoSchema = z.strictObject({
  limit: z.int(RANGE).min(1, RANGE).max(MAX_RESOURCES, RANGE).default(DEFAULT_RESOURCES),
  cursor: z.string("must be a text").max(200, "must have at most 200 characters").optional(),
});

/** The body of a plan's application: that of the plan, and the hash that it had. */
export function withHash<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>) {
  return schema.extend({ hash: z.string("must be the hash of a plan").min(1).max(200) });
}

/** Which resources a plan is of. @throws ProblemError 400 invalid_cursor */
export function readSelection(input: z.infer<typeof connectionPlanSchema>): PlanSelection {
  if (input.resourceId !== undefined) return { resourceId: input.resourceId.toLowerCase() };
  const from = readPosition(input.cursor);
  return { limit: input.limit, unsettledOnly: input.select === "unsettled", ...(from && { from }) };
}
