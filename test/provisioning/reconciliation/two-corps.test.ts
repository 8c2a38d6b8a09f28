import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createConnectorRegistry } from "../../../src/connectors/registry.js";
import { createDirectory, type Directory } from "../../../src/directory/directory.js";
import type { RequestContext } from "../../../src/directory/request-context.js";
import { appendBacklog } from "../../../src/outbox/append-backlog.js";
import { claimDeliveries } from "../../../src/outbox/claim.js";
import { claimRun, endRun } from "../../../src/persistence/run-lease.js";
import { listRunRows } from "../../../src/persistence/run-row-store.js";
import { createSecretBox } from "../../../src/platform/secret-box.js";
import type { OpenConnections } from "../../../src/provisioning/connections/connection-at-work.js";
import { createConnections } from "../../../src/provisioning/connections/connections.js";
import { createOpenConnections } from "../../../src/provisioning/connections/open-connections.js";
import { createDeliver } from "../../../src/provisioning/deliver.js";
import { createAdoptValues } from "../../../src/provisioning/reconciliation/adopt-values.js";
import { performRun } from "../../../src/provisioning/reconciliation/perform-run.js";
import { createRuns } from "../../../src/provisioning/reconciliation/runs.js";
import { createDialect } from "../../../src/scim/dialect/dialect.js";
import {
  DICTIONARY_USER_URN,
  ENTERPRISE_USER_URN,
  GROUP_URN,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
  USER_URN,
} from "../../../src/scim/schema/urns.js";
import { type Simulator, startSimulator } from "../../../src/simulator/index.js";
import { defaultTenantId, shareTestDatabase } from "../../support/database.js";
import { createFakeClock } from "../../support/fake-clock.js";

const test = shareTestDatabase();
const clock = createFakeClock();
const context: RequestContext = {
  tenantId: defaultTenantId,
  actor: "test",
  correlationId: "c-1",
  dialect: createDialect("auto"),
};

interface Corp {
  simulator: Simulator;
  connectionId: string;
  /** The group that stands for the corp's root department, and a department below it. */
  root: string;
  team: string;
}

let directory: Directory;
let open: OpenConnections;
let corps: [Corp, Corp];
let both: string;
let drain: () => Promise<void>;

/** Two DingTalk corps, each with its own branch of one directory, and one person who belongs to both. */
beforeAll(async () => {
  const { database } = test;
  directory = createDirectory({ database, clock });
  const connectors = createConnectorRegistry();
  const connections = createConnections({
    database,
    clock,
    secretBox: createSecretBox(["a key for tests that is long enough"]),
    connectors,
    outbox: { appendBacklog },
    pacerFor: () => ({ reserve: async () => undefined, penalise: async () => undefined }),
  });
  const { openSession } = connections;
  open = createOpenConnections({ database, connectors, openSession, onCall: () => undefined });
  const deliver = createDeliver({
    database,
    clock,
    random: () => 0.5,
    connections: open,
    onSettled: () => undefined,
  });
  drain = async () => {
    for (let quiet = 0; quiet < 8; ) {
      const due = await claimDeliveries(database, { now: clock.now(), leaseMs: 30_000, limit: 10 });
      await Promise.all(due.map((delivery) => deliver(delivery, new AbortController().signal)));
      quiet = due.length > 0 ? 0 : quiet + 1;
      if (quiet > 0) await clock.advance(1_000);
    }
  };

  const corp = async (name: string): Promise<Corp> => {
    const simulator = await startSimulator({ clock, ratePerSecond: 10_000, corpId: `ding${name}` });
    const root = await addGroup(name);
    const team = await addGroup(`${name}研发`, root);
    const { url } = simulator;
    const { id: connectionId } = await connections.create(context, {
      connector: "dingtalk",
      name,
      config: { ...simulator.credentials, oapiBaseUrl: url, apiBaseUrl: url },
      scope: { rootGroupId: root },
      mapping: {},
      policy: {},
      schedule: {},
    });
    await connections.enable(context, connectionId);
    return { simulator, connectionId, root, team };
  };
  corps = [await corp("A"), await corp("B")];
  both = await addPerson("两处", "13800000001");
  const [first, second] = corps;
  for (const { team } of corps) await join(team, both);
  await join(first.team, await addPerson("甲一", "13800000002"));
  await join(second.team, await addPerson("乙一", "13800000003"));
  await drain();
});

afterAll(async () => {
  await open.close();
  for (const { simulator } of corps) await simulator.close();
});

async function addGroup(displayName: string, parent?: string): Promise<string> {
  const organization = parent === undefined ? {} : { [ORGANIZATION]: { parent: { value: parent } } };
  const body = { schemas: [GROUP_URN, ORGANIZATION], displayName, ...organization };
  return (await directory.create(context, "Group", body)).id;
}

