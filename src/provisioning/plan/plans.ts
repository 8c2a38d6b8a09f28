import type { RequestContext } from "../../directory/request-context.js";
import { newSecret } from "../../platform/ids.js";
import { type ChangePlans, createChangePlans } from "./change-plans.js";
import { type ConnectionPlans, createConnectionPlans } from "./connection-plans.js";
import { createPlanDesk, onlyOne, type PlansDeps, switchOn } from "./plan-desk.js";
import { type Preview, type PreviewOf, preview } from "./preview.js";
import { createRunUndoPlans, type RunUndoPlans } from "./run-undo-plans.js";
import { createUndoPlans, type UndoPlans } from "./undo-plans.js";

/**
 * What would happen, without anything happening, and then just that, if nothing changed meanwhile. All of it may be refused
 * with ConnectionNotFoundError, VendorSilentError or PlanBusyError.
 */
export interface Plans extends ConnectionPlans, ChangePlans, UndoPlans, RunUndoPlans {
  /**
   * Maps a sample, something stored or something at the vendor.
   * @throws ScimError where SCIM would refuse a sample, PlannedResourceNotFoundError, RemoteRecordNotFoundError
   */
  preview(context: RequestContext, connectionId: string, of: PreviewOf): Promise<Preview>;
}

/** Makes the service. */
export function createPlans(deps: PlansDeps): Plans {
  const { clock, connectors } = deps;
  const desk = createPlanDesk(deps);
  return {
    ...createConnectionPlans(deps, desk),
    ...createChangePlans(deps, desk),
    ...createUndoPlans(deps, desk),
    ...createRunUndoPlans(deps, desk),

    async preview(context, connectionId, of) {
      const connection = await desk.find(context.tenantId, connectionId);
      const seed = newSecret(12);
      return desk.plan([connection], async (trial, rehearsals) => {
        await switchOn(trial, rehearsals);
        return preview({ trial, open: onlyOne(rehearsals), connectors, clock, context, seed }, of);
      });
    },
  };
}
