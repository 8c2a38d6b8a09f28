import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Gateway, startGateway } from "../../src/app.js";
import { readConfig } from "../../src/config/config.js";
import type { Simulator } from "../../src/simulator/index.js";
import { openTestDatabase, type TestDatabase } from "./database.js";
import { testClient } from "./gateway-process.js";
import { createPatientClient } from "./patient-client.js";

/** The whole gateway in this process, on a database of its own, with an identity provider that uses it over HTTP. */
export interface RunningGateway {
  gateway: Gateway;
  test: TestDatabase;
  client: ReturnType<typeof createPatientClient>;
  /** Makes an enabled connection to a simulator, and answers its id. */
  connect(simulator: Simulator, name: string, extra?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

/** Starts it. Nothing is written to standard output. */
export async function startRunningGateway(): Promise<RunningGateway> {
  const test = await openTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), "gateway-running-"));
  const config = readConfig({
    PORT: "0",
    DATA_DIR: dataDir,
    SECRET_KEY: "a test's secret key of sufficient length",
    BOOTSTRAP_CLIENT_ID: testClient.clientId,
    BOOTSTRAP_CLIENT_SECRET: testClient.clientSecret,
    ...(test.url === undefined ? {} : { DATABASE_URL: test.url }),
  });
  const gateway = await startGateway(config, {
    logDestination: { write: () => undefined },
    // A server's is opened as an operator would have it; an embedded one has room for one process only, so it is shared.
    ...(test.url === undefined && { database: test.database }),
  });
  const client = createPatientClient(() => gateway.url);
  return {
    gateway,
    test,
    client,
    async connect(simulator, name, extra = {}) {
      const { body } = await client.send("POST", "/admin/v1/connections", {
        connector: "dingtalk",
        name,
        config: {
          ...simulator.credentials,
          corpId: `corp-${name}`,
          oapiBaseUrl: simulator.url,
          apiBaseUrl: simulator.url,
        },
        policy: { settleMs: 0 },
        ...extra,
      });
      const id = String(body["id"]);
      await client.send("PATCH", `/admin/v1/connections/${id}`, { enabled: true });
      return id;
    },
    async close() {
      await gateway.stop();
      await test.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
