import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { startSimulator } from "../../src/simulator/index.js";
import { createChangingCompany, describeContactBook } from "../support/changing-company.js";
import { openTestDatabase } from "../support/database.js";
import { startGatewayProcess } from "../support/gateway-process.js";
import { createPatientClient } from "../support/patient-client.js";

const onPostgres = inject("databaseTemplate").kind === "postgres";

it.runIf(onPostgres)(
  "a second process with ROLE=worker shares the work without a double call (PostgreSQL only)",
  async () => {
    const simulator = await startSimulator({ latencyMs: 60 });
    const test = await openTestDatabase();
    const environment = { DATABASE_URL: test.url ?? "" };
    const first = await startGatewayProcess(environment);
    const second = await startGatewayProcess({ ...environment, ROLE: "worker" });
    const client = createPatientClient(() => first.url);
    const { body } = await client.send("POST", "/admin/v1/connections", {
      connector: "dingtalk",
      name: "shared",
      config: {
        ...simulator.credentials,
        oapiBaseUrl: simulator.url,
        apiBaseUrl: simulator.url,
        ratePerSecond: 18,
      },
    });
    const company = createChangingCompany(client);
    for (let n = 0; n < 10; n++) await company.addDepartment(`d${n}`, `部门${n}`, n < 3 ? null : `d${n % 3}`);
    for (let n = 0; n < 60; n++)
      await company.addPerson(`1990000${1000 + n}`, `员工${n}`, `d${n % 10}`, null);
    // Switched on only now, so that both find a backlog to share.
    await client.send("PATCH", `/admin/v1/connections/${String(body["id"])}`, { enabled: true });
    await client.waitUntilDelivered();

    expect(describeContactBook(simulator.state())).toEqual(company.expected());
    expect(simulator.requests.count("/topapi/v2/user/create")).toBe(60);
    expect(simulator.requests.count("/topapi/v2/department/create")).toBe(10);
    expect(simulator.requests.count("/topapi/v2/user/update")).toBe(0);
    expect(simulator.requests.codes()["90018"] ?? 0).toBe(0);
    for (const { url } of [first, second]) {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toMatch(/delivery_attempt_duration_seconds_count\{[^}]*action="create"[^}]*\} [1-9]/);
    }
    expect(await Promise.all([first.stop(), second.stop()])).toEqual([0, 0]);
    await simulator.close();
    await test.close();
  },
  60_000,
);

it("two processes on one embedded database are refused with a message that names DATA_DIR", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "gateway-two-"));
  const first = await startGatewayProcess({ DATA_DIR: dataDir });
  await expect(startGatewayProcess({ DATA_DIR: dataDir })).rejects.toThrow(/DATA_DIR/);
  expect(await first.stop()).toBe(0);
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);
