import type { VendorCall } from "../../../src/connectors/connector.js";
import { createDingTalkConnector } from "../../../src/connectors/dingtalk/index.js";
import { createConnectorRegistry } from "../../../src/connectors/registry.js";
import { createDirectory } from "../../../src/directory/directory.js";
import { appendBacklog } from "../../../src/outbox/append-backlog.js";
import { claimDeliveries } from "../../../src/outbox/claim.js";
import type { Database } from "../../../src/persistence/database.js";
import { createSecretBox } from "../../../src/platform/secret-box.js";
import { createConnections } from "../../../src/provisioning/connections/connections.js";
import { createOpenConnections } from "../../../src/provisioning/connections/open-connections.js";
import { createDeliver } from "../../../src/provisioning/deliver.js";
import type { PlannedCall } from "../../../src/provisioning/plan/plan.js";
import { createPlans } from "../../../src/provisioning/plan/plans.js";
import { createDialect } from "../../../src/scim/dialect/dialect.js";
import { type SimulatorOptions, startSimulator } from "../../../src/simulator/index.js";
import { defaultTenantId } from "../../support/database.js";
import { createFakeClock } from "../../support/fake-clock.js";

/** A changing call that was made, in the form in which it is planned. */
export type MadeCall = PlannedCall;

/** The engine on a simulated DingTalk, delivering one resource after the other, and remembering the changing calls. */
export async function createSimulatedEngine(database: Database, settings: SimulatorOptions = {}) {
  const clock = createFakeClock();
  const simulator = await startSimulator({ ratePerSecond: 10_000, ...settings, clock });
  const connectors = createConnectorRegistry([createDingTalkConnector()]);
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
    connector: "dingtalk",
    name: "dingtalk",
    config: { ...simulator.credentials, oapiBaseUrl: simulator.url, apiBaseUrl: simulator.url },
    scope: {},
    mapping: {},
    policy: {},
    schedule: {},
  });
  await connections.enable(context, connectionId);
  const made: MadeCall[] = [];
  const openConnections = createOpenConnections({
    database,
    connectors,
    openSession: connections.openSession,
    onCall: () => undefined,
  });
  const deliver = createDeliver({
    database,
    clock,
    random: () => 0.5,
    connections: openConnections,
    onSettled: ({ delivery, settlement }) => {
      made.push(
        ...settlement.calls.filter(changes).map(({ method, path, request, outcome }) => ({
          resourceId: delivery.resourceId,
          method,
          path,
          body: request,
          ...(outcome !== "ok" && { refusal: outcome }),
        })),
      );
    },
  });

  async function nextMoment(): Promise<Date | undefined> {
    const rows = await database.query<{ at: Date | null }>(
      "select min(next_attempt_at) as at from delivery where state = 'pending'",
    );
    return rows[0]?.at ?? undefined;
  }

  return {
    clock,
    simulator,
    context,
    connectionId,
    connections,
    connectors,
    openConnections,
    /** The changing calls so far. */
    made,
    directory: createDirectory({ database, clock }),
    plans: createPlans({
      database,
      clock,
      connectors,
      openSession: connections.openSession,
      onCall: () => undefined,
    }),
    /** Delivers until nothing is due any more, moving time to whatever is next. */
    async drain(): Promise<void> {
      for (let rounds = 0; rounds < 1_000; rounds += 1) {
        const claimed = await claimDeliveries(database, { now: clock.now(), leaseMs: 30_000, limit: 12 });
        for (const delivery of claimed) {
          await clock.advance(1);
          await deliver(delivery, new AbortController().signal);
        }
        if (claimed.length > 0) continue;
        const at = await nextMoment();
        if (at === undefined) return;
        await clock.advance(Math.max(1, at.getTime() - clock.now().getTime()));
      }
      throw new Error("the deliveries do not come to an end");
    },
    async close(): Promise<void> {
      await openConnections.close();
      await simulator.close();
    },
  };
}

function changes(call: VendorCall): boolean {
  const ofRoles = /\/(add_role|add_role_group|update_role|deleterole|addrolesforemps|removerolesforemps)$/;
  return /\/(create|update|delete|enable|disable)$/.test(call.path) || ofRoles.test(call.path);
}
