import { beforeEach } from "vitest";
import type { Database } from "../../../src/persistence/database.js";
import { claimRun } from "../../../src/persistence/run-lease.js";
import { listRunRows, type RunRow } from "../../../src/persistence/run-row-store.js";
import type { Run } from "../../../src/persistence/run-store.js";
import { createAdoptValues } from "../../../src/provisioning/reconciliation/adopt-values.js";
import { createRowDecisions } from "../../../src/provisioning/reconciliation/decide-row.js";
import { finishRun } from "../../../src/provisioning/reconciliation/finish-run.js";
import { performRun } from "../../../src/provisioning/reconciliation/perform-run.js";
import { type CountedRun, createRuns, type Runs } from "../../../src/provisioning/reconciliation/runs.js";
import { shareEngine } from "../share-engine.js";

/** A run as a test looks at it. */
export interface Seen extends CountedRun {
  rows: RunRow[];
}

/** An engine, and runs of its connection moved by hand. */
export function shareReconciliation() {
  const shared = shareEngine();
  const { engine, query, database } = shared;
  let runs: Runs;

  beforeEach(async () => {
    await query("truncate run, run_row, ignored_drift, run_schedule");
    runs = createRuns({ database: database(), clock: engine.clock });
  });

  const deps = (overrides: { database?: Database } = {}) => ({
    database: overrides.database ?? database(),
    clock: engine.clock,
    connections: engine.openConnections,
    adoptValues: createAdoptValues({
      database: database(),
      clock: engine.clock,
      directory: engine.directory,
    }),
    leaseMs: 60_000,
  });

  /** Carries a claimed run out, while deliveries go on; time passes only while the run waits. */
  async function carryOut(run: Run): Promise<void> {
    let over = false;
    const ending = performRun(deps(), run, new AbortController().signal).finally(() => {
      over = true;
    });
    while (!over) {
      await engine.step();
      if (engine.clock.sleeping() > 0) await engine.clock.advance(1_000);
    }
    await finishRun(database(), run, await ending, engine.clock.now());
  }

  return {
    ...shared,
    runs: () => runs,
    decisions: () =>
      createRowDecisions({
        database: database(),
        clock: engine.clock,
        connectors: engine.connectors,
        openSession: engine.connections.openSession,
        onCall: () => undefined,
        directory: engine.directory,
      }),
    deps,
    carryOut,

    /** Starts a run and carries it out. */
    async reconcile(options: { dryRun?: boolean; acceptScope?: boolean } = {}): Promise<Seen> {
      const { tenantId } = engine.context;
      const started = await runs.start(engine.context, engine.connectionId, {
        dryRun: options.dryRun ?? false,
        acceptScope: options.acceptScope ?? false,
      });
      const run = await claimRun(database(), engine.clock.now(), 60_000, 5);
      if (run === undefined) throw new Error("the run was not queued");
      await carryOut(run);
      const seen = await runs.get(tenantId, engine.connectionId, started.run.id);
      return { ...seen, rows: await listRunRows(database(), tenantId, { runId: run.id, limit: 1_000 }) };
    },

    /** Lets everything be delivered, and forgets the calls. */
    async settle(): Promise<void> {
      await engine.drain();
      engine.vendor.calls.length = 0;
    },

    /** The vendor's person or department, as the administrator at the vendor sees and changes it. */
    person(id: string) {
      const found = engine.vendor.users.get(id);
      if (found === undefined) throw new Error(`there is no person ${id}`);
      return found;
    },
    department(name: string) {
      const found = [...engine.vendor.departments.values()].find((one) => one.name === name);
      if (found === undefined) throw new Error(`there is no department ${name}`);
      return found;
    },
    /** Calls that change something at the vendor. */
    writes: () => engine.vendor.calls.filter(({ operation }) => /\.(create|update|remove)$/.test(operation)),
  };
}
