/**
 * `npm run bench:first-load`: a company's first load to a simulated DingTalk, by the compiled gateway as a worker process
 * on PostgreSQL, killed without warning when half of the people are there. Says how much of the cap was used, how much
 * memory the worker took, and whether anybody was created twice.
 *
 * Options: --people (20000), --departments (1500), --rate (60, calls a second and path; at most 60), --database (a
 * PostgreSQL URL whose user may create databases), --record (writes bench/results/first-load-<date>.md).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createDingTalkConnector } from "../src/connectors/dingtalk/index.js";
import { createConnectorRegistry } from "../src/connectors/registry.js";
import { createDirectory } from "../src/directory/directory.js";
import { appendBacklog } from "../src/outbox/append-backlog.js";
import { type Database, openDatabase } from "../src/persistence/database.js";
import { DEFAULT_TENANT_ID } from "../src/persistence/tenant.js";
import { systemClock } from "../src/platform/clock.js";
import { createSecretBox } from "../src/platform/secret-box.js";
import { createConnections } from "../src/provisioning/connections/connections.js";
import { createPacers } from "../src/provisioning/connections/pacers.js";
import { createDialect } from "../src/scim/dialect/dialect.js";
import { GROUP_URN, ORGANIZATION_GROUP_URN, USER_URN } from "../src/scim/schema/urns.js";
import { type Simulator, startSimulator } from "../src/simulator/index.js";
import { withClient } from "./bench-databases.js";
import { buildGateway } from "./contestants.js";
import { startTemporaryPostgres } from "./temporary-postgres.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WRITES_AT_ONCE = 8;
const WINDOW_MS = 10_000;
const context = {
  tenantId: DEFAULT_TENANT_ID,
  actor: "bench",
  correlationId: "first-load",
  dialect: createDialect("auto"),
};
const nothing = { members: false, groups: false, provisioning: false };

interface Options {
  people: number;
  departments: number;
  rate: number;
}

/** A worker process of the compiled gateway. */
interface Worker {
  /** The most memory it ever held, in MB (VmHWM of Linux). */
  peakMb(): Promise<number>;
  kill(): Promise<void>;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      people: { type: "string", default: "20000" },
      departments: { type: "string", default: "1500" },
      rate: { type: "string", default: "60" },
      database: { type: "string" },
      record: { type: "boolean", default: false },
    },
  });
  const options = {
    people: Number(values.people),
    departments: Number(values.departments),
    rate: Number(values.rate),
  };
  await buildGateway();
  const undo: (() => Promise<void>)[] = [];
  try {
    const server = values.database ?? (await startTemporaryPostgres((step) => undo.push(step)));
    const name = `first_load_${randomUUID().replaceAll("-", "")}`;
    await withClient(server, (client) => client.query(`create database ${name}`));
    undo.push(async () => {
      await withClient(server, (client) => client.query(`drop database ${name} with (force)`));
    });
    const url = new URL(server);
    url.pathname = `/${name}`;
    const database = await openDatabase({ url: url.href, migrate: true });
    undo.push(() => database.close());
    const simulator = await startSimulator({
      // Room for starts that arrive unevenly: what is measured is our own cap, not what its neighbour does to it.
      ratePerSecond: options.rate * 1.5,
      ipCallsPer20Seconds: null,
    });
    undo.push(() => simulator.close());
    const text = await load(options, { url: url.href, database, simulator });
    console.log(text);
    const day = new Date().toISOString().slice(0, 10);
    if (values.record) {
      await writeFile(
        new URL(`./results/first-load-${day}.md`, import.meta.url),
        `# First load, ${day}\n\n${text}`,
      );
    }
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

interface Place {
  url: string;
  database: Database;
  simulator: Simulator;
}

async function load(options: Options, { url, database, simulator }: Place): Promise<string> {
  const secretKey = randomBytes(32).toString("hex");
  await populate(options, database);
  console.error("the company is stored");
  await enable(options, database, simulator, secretKey);

  const startedAt = Date.now();
  const first = startWorker(url, secretKey);
  let worker = first;
  const peaks: number[] = [];
  let killedAt: number | undefined;
  let createdAtKill = 0;
  let lastAt = startedAt;
  let pausedMs = 0;
  const windows: number[] = [];
  let before = 0;
  const progress = setInterval(() => {
    const departments = simulator.requests.codes("/topapi/v2/department/create")["0"] ?? 0;
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    const people = peopleIn(simulator);
    windows.push((people - before) / (WINDOW_MS / 1_000) / options.rate);
    before = people;
    console.error(`${seconds} s: ${departments} departments, ${people} people`);
  }, WINDOW_MS);
  for (let created = 0; created < options.people; ) {
    await pause(250);
    const present = peopleIn(simulator);
    if (present > created) lastAt = Date.now();
    created = present;
    if (killedAt === undefined && created >= options.people / 2) {
      peaks.push(await worker.peakMb());
      await worker.kill();
      killedAt = Date.now();
      createdAtKill = created;
      worker = startWorker(url, secretKey);
      // What starting a process takes is not the engine's: the clock stands until it calls again.
      while (peopleIn(simulator) === createdAtKill) await pause(20);
      pausedMs = Date.now() - killedAt;
    }
  }
  clearInterval(progress);
  await settled(database);
  peaks.push(await worker.peakMb());
  await worker.kill();

  const { userCreates, departmentCreates, liveDuplicates } = simulator.state().history;
  const twice = [...Object.values(userCreates), ...Object.values(departmentCreates)].filter(
    (count) => count > 1,
  );
  const seconds = (lastAt - startedAt - pausedMs) / 1_000;
  const used = options.people / options.rate / seconds;
  return `${[
    `Command: npm run bench:first-load -- --people ${options.people} --departments ${options.departments} --rate ${options.rate}`,
    "",
    `- ${options.people} people and ${options.departments} departments at a cap of ${options.rate} calls a second and path`,
    `- ${seconds.toFixed(1)} s from the start of the worker to the last person, less ${(pausedMs / 1_000).toFixed(1)} s for the restart`,
    `- ${(used * 100).toFixed(1)} % of the cap of the path that creates people`,
    `- share of that cap in windows of ${WINDOW_MS / 1_000} s, in their order: ${windows.map((share) => `${(share * 100).toFixed(0)} %`).join(", ")}`,
    `- load of the machine in the last five minutes: ${(loadavg()[1] ?? 0).toFixed(1)} on ${cpus().length} processors`,
    `- killed after ${createdAtKill} people; ${twice.length} of all were created more than once, ${liveDuplicates.length} departments existed twice`,
    `- ${Object.keys(departmentCreates).length} departments, ${Object.keys(userCreates).length} people`,
    `- at most ${Math.max(...peaks).toFixed(0)} MB of memory in a worker process`,
    ...simulator.requests.summary().map(({ path, count, maxPerSecond, codes }) => {
      const refused = Object.entries(codes).filter(([code]) => code !== "0" && code !== "200");
      const rest = refused.map(([code, times]) => `${code}: ${times}`).join(", ");
      return `- ${path}: ${count} calls, at most ${maxPerSecond} within a second${rest === "" ? "" : ` (${rest})`}`;
    }),
  ].join("\n")}\n`;
}

/** How many people were created; a call that was answered counts, whoever got to know it. */
function peopleIn(simulator: Simulator): number {
  return simulator.requests.codes("/topapi/v2/user/create")["0"] ?? 0;
}

async function populate({ people, departments }: Options, database: Database): Promise<void> {
  const directory = createDirectory({ database, clock: systemClock });
  const groups: string[] = [];
  // Ten wide at the top, then ten below each: three deep at 1,500.
  for (let n = 0; n < departments; n++) {
    const parent = n < 10 ? undefined : groups[Math.floor((n - 10) / 10)];
    const body = {
      schemas: [GROUP_URN, ORGANIZATION_GROUP_URN],
      displayName: `部门${n}`,
      ...(parent !== undefined && { [ORGANIZATION_GROUP_URN]: { parent: { value: parent } } }),
    };
    groups.push((await directory.create(context, "Group", body)).id);
  }
  const users: string[] = [];
  await atOnce(people, async (n) => {
    const body = {
      schemas: [USER_URN],
      userName: `user-${n}`,
      displayName: `员工${n}`,
      phoneNumbers: [{ type: "mobile", value: `139${String(n).padStart(8, "0")}` }],
    };
    users[n] = (await directory.create(context, "User", body)).id;
  });
  await atOnce(departments, async (n) => {
    const members = users.filter((_id, index) => index % departments === n).map((value) => ({ value }));
    if (members.length === 0) return;
    const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    const body = { schemas, Operations: [{ op: "add", path: "members", value: members }] };
    await directory.patch(context, "Group", groups[n] ?? "", body, { needs: nothing });
  });
}

async function atOnce(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const line = async () => {
    for (let n = next++; n < count; n = next++) await work(n);
  };
  await Promise.all(Array.from({ length: WRITES_AT_ONCE }, line));
}

async function enable(
  { rate }: Options,
  database: Database,
  simulator: Simulator,
  secretKey: string,
): Promise<void> {
  const connections = createConnections({
    database,
    clock: systemClock,
    secretBox: createSecretBox([secretKey]),
    connectors: createConnectorRegistry([createDingTalkConnector()]),
    outbox: { appendBacklog },
    pacerFor: createPacers({ database, clock: systemClock }),
  });
  const { id } = await connections.create(context, {
    connector: "dingtalk",
    name: "first load",
    config: {
      ...simulator.credentials,
      oapiBaseUrl: simulator.url,
      apiBaseUrl: simulator.url,
      ratePerSecond: rate,
    },
    scope: {},
    mapping: {},
    policy: {},
    schedule: {},
  });
  await connections.enable(context, id);
}

function startWorker(databaseUrl: string, secretKey: string): Worker {
  const child: ChildProcess = spawn(process.execPath, [`${ROOT}/dist/src/main.js`], {
    env: {
      ...process.env,
      NODE_ENV: "production",
      DATABASE_URL: databaseUrl,
      SECRET_KEY: secretKey,
      ROLE: "worker",
      PORT: "0",
      LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const cutOff = () => child.kill("SIGKILL");
  process.once("exit", cutOff);
  return {
    async peakMb() {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8");
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024;
    },
    async kill() {
      process.off("exit", cutOff);
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function settled(database: Database): Promise<void> {
  for (;;) {
    const [row] = await database.query<{ left: string }>(
      "select count(*) as left from delivery where state not in ('synced', 'skipped')",
    );
    if (row?.left === "0") return;
    await pause(500);
  }
}

await main();
