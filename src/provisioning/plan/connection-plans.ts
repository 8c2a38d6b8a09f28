import { type AuditContext, appendAudit } from "../../audit/append-audit.js";
import { orderDeliveries } from "../../outbox/append.js";
import type { Database } from "../../persistence/database.js";
import { type Choice, chooseResources, type PlanPosition } from "./choose-resources.js";
import type { Plan } from "./plan.js";
import { idsIn, onlyOne, type PlanDesk, type PlansDeps } from "./plan-desk.js";
import type { OpenRehearsal } from "./rehearsal-sessions.js";
import { rehearsePlan } from "./rehearse-plan.js";
import { requireResource } from "./require-resource.js";

/** On whose behalf a plan is made. */
export type PlanContext = AuditContext & { correlationId: string };

/** Which resources of a connection to plan: one, or some at a time. */
export type PlanSelection = { resourceId: string } | Pick<Choice, "from" | "limit" | "unsettledOnly">;

/** A plan of some resources, and where the next ones begin. */
export interface PagedPlan extends Plan {
  next?: PlanPosition;
}

/** Plans of what is stored. */
export interface ConnectionPlans {
  /**
   * What the delivery of these resources would do at a connection, on or off. Each page is whole in itself: what its
   * resources need from pages before is in it as a prerequisite.
   * @throws PlannedResourceNotFoundError
   */
  planConnection(context: PlanContext, connectionId: string, selection: PlanSelection): Promise<PagedPlan>;
  /**
   * Orders the deliveries of a plan, if it still has this hash. Answers how many were ordered.
   * @throws PlanOutdatedError, ConnectionDisabledError
   */
  applyConnection(
    context: PlanContext,
    connectionId: string,
    selection: PlanSelection,
    hash: string,
  ): Promise<{ ordered: number }>;
}

/** Makes them. */
export function createConnectionPlans(deps: PlansDeps, desk: PlanDesk): ConnectionPlans {
  const { clock, connectors } = deps;

  const planSelected =
    ({ tenantId, correlationId }: PlanContext, selection: PlanSelection) =>
    async (trial: Database, rehearsals: OpenRehearsal[]): Promise<PagedPlan> => {
      const open = onlyOne(rehearsals);
      const { id: connectionId } = open.connection;
      const chosen =
        "resourceId" in selection
          ? { resourceIds: [await requireResource(trial, tenantId, selection.resourceId)] }
          : await chooseResources(trial, { tenantId, connectionId, ...selection });
      const { resourceIds } = chosen;
      const now = clock.now();
      const plan = await rehearsePlan({ trial, open, connectors, resourceIds, now, correlationId });
      return { ...plan, ...("next" in chosen && chosen.next && { next: chosen.next }) };
    };

  return {
    async planConnection(context, connectionId, selection) {
      const connection = await desk.find(context.tenantId, connectionId);
      return desk.plan([connection], planSelected(context, selection));
    },

    async applyConnection(context, connectionId, selection, hash) {
      const { tenantId, correlationId } = context;
      const connection = await desk.find(tenantId, connectionId);
      return desk.apply([connection], planSelected(context, selection), {
        hash,
        idsOf: idsIn,
        async carryOut(tx, plan) {
          const now = clock.now();
          const ordering = { tenantId, connectionId, correlationId, now, resourceIds: idsIn(plan) };
          const ordered = (await orderDeliveries(tx, ordering)).length;
          const after = { connectionId, resources: ordered };
          await appendAudit(tx, { ...context, now }, { object: { type: "plan" }, verb: "applied", after });
          return { ordered };
        },
      });
    },
  };
}
