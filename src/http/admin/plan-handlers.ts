import type { Request, RequestHandler } from "express";
import type { Directory } from "../../directory/directory.js";
import type { ChangePlan } from "../../provisioning/plan/change-plans.js";
import type { Plans } from "../../provisioning/plan/plans.js";
import { requestContext } from "../scim/call.js";
import { administratorOf } from "./administrator.js";
import { readCursor, writeCursor } from "./cursor.js";
import { connectionPlanSchema, readSelection, runUndoSchema, undoSchema, withHash } from "./plan-input.js";
import { presentCall, presentOutcomes, presentPlan } from "./present-plan.js";
import { previewSchema, readPreview } from "./preview-input.js";
import { readId, readInput } from "./read-input.js";
import { changePlanSchema, readScimRequest } from "./scim-request-input.js";

/** What the handlers of plans work with. */
export interface PlanHandlerDeps {
  plans: Plans;
  directory: Pick<Directory, "registry">;
  /** The SCIM base without a slash at its end. */
  scimBaseUrl: string;
}

/** The handlers of plans, by operation. */
export interface PlanHandlers {
  planConnection: RequestHandler;
  applyConnection: RequestHandler;
  planChange: RequestHandler;
  applyChange: RequestHandler;
  preview: RequestHandler;
  planUndo: RequestHandler;
  applyUndo: RequestHandler;
  planRunUndo: RequestHandler;
  applyRunUndo: RequestHandler;
}

const connectionApply = withHash(connectionPlanSchema);
const changeApply = withHash(changePlanSchema);
const undoApply = withHash(undoSchema);
const runUndoApply = withHash(runUndoSchema);

/** Plans: what would be called, with nothing written; and applying them while they hold. */
export function createPlanHandlers({ plans, directory, scimBaseUrl }: PlanHandlerDeps): PlanHandlers {
  async function presentChange(request: Request, { hash, outcomes, plans }: ChangePlan) {
    const registry = await directory.registry(administratorOf(request).tenantId);
    return { hash, scim: presentOutcomes(outcomes, registry, scimBaseUrl), plans: plans.map(presentPlan) };
  }

  function changeOf(request: Request, input: ReturnType<typeof changePlanSchema.parse>) {
    const context = requestContext(request);
    const connectionId = input.connectionId?.toLowerCase();
    return {
      context,
      change: { request: readScimRequest(input.request, scimBaseUrl, context.dialect), connectionId },
    };
  }

  function runUndoOf(request: Request, { cursor, limit }: ReturnType<typeof runUndoSchema.parse>) {
    const connectionId = readId(request.params["id"]);
    return { connectionId, runId: readId(request.params["runId"]), before: readCursor(cursor), limit };
  }

  return {
    async planConnection(request, response) {
      const input = readInput(connectionPlanSchema, request.body ?? {});
      const connectionId = readId(request.params.id);
      const plan = await plans.planConnection(administratorOf(request), connectionId, readSelection(input));
      response.json(presentPlan(plan));
    },

    async applyConnection(request, response) {
      const { hash, ...input } = readInput(connectionApply, request.body ?? {});
      const connectionId = readId(request.params.id);
      const context = administratorOf(request);
      const { ordered } = await plans.applyConnection(context, connectionId, readSelection(input), hash);
      response.status(202).json({ ordered, correlationId: context.correlationId });
    },

    async planUndo(request, response) {
      const { attemptId } = readInput(undoSchema, request.body ?? {});
      const undo = { deliveryId: readId(request.params.id), attemptId };
      const { hash, plan, comesBack, ...rest } = await plans.planUndo(requestContext(request), undo);
      response.json({ hash, ...rest, plan: presentPlan(plan), comesBack: comesBack.map(presentCall) });
    },

    async applyUndo(request, response) {
      const { attemptId, hash } = readInput(undoApply, request.body ?? {});
      const undo = { deliveryId: readId(request.params.id), attemptId };
      const context = requestContext(request);
      const { ordered } = await plans.applyUndo(context, undo, hash);
      response.status(202).json({ ordered, correlationId: context.correlationId });
    },

    async planRunUndo(request, response) {
      const undo = runUndoOf(request, readInput(runUndoSchema, request.body ?? {}));
      const undoPlan = await plans.planRunUndo(requestContext(request), undo);
      const { hash, undone, notUndone, plan, comesBack, next } = undoPlan;
      const nextCursor = next === undefined ? null : writeCursor(next);
      const shown = { plan: presentPlan(plan), comesBack: comesBack.map(presentCall), nextCursor };
      response.json({ hash, undone, notUndone, ...shown });
    },

    async applyRunUndo(request, response) {
      const { hash, ...input } = readInput(runUndoApply, request.body ?? {});
      const context = requestContext(request);
      const { ordered } = await plans.applyRunUndo(context, runUndoOf(request, input), hash);
      response.status(202).json({ ordered, correlationId: context.correlationId });
    },

    async preview(request, response) {
      const input = readInput(previewSchema, request.body ?? {});
      const context = requestContext(request);
      const of = readPreview(input, scimBaseUrl, context.dialect);
      response.json(await plans.preview(context, readId(request.params.id), of));
    },

    async planChange(request, response) {
      const { context, change } = changeOf(request, readInput(changePlanSchema, request.body ?? {}));
      response.json(await presentChange(request, await plans.planChange(context, change)));
    },

    async applyChange(request, response) {
      const { hash, ...input } = readInput(changeApply, request.body ?? {});
      const { context, change } = changeOf(request, input);
      const applied = await presentChange(request, await plans.applyChange(context, change, hash));
      const ordered = applied.plans.reduce((sum, plan) => sum + plan.items.length, 0);
      response.status(202).json({ scim: applied.scim, ordered, correlationId: context.correlationId });
    },
  };
}
