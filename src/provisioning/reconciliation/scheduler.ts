import type { Database } from "../../persistence/database.js";
import {
  forgetUnscheduled,
  listScheduled,
  noteNextRun,
  type ScheduledConnection,
  takeDueRun,
} from "../../persistence/run-schedule-store.js";
import { insertRun, type RunDepth } from "../../persistence/run-store.js";
import type { Clock } from "../../platform/clock.js";
import { newTimedId } from "../../platform/ids.js";
import { RUN_CHANNEL } from "./runs.js";
import { depthOf, nextFireTimes, readSchedule } from "./schedule.js";

/** What fires scheduled runs. */
export interface SchedulerDeps {
  database: Database;
  clock: Clock;
  onError(error: unknown): void;
}

/** The part of a worker that fires scheduled runs. */
export interface Scheduler {
  stop(): Promise<void>;
}

/** How often it is looked, in milliseconds: runs begin at most that much late. */
const LOOK_EVERY_MS = 10_000;

/** Who a scheduled run is started by. */
const SCHEDULE_ACTOR = "schedule";

/**
 * Queues the runs that are due. Of several processes exactly one queues each. Times that were missed, because no worker
 * ran or the connection was off, are made up for by one run. A run that is still active when the next is due takes its
 * place.
 */
export async function fireDueRuns({ database, clock }: Omit<SchedulerDeps, "onError">): Promise<void> {
  const now = clock.now();
  for (const connection of await listScheduled(database)) {
    const schedule = readSchedule(connection.schedule);
    const [next] = nextFireTimes(schedule, now, 1);
    if (next === undefined) continue;
    const rule = JSON.stringify(connection.schedule);
    if (connection.rule !== rule) await noteNextRun(database, connection, { rule, at: next });
    else if (connection.nextAt !== null && connection.nextAt <= now) {
      await fire(connection, next, depthOf(schedule));
    }
  }
  await forgetUnscheduled(database);

  async function fire(connection: ScheduledConnection, next: Date, depth: RunDepth): Promise<void> {
    const { tenantId, id: connectionId } = connection;
    await database.transaction(async (tx) => {
      if (!(await takeDueRun(tx, connection, next))) return;
      const id = newTimedId(now);
      await insertRun(tx, {
        tenantId,
        id,
        connectionId,
        trigger: "schedule",
        dryRun: false,
        acceptScope: false,
        depth,
        actor: SCHEDULE_ACTOR,
        correlationId: id,
        now,
      });
      tx.hint(RUN_CHANNEL);
    });
  }
}

/** Fires scheduled runs until stopped. */
export function startScheduler(deps: SchedulerDeps): Scheduler {
  const abort = new AbortController();
  const looping = loop();

  async function loop(): Promise<void> {
    while (!abort.signal.aborted) {
      try {
        await fireDueRuns(deps);
      } catch (error) {
        deps.onError(error);
      }
      await deps.clock.sleep(LOOK_EVERY_MS, abort.signal).catch(() => undefined);
    }
  }

  return {
    async stop() {
      abort.abort(new Error("The process is stopping."));
      await looping;
    },
  };
}
