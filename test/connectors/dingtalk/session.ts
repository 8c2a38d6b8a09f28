import type { Pacer, VendorCall } from "../../../src/connectors/connector.js";
import { createDingTalkConnector } from "../../../src/connectors/dingtalk/index.js";
import type { OutgoingHttpOptions } from "../../../src/platform/outgoing-http.js";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../../src/simulator/index.js";
import { createFakeClock, type FakeClock } from "../../support/fake-clock.js";

/** A simulator and an open session on it, both on one clock that stands still. */
export async function openSession({
  simulator: simulatorOptions = {},
  settings = {},
  limits = {},
}: {
  simulator?: SimulatorOptions;
  settings?: Record<string, unknown>;
  limits?: OutgoingHttpOptions;
} = {}) {
  const clock = createFakeClock();
  const simulator = await startSimulator({ ratePerSecond: 10_000, clock, ...simulatorOptions });
  const connector = createDingTalkConnector(limits);
  const calls: VendorCall[] = [];
  const penalties: { path: string; ms: number }[] = [];
  const pacer: Pacer = {
    reserve: async (_path, signal) => signal?.throwIfAborted(),
    penalise: async (path, ms) => {
      penalties.push({ path, ms });
    },
  };
  const session = connector.open(
    connector.parseSettings({
      ...simulator.credentials,
      oapiBaseUrl: simulator.url,
      apiBaseUrl: simulator.url,
      ...settings,
    }),
    { clock, pacer, onCall: (call) => calls.push(call) },
  );
  return {
    clock,
    simulator,
    session,
    calls,
    penalties,
    close: async () => {
      await session.close();
      await simulator.close();
    },
  } satisfies OpenSession;
}

/** What `openSession` gives. */
export interface OpenSession {
  clock: FakeClock;
  simulator: Simulator;
  session: ReturnType<ReturnType<typeof createDingTalkConnector>["open"]>;
  calls: VendorCall[];
  penalties: { path: string; ms: number }[];
  close(): Promise<void>;
}
