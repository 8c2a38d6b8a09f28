import type { Connector, ConnectorSession, VendorCall } from "../connectors/connector.js";
import type { Directory } from "../directory/directory.js";
import { releaseAllLeases } from "../outbox/claim.js";
import type { ClaimedDelivery } from "../outbox/delivery.js";
import type { AdoptionReport, ReportEnd } from "../persistence/adoption-report-store.js";
import type { Connection } from "../persistence/connection-store.js";
import type { Database } from "../persistence/database.js";
import type { RunEnd } from "../persistence/run-lease.js";
import type { Run } from "../persistence/run-store.js";
import type { Clock } from "../platform/clock.js";
import { createOrderedIds } from "../platform/ids.js";
import { startReporter } from "./adoption/report/reporter.js";
import { createOpenConnections } from "./connections/open-connections.js";
import { createDeliver, type DeliverySettled } from "./deliver.js";
import { startEventWatch } from "./events/event-watch.js";
import type { LookNote } from "./events/look-at-hints.js";
import { createAdoptValues } from "./reconciliation/adopt-values.js";
import { startReconciler } from "./reconciliation/reconciler.js";
import { startScheduler } from "./reconciliation/scheduler.js";
import type { QuarantineNote } from "./trouble/quarantine.js";
import { createTroubleWatch } from "./trouble/trouble-watch.js";
import { defaultWorkerSettings, startWorker, type WorkerSettings } from "./worker.js";

/** What the outbound half tells of itself while it works. */
export interface ProvisionerReports {
  /** Told of every vendor call, with the id of the connector that made it. */
  onCall(call: VendorCall, connector: string): void;
  onSettled(event: DeliverySettled): void;
  /** Told when a connection begins to rest, goes on resting, or works again. */
  onQuarantine(note: QuarantineNote): void;
  /** Told of each reconciliation that ended in this process. */
  onRunEnded(run: Run, end: RunEnd): void;
  /** Told of each report of what exists at a vendor that ended in this process. */
  onReportEnded(report: AdoptionReport, end: ReportEnd): void;
  /** Trouble of our own, such as a database that went away; with the delivery where it concerns one. */
  onError(error: unknown, delivery?: ClaimedDelivery): void;
  /** Trouble of our own with a run, or with finding one. */
  onRunError(error: unknown, run?: Run): void;
  /** Told of each look at a record that an event of a vendor named. */
  onLook(note: LookNote): void;
  /** Trouble of our own with such looks. */
  onEventError(error: unknown): void;
}

/** What the outbound half of the gateway needs. */
export interface ProvisionerDeps extends ProvisionerReports {
  database: Database;
  clock: Clock;
  connectors: { get(id: string): Connector | undefined };
  openSession(connection: Connection, options: { onCall: (call: VendorCall) => void }): ConnectorSession;
  /** Where a reconciliation writes values of the vendor that are to stand in SCIM. */
  directory: Pick<Directory, "read" | "patch">;
  settings?: Partial<WorkerSettings>;
}

/** The running outbound half: one worker with its open connections, and the reconciler beside it. */
export interface Provisioner {
  /** Lets running deliveries finish for up to `graceMs`, hands the others back, closes the sessions. */
  stop(graceMs?: number): Promise<void>;
}

/** Starts the worker of this process. What a dead predecessor on the embedded database had claimed is freed first. */
export async function startProvisioner(deps: ProvisionerDeps): Promise<Provisioner> {
  const { database, clock } = deps;
  const connections = createOpenConnections({
    database,
    connectors: deps.connectors,
    openSession: deps.openSession,
    onCall: deps.onCall,
  });
  const deliver = createDeliver({
    database,
    clock,
    random: Math.random,
    connections,
    trouble: createTroubleWatch(),
    onSettled: deps.onSettled,
    onQuarantine: deps.onQuarantine,
  });
  await releaseAllLeases(database, clock.now());
  const worker = await startWorker({
    database,
    clock,
    settings: { ...defaultWorkerSettings, ...deps.settings },
    deliver,
    onError: deps.onError,
  });
  const adoptValues = createAdoptValues({ database, clock, directory: deps.directory });
  const reconciler = await startReconciler({
    database,
    clock,
    connections,
    adoptValues,
    onRunEnded: deps.onRunEnded,
    onError: deps.onRunError,
  });
  const reporter = await startReporter({
    ...{ database, clock, connections },
    onReportEnded: deps.onReportEnded,
    onError: (error) => deps.onRunError(error),
  });
  const eventWatch = await startEventWatch({
    database,
    clock,
    connections,
    adoptValues,
    nextRunId: createOrderedIds(),
    onLook: deps.onLook,
    onError: deps.onEventError,
  });
  const scheduler = startScheduler({ database, clock, onError: deps.onRunError });
  return {
    async stop(graceMs) {
      await Promise.all([
        scheduler.stop(),
        eventWatch.stop(),
        reconciler.stop(),
        reporter.stop(),
        worker.stop(graceMs),
      ]);
      await connections.close();
    },
  };
}
