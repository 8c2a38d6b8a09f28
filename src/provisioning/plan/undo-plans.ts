import { appendAudit } from "../../audit/append-audit.js";
import type { RequestContext } from "../../directory/request-context.js";
import type { Connection } from "../../persistence/connection-store.js";
import type { Database } from "../../persistence/database.js";
import { databaseWithin } from "../../persistence/trial.js";
import { newSecret } from "../../platform/ids.js";
import { DeliveryNotFoundError } from "../delivery-log.js";
import type { Plan, PlannedCall } from "./plan.js";
import { idsIn, onlyOne, type PlanDesk, type PlansDeps, switchOn } from "./plan-desk.js";
import { digestOf } from "./plan-hash.js";
import type { OpenRehearsal } from "./rehearsal-sessions.js";
import { rehearsePlan } from "./rehearse-plan.js";
import { orderUndo, requireUndoable, type UndoWay } from "./undo.js";

/** What is to be undone. */
export interface UndoOf {
  deliveryId: string;
  /** The newest one that changed something, by default. */
  attemptId?: string | undefined;
}

/** What an undo would do. */
export interface UndoPlan {
  hash: string;
  attemptId: string;
  way: UndoWay;
  plan: Plan;
  /** What the next delivery after the undo would call: SCIM still demands it. Empty: the undo lasts. */
  comesBack: PlannedCall[];
}

/** Undoing what a delivery changed at the vendor. */
export interface UndoPlans {
  /**
   * What it would take to undo what a delivery changed last, or in one of its attempts.
   * @throws DeliveryNotFoundError, UndoNotPossibleError, ScimError where SCIM refuses that it is there again
   */
  planUndo(context: RequestContext, undo: UndoOf): Promise<UndoPlan>;
  /**
   * Orders the deliveries of an undo whose plan still has this hash.
   * @throws as planUndo; PlanOutdatedError, ConnectionDisabledError
   */
  applyUndo(context: RequestContext, undo: UndoOf, hash: string): Promise<{ ordered: number }>;
}

/** Makes them. */
export function createUndoPlans(deps: PlansDeps, desk: PlanDesk): UndoPlans {
  const { database, clock, connectors } = deps;

  const planOf =
    (context: RequestContext, undo: UndoOf) =>
    async (trial: Database, rehearsals: OpenRehearsal[]): Promise<UndoPlan> => {
      const open = onlyOne(rehearsals);
      const undoable = await requireUndoable(trial, { tenantId: context.tenantId, ...undo });
      const correlationId = `plan-${newSecret(12)}`;
      await switchOn(trial, rehearsals);
      const resourceIds = await orderUndo(
        { database: trial, clock, context: { ...context, correlationId } },
        undoable,
      );
      const on = { trial, open, connectors, now: clock.now(), correlationId };
      const plan = await rehearsePlan({ ...on, resourceIds, isOrdered: true });
      const { attemptId, resourceId } = undoable.image;
      const comesBack = (await rehearsePlan({ ...on, resourceIds: [resourceId] })).calls;
      const hash = digestOf({ attemptId, way: undoable.way, plan: plan.hash, comesBack });
      return { hash, attemptId, way: undoable.way, plan, comesBack };
    };

  async function connectionOf(tenantId: string, deliveryId: string): Promise<Connection> {
    const rows = await database.query<{ connection_id: string }>(
      "select connection_id from delivery where tenant_id = $1 and id = $2",
      [tenantId, deliveryId],
    );
    if (rows[0] === undefined) throw new DeliveryNotFoundError(deliveryId);
    return desk.find(tenantId, rows[0].connection_id);
  }

  return {
    async planUndo(context, undo) {
      const connection = await connectionOf(context.tenantId, undo.deliveryId);
      return desk.plan([connection], planOf(context, undo));
    },

    async applyUndo(context, undo, hash) {
      const { tenantId } = context;
      const connection = await connectionOf(tenantId, undo.deliveryId);
      return desk.apply([connection], planOf(context, undo), {
        hash,
        idsOf: ({ plan }) => idsIn(plan),
        async carryOut(tx, { attemptId, way }) {
          const undoable = await requireUndoable(tx, { tenantId, ...undo, attemptId });
          const within = databaseWithin(tx, database.kind);
          const ordered = await orderUndo({ database: within, clock, context }, undoable);
          const object = { type: "delivery", id: undo.deliveryId } as const;
          const note = { object, verb: "undone", after: { attemptId, way } };
          await appendAudit(tx, { ...context, now: clock.now() }, note);
          return { ordered: ordered.length };
        },
      });
    },
  };
}
