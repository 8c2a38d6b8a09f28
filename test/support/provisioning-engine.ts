import type { Connector } from "../../src/connectors/connector.js";
import {
  createMemoryConnector,
  createMemoryDirectory,
  type MemoryDirectory,
} from "../../src/connectors/memory/index.js";
import { type ConnectorRegistry, createConnectorRegistry } from "../../src/connectors/registry.js";
import { createDirectory, type Directory } from "../../src/directory/directory.js";
import type { RequestContext } from "../../src/directory/request-context.js";
import { appendBacklog } from "../../src/outbox/append-backlog.js";
import { claimDeliveries } from "../../src/outbox/claim.js";
import type { ClaimedDelivery } from "../../src/outbox/delivery.js";
import { createLeaseWatch } from "../../src/outbox/lease-watch.js";
import type { Database, Transaction } from "../../src/persistence/database.js";
import { createSecretBox } from "../../src/platform/secret-box.js";
import type { OpenConnections } from "../../src/provisioning/connections/connection-at-work.js";
import { type Connections, createConnections } from "../../src/provisioning/connections/connections.js";
import { createOpenConnections } from "../../src/provisioning/connections/open-connections.js";
import { createDeliver } from "../../src/provisioning/deliver.js";
import { createPlans, type Plans } from "../../src/provisioning/plan/plans.js";
import { createHeldRemovals, type HeldRemovals } from "../../src/provisioning/protection/held-removals.js";
import { provisioningStates } from "../../src/provisioning/provisioning-states.js";
import type { QuarantineNote } from "../../src/provisioning/trouble/quarantine.js";
import { createTroubleWatch } from "../../src/provisioning/trouble/trouble-watch.js";
import { createDialect } from "../../src/scim/dialect/dialect.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { defaultTenantId } from "./database.js";
import { createFakeClock, type FakeClock } from "./fake-clock.js";

/** Everything between a SCIM write and a vendor in memory, moved by hand: no worker, no time that passes by itself. */
export interface ProvisioningEngine {
  clock: FakeClock;
  directory: Directory;
  vendor: MemoryDirectory;
  connectionId: string;
  connections: Connections;
  heldRemovals: HeldRemovals;
  context: RequestContext;
  plans: Plans;
  /** The connections as deliveries use them. */
  openConnections: OpenConnections;
  connectors: ConnectorRegistry;
  /** What the process was told of quarantines, for its log. */
  quarantineNotes: QuarantineNote[];
  /** Changes rules of the connection, as an administrator does. */
  setPolicy(policy: JsonObject): Promise<void>;
  /** Claims what is due and carries it out, moving time to whatever is due next, until nothing is. */
  drain(): Promise<void>;
  /** Claims what is due and carries it out, once. Answers how many there were. */
  step(): Promise<number>;
  /** Claims what is due and dies. */
  claimAndDie(): Promise<ClaimedDelivery[]>;
  /** Claims what is due, makes the vendor calls, and dies before anything of it is written down. */
  callAndDie(): Promise<void>;
  /** The delivery's state and reason code of a resource. */
  stateOf(resourceId: string): Promise<{ state: string; code: string | undefined; notes: string[] }>;
}

/** A transaction of a process that dies where a delivery would be settled: at the lock that a settle begins with. */
function dyingAtSettle(tx: Transaction): Transaction {
  return {
    ...tx,
    hint: tx.hint.bind(tx),
    query: async (sql, parameters) => {
      if (sql.includes("hashtextextended($1, 7)")) throw new Error("killed");
      return tx.query(sql, parameters);
    },
  };
}

