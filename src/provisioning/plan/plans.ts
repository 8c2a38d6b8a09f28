import { type AuditContext, appendAudit } from "../../audit/append-audit.js";
import type { BulkOutcome } from "../../directory/bulk.js";
import type { PasswordPolicy } from "../../directory/directory.js";
import type { RequestContext } from "../../directory/request-context.js";
import { orderDeliveries } from "../../outbox/append.js";
import { type Connection, findConnection, listConnections } from "../../persistence/connection-store.js";
import type { Database, Transaction } from "../../persistence/database.js";
import { boundLockWaits, databaseWithin, tryOutWithin } from "../../persistence/trial.js";
import { newSecret } from "../../platform/ids.js";
import type { BulkRequest } from "../../scim/bulk/bulk-request.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { ConnectionDisabledError, ConnectionNotFoundError } from "../connections/connection-errors.js";
import { type Choice, chooseResources, type PlanPosition } from "./choose-resources.js";
import { lockWhatIsPlanned, tryOutUndisturbed, undisturbed } from "./locking.js";
import type { Plan } from "./plan.js";
import { PlanOutdatedError } from "./plan-errors.js";
import { createPlanGate } from "./plan-gate.js";
import { digestOf } from "./plan-hash.js";
import { type Preview, type PreviewOf, preview } from "./preview.js";
import { type OpenRehearsal, type RehearsalDeps, rehearsing, requireAnswers } from "./rehearsal-sessions.js";
import { rehearsePlan } from "./rehearse-plan.js";
import { requireResource } from "./require-resource.js";
import { carryOutChange, orderedBy } from "./scim-change.js";

/** On whose behalf a plan is made. */
export type PlanContext = AuditContext & { correlationId: string };

/** Which resources of a connection to plan: one, or some at a time. */
export type PlanSelection = { resourceId: string } | Pick<Choice, "from" | "limit" | "unsettledOnly">;

/** A plan of some resources, and where the next ones begin. */
export interface PagedPlan extends Plan {
  next?: PlanPosition;
}

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

/**
 * What would happen, without anything happening, and then just that, if nothing changed meanwhile. All of it may be refused
 * with ConnectionNotFoundError, VendorSilentError or PlanBusyError.
 */
export interface Plans {
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
  /** What a SCIM change would do. */
  planChange(context: RequestContext, change: PlannedChange): Promise<ChangePlan>;
  /**
   * Makes a SCIM change, and with it orders its deliveries, if its plan still has this hash.
   * @throws PlanOutdatedError, ConnectionDisabledError
   */
  applyChange(context: RequestContext, change: PlannedChange, hash: string): Promise<ChangePlan>;
  /**
   * Maps a sample, something stored or something at the vendor.
   * @throws ScimError where SCIM would refuse a sample, PlannedResourceNotFoundError, RemoteRecordNotFoundError
   */
  preview(context: RequestContext, connectionId: string, of: PreviewOf): Promise<Preview>;
}

/** What plans are made with. */
export interface PlansDeps extends RehearsalDeps {
  database: Database;
  /** What the directory does with passwords; "hash" by default. */
  passwords?: PasswordPolicy | undefined;
  /** Told of trouble of our own with one operation of a SCIM change. */
  onFailure?(error: unknown): void;
}

/** Connections that a SCIM change is planned for, at most. */
const MAX_CONNECTIONS = 20;