async function addPerson(displayName: string, mobile: string): Promise<string> {
  const schemas = [USER_URN, ENTERPRISE_USER_URN, DICTIONARY_USER_URN];
  const phoneNumbers = [{ type: "mobile", value: mobile }];
  const body = { schemas, userName: mobile, displayName, title: "工程师", phoneNumbers };
  return (await directory.create(context, "User", body)).id;
}

async function join(group: string, user: string): Promise<void> {
  const Operations = [{ op: "add", path: "members", value: [{ value: user }] }];
  const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations };
  const needs = { members: false, groups: false, provisioning: false };
  await directory.patch(context, "Group", group, body, { needs });
}

async function reconcile({ connectionId }: Corp) {
  const { database } = test;
  const runs = createRuns({ database, clock });
  await runs.start(context, connectionId, { dryRun: false, acceptScope: false });
  const run = await claimRun(database, clock.now(), 60_000, 5);
  if (run === undefined) throw new Error("not queued");
  const adoptValues = createAdoptValues({ database, clock, directory });
  const deps = { database, clock, connections: open, adoptValues, leaseMs: 60_000 };
  let over = false;
  const ending = performRun(deps, run, new AbortController().signal).finally(() => {
    over = true;
  });
  while (!over) await drain();
  await endRun(database, run, await ending, clock.now());
  const rows = await listRunRows(database, defaultTenantId, { runId: run.id, limit: 100 });
  return { ...(await runs.get(defaultTenantId, connectionId, run.id)), rows };
}

const names = ({ simulator }: Corp) =>
  simulator
    .state()
    .users.map((user) => user.name)
    .sort();
const department = ({ simulator }: Corp, name: string) => {
  const found = simulator.state().departments.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no department ${name}`);
  return found;
};

describe("two corps of one directory", () => {
  it("hold their own branch each, and whoever is in both is there twice with the same mobile [000-20]", async () => {
    const [first, second] = corps;
    expect(names(first)).toEqual(["两处", "甲一"].sort());
    expect(names(second)).toEqual(["两处", "乙一"].sort());
    const links = await test.database.query(
      "select distinct connection_id from link where resource_id = $1",
      [both],
    );
    expect(links).toHaveLength(2);
    for (const { simulator } of corps) {
      expect(simulator.state().users.find((user) => user.name === "两处")?.mobile).toBe("13800000001");
    }
  });

  it("are reconciled each by itself: what was done by hand in one is repaired there, and the other is not called [000-03] [000-20]", async () => {
    const [first, second] = corps;
    const victim = first.simulator.state().users.find((user) => user.name === "甲一");
    first.simulator.act("/topapi/v2/user/update", { userid: both, title: "经理", dept_id_list: "1" });
    first.simulator.act("/topapi/v2/user/delete", { userid: victim?.userid });
    first.simulator.act("/topapi/v2/department/update", {
      dept_id: department(first, "A研发").dept_id,
      name: "研究院",
    });
    first.simulator.act("/topapi/v2/department/create", { name: "工会", parent_id: 1 });
    second.simulator.requests.clear();
    const before = JSON.stringify(second.simulator.state().users);

    const { run, rows, summary } = await reconcile(first);
    expect(run.status).toBe("succeeded");
    expect(rows.map(({ kind, name, result }) => `${kind} ${name} ${result}`).sort()).toEqual(
      ["drift A研发 done", "drift 两处 done", "foreign 工会 null", "missing 甲一 done"].sort(),
    );
    expect(summary.results).toMatchObject({ done: 3, failed: 0 });
    expect(names(first)).toEqual(["两处", "甲一"].sort());
    const repaired = first.simulator.state().users.find((user) => user.name === "两处");
    expect(repaired).toMatchObject({ title: "工程师", dept_id_list: [department(first, "A研发").dept_id] });
    expect(department(first, "工会").userid_list).toEqual([]);
    expect(second.simulator.requests.all({})).toEqual([]);
    expect(JSON.stringify(second.simulator.state().users)).toBe(before);
  });

  it("have nothing left to do the second time", async () => {
    for (const corp of corps) {
      corp.simulator.requests.clear();
      const { run, rows } = await reconcile(corp);
      expect(run.status).toBe("succeeded");
      expect(rows.filter((row) => row.kind !== "foreign")).toEqual([]);
      const writes = corp.simulator.requests
        .all({})
        .filter(({ path }) => /(create|update|delete)$/.test(path));
      expect(writes).toEqual([]);
    }
  });

  it("show a department outside the contact scope as such, and remove nothing [000-15]", async () => {
    const [first] = corps;
    const { grants } = first.simulator.settings;
    const contactScope = { departments: [department(first, "A研发").dept_id], users: [] };
    first.simulator.configure({ grants: { ...grants, contactScope } });
    const stopped = await reconcile(first);
    expect(stopped.run).toMatchObject({ status: "stopped", reason: { code: "scope-shrunk" } });
    first.simulator.configure({ grants });
    expect(names(first)).toEqual(["两处", "甲一"].sort());
  });
});