/** Assembles an engine on an empty vendor, with one enabled connection to it. */
export async function createProvisioningEngine(
  database: Database,
  options: { policy?: JsonObject; scope?: Record<string, string> } = {},
): Promise<ProvisioningEngine> {
  const clock = createFakeClock();
  const vendor = createMemoryDirectory();
  const connector: Connector = createMemoryConnector(vendor);
  const connectors = createConnectorRegistry([connector]);
  const connections = createConnections({
    database,
    clock,
    secretBox: createSecretBox(["a key for tests that is long enough"]),
    connectors,
    outbox: { appendBacklog },
    pacerFor: () => ({ reserve: async () => undefined, penalise: async () => undefined }),
  });
  const context = {
    tenantId: defaultTenantId,
    actor: "test",
    correlationId: "c-1",
    dialect: createDialect("auto"),
  };
  const { id: connectionId } = await connections.create(context, {
    connector: "memory",
    name: "memory",
    config: { corpId: `corp-${Math.random()}` },
    scope: options.scope ?? {},
    mapping: {},
    policy: options.policy ?? {},
    schedule: {},
  });
  await connections.enable(context, connectionId);
  const quarantineNotes: QuarantineNote[] = [];
  const parts = {
    clock,
    random: () => 0.5,
    connections: createOpenConnections({
      database,
      connectors,
      openSession: connections.openSession,
      onCall: () => undefined,
    }),
    trouble: createTroubleWatch(),
    onSettled: () => undefined,
    onQuarantine: (note: QuarantineNote) => void quarantineNotes.push(note),
  };
  const deliver = createDeliver({ ...parts, database });
  const doomed = createDeliver({
    ...parts,
    database: {
      ...database,
      query: database.query.bind(database),
      transaction: (work) => database.transaction((tx) => work(dyingAtSettle(tx))),
    },
  });
  const claim = () => claimDeliveries(database, { now: clock.now(), leaseMs: 30_000, limit: 5 });

  const leases = createLeaseWatch({ database, clock, leaseMs: 30_000 });

  async function step(): Promise<number> {
    await leases.look();
    const claimed = await claim();
    await Promise.all(claimed.map((delivery) => deliver(delivery, new AbortController().signal)));
    return claimed.length;
  }

  /** The next moment at which something is to be done, if there is one. */
  async function nextMoment(): Promise<Date | undefined> {
    const rows = await database.query<{ at: Date | null }>(
      `select min(greatest(d.next_attempt_at, c.paused_until)) as at
         from delivery d join connection c on c.tenant_id = d.tenant_id and c.id = d.connection_id
        where d.state = 'pending' and c.enabled`,
    );
    const leaseEnd = leases.nextEndMs();
    const moments = [
      ...(rows[0]?.at ? [rows[0].at.getTime()] : []),
      ...(leaseEnd === undefined ? [] : [clock.now().getTime() + leaseEnd]),
    ];
    return moments.length === 0 ? undefined : new Date(Math.min(...moments));
  }

  const directory = createDirectory({ database, clock, provisioningStates });
  return {
    clock,
    directory,
    heldRemovals: createHeldRemovals({ database, clock, directory }),
    vendor,
    connectionId,
    connections,
    context,
    plans: createPlans({
      database,
      clock,
      connectors,
      openSession: connections.openSession,
      onCall: () => undefined,
    }),
    openConnections: parts.connections,
    quarantineNotes,
    connectors,
    async setPolicy(policy) {
      await connections.update(context, connectionId, { policy });
    },
    step,
    async drain() {
      for (let rounds = 0; rounds < 2_000; rounds++) {
        if ((await step()) > 0) continue;
        const at = await nextMoment();
        if (at === undefined) return;
        await clock.advance(Math.max(1, at.getTime() - clock.now().getTime()));
      }
      throw new Error("the deliveries do not come to an end");
    },
    claimAndDie: claim,
    async callAndDie() {
      const claimed = await claim();
      await Promise.allSettled(claimed.map((delivery) => doomed(delivery, new AbortController().signal)));
    },
    async stateOf(resourceId) {
      const [row] = await database.query<{ state: string; code: string | null; notes: string[] }>(
        "select state, reason->>'code' as code, notes from delivery where resource_id = $1",
        [resourceId],
      );
      return { state: row?.state ?? "none", code: row?.code ?? undefined, notes: row?.notes ?? [] };
    },
  };
}
