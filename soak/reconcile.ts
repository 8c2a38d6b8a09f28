import { createDingTalkConnector } from "../src/connectors/dingtalk/index.js";
import { createConnectorRegistry } from "../src/connectors/registry.js";
import type { Directory } from "../src/directory/directory.js";
import type { RequestContext } from "../src/directory/request-context.js";
import { appendBacklog } from "../src/outbox/append-backlog.js";
import type { Database } from "../src/persistence/database.js";
import { claimRun, endRun } from "../src/persistence/run-lease.js";
import type { SecretBox } from "../src/platform/secret-box.js";
import { createConnections } from "../src/provisioning/connections/connections.js";
import { createOpenConnections } from "../src/provisioning/connections/open-connections.js";
import { createSharedPacer } from "../src/provisioning/connections/shared-pacer.js";
import { createAdoptValues } from "../src/provisioning/reconciliation/adopt-values.js";
import { performRun } from "../src/provisioning/reconciliation/perform-run.js";
import { createRuns, type RunSummary } from "../src/provisioning/reconciliation/runs.js";
import type { FakeClock } from "../test/support/fake-clock.js";
import type { Vendor } from "./vendor.js";
import { RATE_PER_SECOND } from "./worker-process.js";

const LEASE_MS = 60_000;

/** What a run of reconciliation works on. */
export interface ReconcileInput {
  database: Database;
  directory: Directory;
  clock: FakeClock;
  vendor: Vendor;
  secretBox: SecretBox;
  context: RequestContext;
  connectionId: string;
}

/** Compares everything DingTalk shows with what was sent, without changing anything; answers what was found. */
export async function dryRun(input: ReconcileInput): Promise<{ status: string; found: RunSummary["found"] }> {
  const { database, clock, context, connectionId } = input;
  const connectors = createConnectorRegistry([createDingTalkConnector({}, () => input.vendor.http)]);
  const { openSession } = createConnections({
    database,
    clock,
    secretBox: input.secretBox,
    connectors,
    outbox: { appendBacklog },
    pacerFor: ({ tenantId, id }) =>
      createSharedPacer({ database, clock, tenantId, connectionId: id, ratePerSecond: RATE_PER_SECOND }),
  });
  const connections = createOpenConnections({ database, connectors, openSession, onCall: () => undefined });
  const adoptValues = createAdoptValues({ database, clock, directory: input.directory });
  const runs = createRuns({ database, clock });
  const queued = await runs.start(context, connectionId, { dryRun: true, acceptScope: false });
  const run = await claimRun(database, clock.now(), LEASE_MS, 5);
  if (run === undefined) throw new Error("the run was not queued");

  let over = false;
  const deps = { database, clock, connections, adoptValues, leaseMs: LEASE_MS };
  const ending = performRun(deps, run, new AbortController().signal).finally(() => {
    over = true;
  });
  while (!over) {
    const wake = clock.nextWake();
    await clock.advance(wake === undefined ? 0 : wake.getTime() - clock.now().getTime());
  }
  await endRun(database, run, await ending, clock.now());
  const seen = await runs.get(context.tenantId, connectionId, queued.run.id);
  return { status: seen.run.status, found: seen.summary.found };
}
