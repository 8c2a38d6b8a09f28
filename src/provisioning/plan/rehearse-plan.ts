import type { Connector } from "../../connectors/connector.js";
import { findConnection } from "../../persistence/connection-store.js";
import type { Database } from "../../persistence/database.js";
import { makePlan } from "./make-plan.js";
import type { Plan } from "./plan.js";
import { PlanBusyError } from "./plan-errors.js";
import type { OpenRehearsal } from "./rehearsal-sessions.js";
import { rehearseDeliveries } from "./rehearse-deliveries.js";

/** Deliveries carried out in one plan, at most. */
const MAX_STEPS = 1_000;

/** What is to be planned on an open rehearsal. */
export interface PlanInput {
  trial: Database;
  open: OpenRehearsal;
  connectors: { get(id: string): Connector | undefined };
  resourceIds: readonly string[];
  /** Whether their deliveries are ordered already, within the trial. */
  isOrdered?: boolean;
  now: Date;
  correlationId: string;
}

/**
 * Rehearses the deliveries of these resources and reads the plan out of it. Where answers of the vendor are missing, the plan
 * is not what it says yet.
 * @throws PlanBusyError where the connection has changed since the rehearsal was opened
 */
export async function rehearsePlan(input: PlanInput): Promise<Plan> {
  const { trial, open, resourceIds } = input;
  const { tenantId, id: connectionId, version } = open.connection;
  const present = await findConnection(trial, { tenantId, id: connectionId });
  // The session is of the former settings.
  if (present?.version !== version) throw new PlanBusyError();
  const rehearsed = await rehearseDeliveries({
    trial,
    connectors: input.connectors,
    session: open.session,
    tenantId,
    connectionId,
    resourceIds,
    isOrdered: input.isOrdered === true,
    now: input.now,
    correlationId: input.correlationId,
    maxSteps: MAX_STEPS,
  });
  const ids = new Set(rehearsed.steps.map(({ delivery }) => delivery.resourceId));
  const names = await namesOf(trial, tenantId, [...ids]);
  return makePlan({ connection: { id: connectionId, version }, resourceIds, names, rehearsed });
}

async function namesOf(trial: Database, tenantId: string, ids: string[]): Promise<Map<string, string>> {
  const rows = await trial.query<{ id: string; name: string | null }>(
    `select id, coalesce(doc->>'displayName', doc->>'userName') as name
       from resource where tenant_id = $1 and id = any($2::uuid[])`,
    [tenantId, ids],
  );
  return new Map(rows.flatMap(({ id, name }) => (name === null ? [] : [[id, name]])));
}