/** Makes the service. */
export function createPlans(deps: PlansDeps): Plans {
  const { database, clock, connectors } = deps;
  const inTurn = createPlanGate();
  const onFailure = deps.onFailure ?? (() => undefined);

  async function find(tenantId: string, id: string): Promise<Connection> {
    const connection = await findConnection(database, { tenantId, id });
    if (connection === undefined) throw new ConnectionNotFoundError(id);
    return connection;
  }

  async function planSelected(
    trial: Database,
    open: OpenRehearsal,
    { tenantId, correlationId }: PlanContext,
    selection: PlanSelection,
  ): Promise<PagedPlan> {
    const { id: connectionId } = open.connection;
    const chosen =
      "resourceId" in selection
        ? { resourceIds: [await requireResource(trial, tenantId, selection.resourceId)] }
        : await chooseResources(trial, { tenantId, connectionId, ...selection });
    const { resourceIds } = chosen;
    const now = clock.now();
    const plan = await rehearsePlan({ trial, open, connectors, resourceIds, now, correlationId });
    return { ...plan, ...("next" in chosen && chosen.next && { next: chosen.next }) };
  }

  async function planOfChange(
    trial: Database,
    open: readonly OpenRehearsal[],
    context: RequestContext,
    { request }: PlannedChange,
    seed: string,
  ): Promise<ChangePlan> {
    const { tenantId } = context;
    // Of this plan alone, so that what the change orders can be told from what waits already.
    const correlationId = `plan-${newSecret(12)}`;
    await switchOn(trial, open);
    const outcomes = await carryOutChange(
      // A hash takes long by design, and changes nothing at a vendor.
      { database: trial, clock, passwords: "discard", onFailure },
      { ...context, correlationId },
      request,
      seed,
    );
    const plans: Plan[] = [];
    for (const one of open) {
      const { id: connectionId } = one.connection;
      const resourceIds = await orderedBy(trial, { tenantId, connectionId, correlationId });
      const now = clock.now();
      plans.push(await rehearsePlan({ trial, open: one, connectors, resourceIds, now, correlationId }));
    }
    const answers = outcomes.map((outcome) =>
      "error" in outcome ? [outcome.error.status, outcome.error.scimType] : [outcome.id],
    );
    return {
      hash: `${seed}.${digestOf({ answers, plans: plans.map(({ hash }) => hash) })}`,
      outcomes,
      plans,
    };
  }

  async function connectionsFor(tenantId: string, connectionId: string | undefined): Promise<Connection[]> {
    if (connectionId !== undefined) return [await find(tenantId, connectionId)];
    const all = await listConnections(database, tenantId, { limit: MAX_CONNECTIONS });
    return all.filter(({ enabled }) => enabled);
  }

  /** One run: what is planned is looked at, locked, planned again and, if it is still the same, carried out. */
  function applyOnce<Planned extends { hash: string }, Result>(
    open: readonly OpenRehearsal[],
    hash: string,
    plan: (trial: Database) => Promise<Planned>,
    idsOf: (planned: Planned) => string[],
    carryOut: (tx: Transaction, planned: Planned) => Promise<Result>,
  ): Promise<Result> {
    return undisturbed(async () => {
      const first = await tryOutUndisturbed(database, plan);
      requireAnswers(open);
      if (first.hash !== hash) throw new PlanOutdatedError(first.hash);
      return database.transaction(async (tx) => {
        await boundLockWaits(tx);
        await lockWhatIsPlanned(
          tx,
          open.map(({ connection }) => connection),
          idsOf(first),
        );
        for (const { reads } of open) reads.rehearsal.written.clear();
        const present = await tryOutWithin(tx, database.kind, plan);
        requireAnswers(open);
        if (present.hash !== hash) throw new PlanOutdatedError(present.hash);
        return carryOut(tx, present);
      });
    });
  }

  return {
    planConnection: (context, connectionId, selection) =>
      inTurn(async () => {
        const connection = await find(context.tenantId, connectionId);
        return rehearsing(deps, [connection], ([open]) =>
          tryOutUndisturbed(database, (trial) => planSelected(trial, opened(open), context, selection)),
        );
      }),

    applyConnection: (context, connectionId, selection, hash) =>
      inTurn(async () => {
        const { tenantId, correlationId } = context;
        const connection = requireEnabled(await find(tenantId, connectionId));
        return rehearsing(deps, [connection], (open) =>
          applyOnce(
            open,
            hash,
            (trial) => planSelected(trial, opened(open[0]), context, selection),
            idsIn,
            async (tx, plan) => {
              const resourceIds = idsIn(plan);
              const ordering = { tenantId, connectionId, correlationId, now: clock.now(), resourceIds };
              const ordered = (await orderDeliveries(tx, ordering)).length;
              await noteApplied(tx, context, { connectionId, resources: ordered }, clock.now());
              return { ordered };
            },
          ),
        );
      }),

    preview: (context, connectionId, of) =>
      inTurn(async () => {
        const connection = await find(context.tenantId, connectionId);
        const seed = newSecret(12);
        return rehearsing(deps, [connection], ([one]) =>
          tryOutUndisturbed(database, async (trial) => {
            const open = opened(one);
            await switchOn(trial, [open]);
            return preview({ trial, open, connectors, clock, context, seed }, of);
          }),
        );
      }),

    planChange: (context, change) =>
      inTurn(async () => {
        const connections = await connectionsFor(context.tenantId, change.connectionId);
        const seed = newSecret(12);
        return rehearsing(deps, connections, (open) =>
          tryOutUndisturbed(database, (trial) => planOfChange(trial, open, context, change, seed)),
        );
      }),

    applyChange: (context, change, hash) =>
      inTurn(async () => {
        const connections = await connectionsFor(context.tenantId, change.connectionId);
        for (const connection of connections) requireEnabled(connection);
        const [seed = ""] = hash.split(".");
        return rehearsing(deps, connections, (open) =>
          applyOnce(
            open,
            hash,
            (trial) => planOfChange(trial, open, context, change, seed),
            ({ plans }) => plans.flatMap(idsIn),
            async (tx, { plans }) => {
              const outcomes = await carryOutChange(
                {
                  database: databaseWithin(tx, database.kind),
                  clock,
                  passwords: deps.passwords ?? "hash",
                  onFailure,
                },
                context,
                change.request,
                seed,
              );
              const operations = outcomes.length;
              await noteApplied(
                tx,
                context,
                { operations, connections: plans.map((one) => one.connectionId) },
                clock.now(),
              );
              return { hash, outcomes, plans };
            },
          ),
        );
      }),
  };
}

function noteApplied(tx: Transaction, context: PlanContext, after: JsonObject, now: Date): Promise<void> {
  return appendAudit(tx, { ...context, now }, { object: { type: "plan" }, verb: "applied", after });
}

function idsIn(plan: Plan): string[] {
  return plan.items.map(({ resourceId }) => resourceId);
}

function opened(open: OpenRehearsal | undefined): OpenRehearsal {
  if (open === undefined) throw new TypeError("no connection was opened");
  return open;
}

function requireEnabled(connection: Connection): Connection {
  if (!connection.enabled) throw new ConnectionDisabledError(connection.id);
  return connection;
}

/** A change orders nothing to a connection that is off; in a trial nobody sees that it is on. */
async function switchOn(trial: Database, open: readonly OpenRehearsal[]): Promise<void> {
  for (const { connection } of open) {
    if (connection.enabled) continue;
    await trial.query("update connection set enabled = true where tenant_id = $1 and id = $2", [
      connection.tenantId,
      connection.id,
    ]);
  }
}
