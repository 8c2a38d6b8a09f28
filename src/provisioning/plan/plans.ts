import type { Connector, ConnectorSession, Rehearsal, VendorCall } from "../../connectors/connector.js";
import { type Connection, findConnection } from "../../persistence/connection-store.js";
import { type Database, StatementError } from "../../persistence/database.js";
import { tryOut } from "../../persistence/trial.js";
import type { Clock } from "../../platform/clock.js";
import { createCallRecorder } from "../call-recorder.js";
import { ConnectionNotFoundError } from "../connections/connection-errors.js";
import { type Choice, chooseResources, type PlanPosition } from "./choose-resources.js";
import { makePlan } from "./make-plan.js";
import type { Plan } from "./plan.js";
import { PlanBusyError, PlannedResourceNotFoundError } from "./plan-errors.js";
import { rehearseDeliveries } from "./rehearse-deliveries.js";
import { createVendorReads } from "./vendor-reads.js";

/** On whose behalf a plan is made. */
export interface PlanContext {
  tenantId: string;
  correlationId: string;
}

/** What would happen, without anything happening. */
export interface Plans {
  /**
   * What the delivery of one resource would do at a connection, on or off.
   * @throws ConnectionNotFoundError, PlannedResourceNotFoundError, VendorSilentError, PlanBusyError
   */
  planResource(context: PlanContext, connectionId: string, resourceId: string): Promise<Plan>;
  /**
   * What the delivery of the resources of a connection would do, on or off, some of them at a time. Each page is whole in
   * itself: what its resources need from pages before is in it as a prerequisite.
   * @throws as planResource does
   */
  planConnection(context: PlanContext, connectionId: string, page: PlanPage): Promise<PagedPlan>;
}

/** Which resources of a connection to plan. */
export type PlanPage = Pick<Choice, "from" | "limit" | "unsettledOnly">;

/** A plan of some resources, and where the next ones begin. */
export interface PagedPlan extends Plan {
  next?: PlanPosition;
}

/** What plans are made with. */
export interface PlansDeps {
  database: Database;
  clock: Clock;
  connectors: { get(id: string): Connector | undefined };
  openSession(
    connection: Connection,
    options: { onCall: (call: VendorCall) => void; rehearsal: Rehearsal },
  ): ConnectorSession;
  /** Told of the reads, which are calls of the vendor like any other. */
  onCall(call: VendorCall, connector: string): void;
}

/** Deliveries carried out in one plan, at most. */
const MAX_STEPS = 1_000;
/** Each run of a rehearsal asks what follows from the answers before; a person takes three or four. */
const MAX_RUNS = 30;

/** Makes the service. */
export function createPlans(deps: PlansDeps): Plans {
  const { database, clock, connectors } = deps;

  async function plan(
    context: PlanContext,
    connectionId: string,
    choose: (trial: Database) => Promise<string[]>,
  ): Promise<Plan> {
    const { tenantId, correlationId } = context;
    const connection = await findConnection(database, { tenantId, id: connectionId });
    if (connection === undefined) throw new ConnectionNotFoundError(connectionId);
    const reads = createVendorReads(clock);
    const recorder = createCallRecorder((call) => {
      if (call.planned !== true) deps.onCall(call, connection.connector);
    });
    const session = deps.openSession(connection, {
      onCall: (call) => recorder.onCall(call, connection.connector),
      rehearsal: reads.rehearsal,
    });
    try {
      for (let run = 0; run < MAX_RUNS; run += 1) {
        reads.rehearsal.written.clear();
        const made = await tryOutUndisturbed(database, async (trial) => {
          const present = await findConnection(trial, { tenantId, id: connectionId });
          // Its session is of the former settings.
          if (present?.version !== connection.version) throw new PlanBusyError();
          const resourceIds = await choose(trial);
          const rehearsed = await rehearseDeliveries({
            trial,
            connectors,
            session,
            recorder,
            tenantId,
            connectionId,
            resourceIds,
            now: clock.now(),
            correlationId,
            maxSteps: MAX_STEPS,
          });
          const ids = new Set(rehearsed.steps.map(({ delivery }) => delivery.resourceId));
          const names = await namesOf(trial, tenantId, [...ids]);
          return makePlan({
            connection: { id: connectionId, version: connection.version },
            resourceIds,
            names,
            rehearsed,
          });
        });
        if ((await reads.fetch()) === 0) return made;
      }
      throw new PlanBusyError("The vendor's answers kept leading to further questions; plan less at once.");
    } finally {
      await session.close();
    }
  }

  return {
    planResource: (context, connectionId, resourceId) =>
      plan(context, connectionId, async (trial) => {
        const rows = await trial.query("select 1 from resource where tenant_id = $1 and id = $2", [
          context.tenantId,
          resourceId,
        ]);
        if (rows.length === 0) throw new PlannedResourceNotFoundError();
        return [resourceId];
      }),

    async planConnection(context, connectionId, page) {
      let next: PlanPosition | undefined;
      const made = await plan(context, connectionId, async (trial) => {
        const chosen = await chooseResources(trial, { tenantId: context.tenantId, connectionId, ...page });
        next = chosen.next;
        return chosen.resourceIds;
      });
      return { ...made, ...(next !== undefined && { next }) };
    },
  };
}

const TRIES = 3;

/** A trial gives way to real writes; then it is made once more, a few times. @throws PlanBusyError */
async function tryOutUndisturbed<T>(database: Database, work: (trial: Database) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryOut(database, work);
    } catch (error) {
      const isLocked = error instanceof StatementError && error.sqlState === "55P03";
      if (!isLocked) throw error;
      if (attempt === TRIES) throw new PlanBusyError();
    }
  }
}

async function namesOf(trial: Database, tenantId: string, ids: string[]): Promise<Map<string, string>> {
  const rows = await trial.query<{ id: string; name: string | null }>(
    `select id, coalesce(doc->>'displayName', doc->>'userName') as name
       from resource where tenant_id = $1 and id = any($2::uuid[])`,
    [tenantId, ids],
  );
  return new Map(rows.flatMap(({ id, name }) => (name === null ? [] : [[id, name]])));
}
