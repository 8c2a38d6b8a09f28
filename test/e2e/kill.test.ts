import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { createChangingCompany, describeContactBook } from "../support/changing-company.js";
import { openTestDatabase, type TestDatabase } from "../support/database.js";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.js";
import { createPatientClient } from "../support/patient-client.js";

let simulator: Simulator;
let test: TestDatabase;
let dataDir: string;

beforeAll(async () => {
  simulator = await startSimulator({ latencyMs: 25 });
  test = await openTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "gateway-kill-"));
});
afterAll(async () => {
  await simulator.close();
  await test.close();
  await rm(dataDir, { recursive: true, force: true });
});

const KILLS = 4;

it("converges after being killed again and again during a stream of changes: nothing lost, nothing doubled", async () => {
  let gateway: GatewayProcess | undefined;
  const start = async () => {
    gateway = await startGatewayProcess({
      DATA_DIR: dataDir,
      DELIVERY_LEASE_MS: "1500",
      ...(test.url === undefined ? {} : { DATABASE_URL: test.url }),
    });
  };
  await start();
  const client = createPatientClient(() => gateway?.url);
  const { body } = await client.send("POST", "/admin/v1/connections", {
    connector: "dingtalk",
    name: "kill",
    config: {
      ...simulator.credentials,
      oapiBaseUrl: simulator.url,
      apiBaseUrl: simulator.url,
      ratePerSecond: 18,
    },
    policy: { settleMs: 1_000 },
  });
  await client.send("PATCH", `/admin/v1/connections/${String(body["id"])}`, { enabled: true });

  const company = createChangingCompany(client);
  const killing = (async () => {
    for (let kills = 0; kills < KILLS; kills++) {
      await new Promise((resolve) => setTimeout(resolve, 350 + 170 * kills));
      const victim = gateway;
      gateway = undefined;
      await victim?.kill();
      await start();
    }
  })();

  for (let n = 0; n < 8; n++) await company.addDepartment(`d${n}`, `部门${n}`, n < 2 ? null : `d${n >> 1}`);
  const mobile = (n: number) => `199${String(n).padStart(8, "0")}`;
  for (let n = 0; n < 24; n++) {
    await company.addPerson(mobile(n), `员工${n}`, `d${n % 8}`, n < 2 ? null : mobile((n >> 2) * 2 + 1));
    if (n % 4 === 3) await company.rename(mobile(n - 1), `新名${n}`);
    if (n % 6 === 5) await company.join(mobile(n), `d${(n + 3) % 8}`);
    if (n % 8 === 7) await company.removePerson(mobile(n - 1));
  }
  await company.moveDepartment("d7", "d2");
  await company.leave(mobile(11), "d3");
  await killing;
  await client.waitUntilDelivered();

  const state = simulator.state();
  expect(describeContactBook(state)).toEqual(company.expected());
  expect(state.history.liveDuplicates).toEqual([]);
  expect(simulator.requests.codes()["90018"] ?? 0).toBe(0);
  expect(await gateway?.stop()).toBe(0);
}, 300_000);
