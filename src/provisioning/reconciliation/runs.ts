import { appendAudit } from "../../audit/append-audit.js";
import { findConnection } from "../../persistence/connection-store.js";
import type { Database } from "../../persistence/database.js";
import { countRunRows, listRunRows, type RunRow, type RunRowQuery } from "../../persistence/run-row-store.js";
import {
  findActiveRun,
  findLastRuns,
  findRun,
  insertRun,
  listRuns,
  type Run,
  type RunDepth,
  type RunQuery,
} from "../../persistence/run-store.js";
import type { Clock } from "../../platform/clock.js";
import { createOrderedIds } from "../../platform/ids.js";
import { ConnectionNotFoundError } from "../connections/connection-errors.js";
import { type RunSummary, summarise } from "./run-summary.js";

export type {
  RunRow,
  RunRowKind,
  RunRowResult,
} from "../../persistence/run-row-store.js";
export type { Run, RunStatus } from "../../persistence/run-store.js";
export type { RunSummary } from "./run-summary.js";

/** Tells workers that a run was queued. Only a hint: they poll as well. */
export const RUN_CHANNEL = "run_due";

/** The connection has an active run: two would undo each other's work. */
export class RunActiveError extends Error {
  override readonly name = "RunActiveError";

  constructor(readonly runId: string) {
    super("A run of this connection is active; wait for its end.");
  }
}

/** A run that changes something needs a connection that is on. */
export class ConnectionOffError extends Error {
  override readonly name = "ConnectionOffError";

  constructor() {
    super("The connection is off: enable it first, or make a dry run.");
  }
}

/** There is no such run of the connection, or it is not kept any more. */
export class RunNotFoundError extends Error {
  override readonly name = "RunNotFoundError";

  constructor(readonly runId: string) {
    super("There is no run with this id, or it is not kept any more.");
  }
}

/** On whose behalf a run is started. */
export interface RunContext {
  tenantId: string;
  actor: string;
  correlationId: string;
}

/** A run with its rows counted. */
export interface CountedRun {
  run: Run;
  summary: RunSummary;
}

/** The runs of the connections: asked for here, carried out by a worker. */
export interface Runs {
  /**
   * Queues a run. A dry run only notes what it finds; `acceptScope` takes a smaller permission scope for meant; `depth`
   * is "full" by default.
   * @throws ConnectionNotFoundError, RunActiveError, ConnectionOffError
   */
  start(
    context: RunContext,
    connectionId: string,
    options: { dryRun: boolean; acceptScope: boolean; depth?: RunDepth },
  ): Promise<CountedRun>;
  /** Newest first. @throws ConnectionNotFoundError */
  list(tenantId: string, query: RunQuery): Promise<CountedRun[]>;
  /** @throws RunNotFoundError */
  get(tenantId: string, connectionId: string, runId: string): Promise<CountedRun>;
  /** What a run found, in the order in which it was found. @throws RunNotFoundError */
  rows(tenantId: string, connectionId: string, query: RunRowQuery): Promise<RunRow[]>;
  /** The newest run of each of these connections that has one. */
  last(tenantId: string, connectionIds: readonly string[]): Promise<CountedRun[]>;
}

/** Makes the service. */
export function createRuns({ database, clock }: { database: Database; clock: Clock }): Runs {
  const orderedIds = createOrderedIds();

  async function counted(tenantId: string, runs: readonly Run[]): Promise<CountedRun[]> {
    const counts = await countRunRows(
      database,
      tenantId,
      runs.map((run) => run.id),
    );
    return runs.map((run) => ({
      run,
      summary: summarise(
        run,
        counts.filter((count) => count.runId === run.id),
      ),
    }));
  }

  async function requireRun(tenantId: string, connectionId: string, runId: string): Promise<Run> {
    const run = await findRun(database, { tenantId, id: runId });
    if (run === undefined || run.connectionId !== connectionId) throw new RunNotFoundError(runId);
    return run;
  }

  return {
    async start(context, connectionId, { dryRun, acceptScope, depth = "full" }) {
      const { tenantId, actor, correlationId } = context;
      const connection = await findConnection(database, { tenantId, id: connectionId });
      if (connection === undefined) throw new ConnectionNotFoundError(connectionId);
      if (!connection.enabled && !dryRun) throw new ConnectionOffError();
      const now = clock.now();
      const id = orderedIds(now);
      const trigger = "manual";
      const given = {
        tenantId,
        id,
        connectionId,
        trigger,
        dryRun,
        acceptScope,
        depth,
        actor,
        correlationId,
        now,
      } as const;
      const inserted = await database.transaction(async (tx) => {
        if (!(await insertRun(tx, given))) return false;
        const object = { type: "run", id, name: connection.name } as const;
        const after = { connectionId, trigger, dryRun, acceptScope, depth };
        await appendAudit(tx, { ...context, now }, { object, verb: "started", after });
        return true;
      });
      if (!inserted) {
        const active = await findActiveRun(database, { tenantId, connectionId });
        throw new RunActiveError(active?.id ?? "");
      }
      database.hint(RUN_CHANNEL);
      const [started] = await counted(tenantId, [await requireRun(tenantId, connectionId, id)]);
      if (started === undefined) throw new RunNotFoundError(id);
      return started;
    },

    async list(tenantId, query) {
      const connection = await findConnection(database, { tenantId, id: query.connectionId });
      if (connection === undefined) throw new ConnectionNotFoundError(query.connectionId);
      return counted(tenantId, await listRuns(database, tenantId, query));
    },

    async get(tenantId, connectionId, runId) {
      const [found] = await counted(tenantId, [await requireRun(tenantId, connectionId, runId)]);
      if (found === undefined) throw new RunNotFoundError(runId);
      return found;
    },

    async rows(tenantId, connectionId, query) {
      await requireRun(tenantId, connectionId, query.runId);
      return listRunRows(database, tenantId, query);
    },

    async last(tenantId, connectionIds) {
      return counted(tenantId, await findLastRuns(database, tenantId, connectionIds));
    },
  };
}
