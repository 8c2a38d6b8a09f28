import { appendAudit } from "../../audit/append-audit.js";
import type { BulkOutcome } from "../../directory/bulk.js";
import type { RequestContext } from "../../directory/request-context.js";
import { type Connection, listConnections } from "../../persistence/connection-store.js";
import type { Database } from "../../persistence/database.js";
import { databaseWithin } from "../../persistence/trial.js";
import { newSecret } from "../../platform/ids.js";
import type { BulkRequest } from "../../scim/bulk/bulk-request.js";
import type { Plan } from "./plan.js";
import { idsIn, type PlanDesk, type PlansDeps, switchOn } from "./plan-desk.js";
import { digestOf } from "./plan-hash.js";
import type { OpenRehearsal } from "./rehearsal-sessions.js";
import { rehearsePlan } from "./rehearse-plan.js";
import { carryOutChange, orderedBy } from "./scim-change.js";

/** What a SCIM change would do, or did, in the directory and at the connections. */
export interface ChangePlan {
  hash: string;
  outcomes: BulkOutcome[];
  plans: Plan[];
}

/** A SCIM change, read already, and the connection to look at; every one that is on by default. */
export interface PlannedChange {
  request: BulkRequest;
  connectionId?: string | undefined;
}

/** Plans of SCIM changes that were not made. */
export interface ChangePlans {
  /** What a SCIM change would do. */
  planChange(context: RequestContext, change: PlannedChange): Promise<ChangePlan>;
  /**
   * Makes a SCIM change, and with it orders its deliveries, if its plan still has this hash.
   * @throws PlanOutdatedError, ConnectionDisabledError
   */
  applyChange(context: RequestContext, change: PlannedChange, hash: string): Promise<ChangePlan>;
}

/** Connections that a SCIM change is planned for, at most. */
const MAX_CONNECTIONS = 20;

/** Makes them. */
export function createChangePlans(deps: PlansDeps, desk: PlanDesk): ChangePlans {
  const { database, clock, connectors } = deps;
  const onFailure = deps.onFailure ?? (() => undefined);

  const planOf =
    (context: RequestContext, { request }: PlannedChange, seed: string) =>
    async (trial: Database, rehearsals: OpenRehearsal[]): Promise<ChangePlan> => {
      const { tenantId } = context;
      // Of this plan alone, so that what the change orders can be told from what waits already.
      const correlationId = `plan-${newSecret(12)}`;
      await switchOn(trial, rehearsals);
      const outcomes = await carryOutChange(
        // A hash takes long by design, and changes nothing at a vendor.
        { database: trial, clock, passwords: "discard", onFailure },
        { ...context, correlationId },
        request,
        seed,
      );
      const plans: Plan[] = [];
      for (const open of rehearsals) {
        const { id: connectionId } = open.connection;
        const resourceIds = await orderedBy(trial, { tenantId, connectionId, correlationId });
        const ordered = { resourceIds, isOrdered: true };
        const now = clock.now();
        plans.push(await rehearsePlan({ trial, open, connectors, ...ordered, now, correlationId }));
      }
      const answers = outcomes.map((outcome) =>
        "error" in outcome ? [outcome.error.status, outcome.error.scimType] : [outcome.id],
      );
      const digest = digestOf({ answers, plans: plans.map(({ hash }) => hash) });
      return { hash: `${seed}.${digest}`, outcomes, plans };
    };

  async function connectionsFor(tenantId: string, connectionId: string | undefined): Promise<Connection[]> {
    if (connectionId !== undefined) return [await desk.find(tenantId, connectionId)];
    const all = await listConnections(database, tenantId, { limit: MAX_CONNECTIONS });
    return all.filter(({ enabled }) => enabled);
  }

  return {
    async planChange(context, change) {
      const connections = await connectionsFor(context.tenantId, change.connectionId);
      return desk.plan(connections, planOf(context, change, newSecret(12)));
    },

    async applyChange(context, change, hash) {
      const connections = await connectionsFor(context.tenantId, change.connectionId);
      // New resources get the ids that the plan gave them.
      const [seed = ""] = hash.split(".");
      return desk.apply(connections, planOf(context, change, seed), {
        hash,
        idsOf: ({ plans }) => plans.flatMap(idsIn),
        async carryOut(tx, { plans }) {
          const passwords = deps.passwords ?? "hash";
          const within = { database: databaseWithin(tx, database.kind), clock, passwords, onFailure };
          const outcomes = await carryOutChange(within, context, change.request, seed);
          const after = { operations: outcomes.length, connections: plans.map((one) => one.connectionId) };
          const note = { object: { type: "plan" }, verb: "applied", after } as const;
          await appendAudit(tx, { ...context, now: clock.now() }, note);
          return { hash, outcomes, plans };
        },
      });
    },
  };
}
