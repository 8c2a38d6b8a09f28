import { appendAudit } from "../../audit/append-audit.js";
import type { RequestContext } from "../../directory/request-context.js";
import type { Database } from "../../persistence/database.js";
import { listActedRows } from "../../persistence/run-row-store.js";
import { findRun, type Run } from "../../persistence/run-store.js";
import { databaseWithin } from "../../persistence/trial.js";
import { newSecret } from "../../platform/ids.js";
import { RunActiveError, RunNotFoundError } from "../reconciliation/runs.js";
import type { Plan, PlannedCall } from "./plan.js";
import { idsIn, onlyOne, type PlanDesk, type PlansDeps, switchOn } from "./plan-desk.js";
import { digestOf } from "./plan-hash.js";
import type { OpenRehearsal } from "./rehearsal-sessions.js";
import { rehearsePlan } from "./rehearse-plan.js";
import type { UndoDeps, UndoWay } from "./undo.js";
import { type NotUndone, orderRunUndo, type RunUndoable, runUndoable } from "./undo-run.js";

/** Which part of a run is to be undone. */
export interface RunUndoOf {
  connectionId: string;
  runId: string;
  /** The newest rows first; those after the row with this id. */
  before?: string | undefined;
  /** Rows at most. */
  limit: number;
}

/** One resource of which something is undone. */
export interface UndoneRow {
  rowId: string;
  resourceType: RunUndoable["row"]["resourceType"];
  resourceId: string;
  resourceName: string | null;
  /** How what was written at the vendor is undone; null where nothing was. */
  way: UndoWay | null;
  /** Where values that were taken over are put back; `groups` stands for memberships. */
  putBack: string[];
}

/** One resource that stays as the run left it, and why. */
export type KeptRow = Omit<UndoneRow, "way" | "putBack"> & Omit<NotUndone, "row">;

/** What the undo of a run, or of a part of it, would do. */
export interface RunUndoPlan {
  hash: string;
  undone: UndoneRow[];
  notUndone: KeptRow[];
  plan: Plan;
  /** What the next deliveries after the undo would call: SCIM still demands it. */
  comesBack: PlannedCall[];
  /** The next part is what comes after this row. */
  next?: string;
}

/** Undoing what a run ordered and took over. */
export interface RunUndoPlans {
  /**
   * What it would take to undo a run, the newest of what it did first, a part at a time.
   * @throws RunNotFoundError, RunActiveError
   */
  planRunUndo(context: RequestContext, undo: RunUndoOf): Promise<RunUndoPlan>;
  /**
   * Undoes a part whose plan still has this hash: what was taken over is put back, and the deliveries are ordered.
   * @throws as planRunUndo; PlanOutdatedError, ConnectionDisabledError
   */
  applyRunUndo(context: RequestContext, undo: RunUndoOf, hash: string): Promise<{ ordered: number }>;
}

/** Makes them. */
export function createRunUndoPlans(deps: PlansDeps, desk: PlanDesk): RunUndoPlans {
  const { database, clock, connectors } = deps;

  async function requireRun(tenantId: string, { connectionId, runId }: RunUndoOf): Promise<Run> {
    const run = await findRun(database, { tenantId, id: runId });
    if (run === undefined || run.connectionId !== connectionId) throw new RunNotFoundError(runId);
    if (run.status === "queued" || run.status === "running") throw new RunActiveError(runId);
    return run;
  }

  const planOf =
    (context: RequestContext, undo: RunUndoOf) =>
    async (trial: Database, rehearsals: OpenRehearsal[]): Promise<RunUndoPlan> => {
      const open = onlyOne(rehearsals);
      const correlationId = `plan-${newSecret(12)}`;
      await switchOn(trial, rehearsals);
      const within = { database: trial, clock, context: { ...context, correlationId } };
      const { undone, notUndone, ordered, next } = await orderPart(within, undo);
      const on = { trial, open, connectors, now: clock.now(), correlationId };
      const plan = await rehearsePlan({ ...on, resourceIds: ordered, isOrdered: true });
      const written = undone.filter(({ way }) => way !== null).map(({ resourceId }) => resourceId);
      const comesBack = (await rehearsePlan({ ...on, resourceIds: written })).calls;
      const hash = digestOf({ runId: undo.runId, undone, notUndone, plan: plan.hash, comesBack });
      return { hash, undone, notUndone, plan, comesBack, ...(next !== undefined && { next }) };
    };

  return {
    async planRunUndo(context, undo) {
      await requireRun(context.tenantId, undo);
      const connection = await desk.find(context.tenantId, undo.connectionId);
      return desk.plan([connection], planOf(context, undo));
    },

    async applyRunUndo(context, undo, hash) {
      const run = await requireRun(context.tenantId, undo);
      const connection = await desk.find(context.tenantId, undo.connectionId);
      return desk.apply([connection], planOf(context, undo), {
        hash,
        idsOf: ({ plan, undone }) => [...idsIn(plan), ...undone.map(({ resourceId }) => resourceId)],
        async carryOut(tx) {
          const within = { database: databaseWithin(tx, database.kind), clock, context };
          const { ordered, undone } = await orderPart(within, undo);
          const object = { type: "run", id: run.id, name: connection.name } as const;
          const after = { connectionId: connection.id, resources: undone.length };
          await appendAudit(tx, { ...context, now: clock.now() }, { object, verb: "undone", after });
          return { ordered: ordered.length };
        },
      });
    },
  };
}

/** Puts back and orders one part of a run's undo; the newest row first, so that people go before their departments. */
async function orderPart(
  within: UndoDeps,
  { runId, before, limit }: RunUndoOf,
): Promise<Pick<RunUndoPlan, "undone" | "notUndone" | "next"> & { ordered: string[] }> {
  const { tenantId } = within.context;
  const rows = await listActedRows(within.database, tenantId, { runId, before, limit: limit + 1 });
  const part = rows.slice(0, limit);
  const next = rows.length > limit ? part.at(-1)?.id : undefined;
  const undone: UndoneRow[] = [];
  const notUndone: KeptRow[] = [];
  let ordered: string[] = [];
  for (const row of part) {
    const undoable = await runUndoable(within, row);
    if (undoable === undefined) continue;
    const outcome = "code" in undoable ? undoable : await orderRunUndo(within, undoable);
    if ("code" in outcome) notUndone.push(keptRow(outcome));
    else {
      ordered = outcome;
      if (!("code" in undoable)) undone.push(undoneRow(undoable));
    }
  }
  return { undone, notUndone, ordered, ...(next !== undefined && { next }) };
}

function undoneRow({ row, written, adopted }: RunUndoable): UndoneRow {
  const moved = adopted.some(({ joined, left }) => joined.length + left.length > 0);
  const paths = adopted.flatMap(({ changes }) => changes.map(({ path }) => path));
  return { ...named(row), way: written?.way ?? null, putBack: [...paths, ...(moved ? ["groups"] : [])] };
}

function keptRow({ row, ...reason }: NotUndone): KeptRow {
  return { ...named(row), ...reason };
}

function named({ id, resourceType, resourceId, name }: RunUndoable["row"]) {
  return { rowId: id, resourceType, resourceId, resourceName: name };
}
