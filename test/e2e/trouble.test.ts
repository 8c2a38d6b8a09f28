import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Gateway, startGateway } from "../../src/app.js";
import { readConfig } from "../../src/config/config.js";
import { createDingTalkConnector } from "../../src/connectors/dingtalk/index.js";
import { createConnectorRegistry } from "../../src/connectors/registry.js";
import { type Fault, startSimulator } from "../../src/simulator/index.js";
import { openTestDatabase, type TestDatabase } from "../support/database.js";
import { testClient } from "../support/gateway-process.js";
import { createPatientClient } from "../support/patient-client.js";

let test: TestDatabase;
let gateway: Gateway;
let dataDir: string;
const lines: string[] = [];

beforeAll(async () => {
  test = await openTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "gateway-trouble-"));
  const config = readConfig({
    PORT: "0",
    DATA_DIR: dataDir,
    SECRET_KEY: "a test's secret key of sufficient length",
    BOOTSTRAP_CLIENT_ID: testClient.clientId,
    BOOTSTRAP_CLIENT_SECRET: testClient.clientSecret,
    ...(test.url === undefined ? {} : { DATABASE_URL: test.url }),
  });
  // A vendor that never answers is given up after this many milliseconds instead of ten seconds.
  const connector = createDingTalkConnector({
    headersTimeoutMs: 150,
    bodyTimeoutMs: 150,
    totalTimeoutMs: 300,
  });
  gateway = await startGateway(config, {
    connectors: createConnectorRegistry([connector]),
    logDestination: { write: (line) => void lines.push(line) },
  });
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await test.close();
  await rm(dataDir, { recursive: true, force: true });
});

const create = "/topapi/v2/user/create";
const cases: [string, Fault, { state: string; code: RegExp; heals: boolean; connection?: "quarantined" }][] =
  [
    [
      "resets before it applied",
      { kind: "reset", path: create, times: 1 },
      { state: "pending", code: /./, heals: true },
    ],
    [
      "resets after it applied",
      { kind: "reset", path: create, times: 1, when: "after" },
      { state: "pending", code: /./, heals: true },
    ],
    ["never answers", { kind: "hang", path: create, times: 1 }, { state: "pending", code: /./, heals: true }],
    ["is busy", { kind: "busy", path: create, times: 1 }, { state: "pending", code: /^-1$/, heals: true }],
    [
      "throttles",
      { kind: "throttle", path: create, times: 2 },
      { state: "pending", code: /^90018$/, heals: true },
    ],
    [
      "answers garbage",
      { kind: "answer", path: create, times: 1, status: 200, body: '{"errcode":' },
      { state: "pending", code: /garbled/, heals: true },
    ],
    [
      "answers a web page",
      { kind: "html", path: create, times: 1 },
      { state: "pending", code: /address-banned/, heals: false, connection: "quarantined" },
    ],
    [
      "refuses the values",
      { kind: "error", path: create, code: 60103 },
      { state: "parked", code: /^60103$/, heals: false },
    ],
    [
      "refuses the address",
      { kind: "error", path: create, code: 60020 },
      { state: "pending", code: /^60020$/, heals: false, connection: "quarantined" },
    ],
  ];

it.each(cases)(
  "when DingTalk %s, SCIM does not notice and the delivery says why",
  async (name, fault, expected) => {
    const client = createPatientClient(() => gateway.url);
    const simulator = await startSimulator({ ratePerSecond: 100 });
    const mobile = `1990001${String(cases.findIndex(([one]) => one === name)).padStart(4, "0")}`;
    // The people of the cases before are delivered here too; the trouble is meant for this one.
    simulator.faults.add({ ...fault, matching: { mobile } });
    const { body } = await client.send("POST", "/admin/v1/connections", {
      connector: "dingtalk",
      name,
      config: {
        ...simulator.credentials,
        corpId: `corp ${name}`.replaceAll(" ", "-"),
        oapiBaseUrl: simulator.url,
        apiBaseUrl: simulator.url,
      },
      policy: { settleMs: 0 },
    });
    const connection = String(body["id"]);
    await client.send("PATCH", `/admin/v1/connections/${connection}`, { enabled: true });

    const user = await client.create("Users", {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      externalId: mobile,
      userName: mobile,
      displayName: "王小明",
      phoneNumbers: [{ type: "mobile", value: mobile }],
    });
    const delivery = async () => {
      const path = `/admin/v1/deliveries?connection=${connection}&resource=${user}`;
      const [item] = (await client.send("GET", path)).body["items"] as Record<string, unknown>[];
      return item;
    };
    const seen = await until(async () => {
      const item = await delivery();
      // The reason of the try before still stands while the next one is under way.
      return item?.["reason"] === null || item?.["state"] === "claimed" ? undefined : item;
    });
    expect(seen).toMatchObject({
      state: expected.state,
      reason: { code: expect.stringMatching(expected.code) },
    });
    if (expected.heals) {
      await until(async () => ((await delivery())?.["state"] === "synced" ? true : undefined));
      expect(simulator.state().users.filter((one) => one.mobile === mobile)).toHaveLength(1);
      expect(simulator.state().history.liveDuplicates).toEqual([]);
    }
    const state = expected.connection ?? "active";
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain(
      `connection_state{connection="${connection}",connector="dingtalk",state="${state}"} 1`,
    );
    const warnings = lines.filter((line) => line.includes(connection) && line.includes("is quarantined"));
    expect(warnings).toHaveLength(state === "quarantined" ? 1 : 0);
    await client.send("PATCH", `/admin/v1/connections/${connection}`, { enabled: false });
    await simulator.close();
  },
);

it("and no log line of all that holds a secret, a token or a mobile number", () => {
  expect(lines.length).toBeGreaterThan(cases.length);
  expect(lines.join("")).not.toMatch(/1990001\d{4}|access_token=[^[]|simulated-app-secret|test-idp-secret/);
});

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let looks = 0; looks < 200; looks++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  throw new Error("it did not come about");
}
