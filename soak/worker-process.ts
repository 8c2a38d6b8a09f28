import { createDingTalkConnector } from "../src/connectors/dingtalk/index.js";
import { createConnectorRegistry } from "../src/connectors/registry.js";
import { appendBacklog } from "../src/outbox/append-backlog.js";
import { claimDeliveries } from "../src/outbox/claim.js";
import type { ClaimedDelivery } from "../src/outbox/delivery.js";
import { createLeaseWatch } from "../src/outbox/lease-watch.js";
import type { Database } from "../src/persistence/database.js";
import type { Clock } from "../src/platform/clock.js";
import type { OutgoingHttp } from "../src/platform/outgoing-http.js";
import type { SecretBox } from "../src/platform/secret-box.js";
import type { OpenConnections } from "../src/provisioning/connections/connection-at-work.js";
import { createConnections } from "../src/provisioning/connections/connections.js";
import { createOpenConnections } from "../src/provisioning/connections/open-connections.js";
import { createSharedPacer } from "../src/provisioning/connections/shared-pacer.js";
import { createDeliver } from "../src/provisioning/deliver.js";
import { defaultWorkerSettings } from "../src/provisioning/worker.js";
import type { FakeClock } from "../test/support/fake-clock.js";
import { seededRandom } from "./repeatable-randomness.js";
import type { Mortal, Turns } from "./turns.js";

/** As the worker gives up a delivery in time to settle it. */
const WORKING_SHARE = 5 / 6;
/** How many deliveries a process has in work at most. */
export const CLAIM_LIMIT = 3;

/** The cap that all processes together keep, on each path of the vendor's API: low enough for a small company to reach it. */
export const RATE_PER_SECOND = 2;

/**
 * What the processes keep to: a shade less than the cap. Each thing that happens takes a millisecond, which a call that
 * has its starting time may have to wait for its turn.
 */
const PACED_PER_SECOND = 0.95 * RATE_PER_SECOND;

/** What every worker process of a run shares. */
export interface WorkerSurroundings {
  database: Database;
  /** True time; what the processes take for it may be off. */
  clock: FakeClock;
  /** How far the clock of the machine is off, milliseconds; may change at any time. */
  skewMs: () => number;
  turns: Turns;
  http: OutgoingHttp;
  secretBox: SecretBox;
  /** Told of what must not happen: trouble that is not the vendor's. */
  onTrouble: (error: unknown) => void;
}

/** One process with a worker in it: memory of its own, which is gone when it dies. */
export interface WorkerProcess extends Mortal {
  /** Deliveries in work. */
  inWork(): number;
  /** Frees what the dead left, claims what is due and begins with it. Answers how many there were. */
  claim(): Promise<number>;
  /** Milliseconds until it may free a lease, as far as it has seen any. */
  nextLeaseEndMs(): number | undefined;
  /** Whether it stands still, holding what it has. */
  readonly stalled: boolean;
  /** Lets it stand still, or go on. */
  stall(stalled: boolean): void;
  /** Ends it on the spot, whatever it is doing. */
  kill(): void;
}

/** Starts a process. Each statement and vendor call of its deliveries waits for a turn. */
export function startWorkerProcess(name: string, around: WorkerSurroundings): WorkerProcess {
  const { turns, database } = around;
  const self = { name, dead: false };
  let stalled = false;
  const inWork = new Set<ClaimedDelivery>();
  const clock: Clock = {
    now: () => new Date(around.clock.now().getTime() + around.skewMs()),
    elapsedMs: () => around.clock.elapsedMs(),
    sleep: (ms, signal) => unlessDead(around.clock.sleep(ms, signal)),
  };
  const { leaseMs } = defaultWorkerSettings;
  const leases = createLeaseWatch({ database, clock, leaseMs });
  const gated: Database = {
    kind: database.kind,
    query: (sql, params) => turns.take(self, "database", firstWords(sql), () => database.query(sql, params)),
    transaction: (work) => turns.take(self, "database", "transaction", () => database.transaction(work)),
    listen: (channel, listener) => database.listen(channel, listener),
    hint: (channel) => database.hint(channel),
    ping: () => database.ping(),
    close: async () => {},
  };
  const send: OutgoingHttp["send"] = (request) =>
    turns.take(self, "vendor", request.url.pathname, () => around.http.send(request));
  const connectors = createConnectorRegistry([
    createDingTalkConnector({}, () => ({ send, close: async () => {} })),
  ]);
  const { openSession } = createConnections({
    database: gated,
    clock,
    secretBox: around.secretBox,
    connectors,
    outbox: { appendBacklog },
    // Also on the embedded database: the two processes stand for two of a gateway on PostgreSQL.
    pacerFor: ({ tenantId, id: connectionId }) =>
      createSharedPacer({ database: gated, clock, tenantId, connectionId, ratePerSecond: PACED_PER_SECOND }),
  });
  const open = createOpenConnections({ database, connectors, openSession, onCall: () => undefined });
  // It reads entities, which is not done by statements that could wait for their turn one by one.
  const connections: OpenConnections = {
    use: (tenantId, id) => turns.take(self, "database", "connection", () => open.use(tenantId, id)),
    close: () => open.close(),
  };
  const deliver = createDeliver({
    database: gated,
    clock,
    random: seededRandom(7),
    connections,
    onSettled: () => undefined,
  });

  function unlessDead<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => {
          if (!self.dead) resolve(value);
        },
        (error: unknown) => {
          if (!self.dead) reject(error);
        },
      );
    });
  }

  async function work(delivery: ClaimedDelivery): Promise<void> {
    const giveUp = new AbortController();
    const done = new AbortController();
    around.clock.sleep(leaseMs * WORKING_SHARE, done.signal).then(
      () => giveUp.abort(new Error("The delivery takes too long.")),
      () => undefined,
    );
    try {
      await deliver(delivery, giveUp.signal);
    } catch (error) {
      around.onTrouble(error);
    } finally {
      done.abort();
      inWork.delete(delivery);
    }
  }

  return {
    name,
    get dead() {
      return self.dead;
    },
    inWork: () => inWork.size,
    nextLeaseEndMs: () => leases.nextEndMs(),
    get stalled() {
      return stalled;
    },
    stall(still) {
      stalled = still;
      if (still) turns.stall(self);
      else turns.goOn(self);
    },
    async claim() {
      if (stalled) return 0;
      await leases.look();
      const limit = CLAIM_LIMIT - inWork.size;
      if (limit <= 0) return 0;
      const claimed = await claimDeliveries(database, { now: clock.now(), leaseMs, limit });
      for (const delivery of claimed) {
        inWork.add(delivery);
        void work(delivery);
      }
      return claimed.length;
    },
    kill() {
      self.dead = true;
      turns.goOn(self);
      turns.dropDead();
    },
  };
}

function firstWords(sql: string): string {
  return sql.trim().split(/\s+/).slice(0, 6).join(" ");
}
