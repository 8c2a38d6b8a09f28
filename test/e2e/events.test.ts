import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { testClient } from "../support/gateway-process.js";
import { type RunningGateway, startRunningGateway } from "../support/running-gateway.js";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ORGANIZATION = "urn:ietf:params:scim:schemas:extension:organization:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const MASK = "••••••••";

interface ShownRun {
  id: string;
  trigger: string;
  correlationId: string;
  rows: { items: { kind: string; resourceId: string; action: string; result: string }[] };
}

let running: RunningGateway;
let simulator: Simulator;
let client: RunningGateway["client"];
let connection: string;
let path: string;

beforeAll(async () => {
  simulator = await startSimulator({ ratePerSecond: 100 });
  running = await startRunningGateway();
  client = running.client;
  const { body } = await client.send("POST", "/admin/v1/connections", {
    connector: "dingtalk",
    name: "HQ",
    config: {
      ...simulator.credentials,
      oapiBaseUrl: simulator.url,
      apiBaseUrl: simulator.url,
      ratePerSecond: 60,
    },
    policy: { settleMs: 0 },
  });
  connection = String(body["id"]);
  path = `/admin/v1/connections/${connection}`;
  await client.send("PATCH", path, { enabled: true });
}, 60_000);
afterAll(async () => {
  await running.close();
  await simulator.close();
});

const read = async () => (await client.send("GET", path)).body;

/** Until nothing is on its way any more: first no look, which orders deliveries, then no delivery. */
async function quiet(): Promise<void> {
  const open = async () => {
    const { events, queue } = (await read()) as { events?: { waiting: number }; queue?: { pending: number } };
    return [events?.waiting, queue?.pending];
  };
  await expect.poll(open, { timeout: 30_000 }).toEqual([0, 0]);
}

/** Every path of DingTalk that changes something, with how often it was called. */
const writes = () =>
  simulator.requests
    .all()
    .filter((request) => /\/(create|update|delete)$/.test(request.path))
    .map((request) => request.path.replace("/topapi/v2/", ""));

async function eventRuns(): Promise<ShownRun[]> {
  const { body } = await client.send("GET", `${path}/runs?trigger=event&limit=200`);
  const items = body["items"] as { id: string }[];
  return Promise.all(
    items.map(async ({ id }) => (await client.send("GET", `${path}/runs/${id}`)).body as unknown as ShownRun),
  );
}

async function metric(outcome: string, name: string): Promise<number> {
  const text = await (await fetch(`${running.gateway.url}/metrics`)).text();
  const lines = text
    .split("\n")
    .filter((one) => one.startsWith(name) && one.includes(`outcome="${outcome}"`));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

let mobiles = 0;
function person(name: string) {
  mobiles += 1;
  const phone = { type: "mobile", value: `1380000${String(mobiles).padStart(4, "0")}` };
  return {
    schemas: [USER],
    externalId: name,
    userName: `user-${mobiles}`,
    displayName: name,
    title: "工程师",
    phoneNumbers: [phone],
  };
}
const group = (displayName: string, parent?: string, members: string[] = []) => ({
  schemas: [GROUP, ORGANIZATION],
  externalId: displayName,
  displayName,
  members: members.map((value) => ({ value })),
  ...(parent && { [ORGANIZATION]: { parent: { value: parent } } }),
});

describe("the events of a connection, end to end", () => {
  it("are off at first, and the address to enter is shown: of the public base, or as the connection says [001-07] [001-08]", async () => {
    const address = `${running.gateway.publicUrl}/connectors/dingtalk/${connection}/events`;
    expect(await read()).toMatchObject({
      config: { events: { enabled: false } },
      events: { enabled: false, address, lastReceivedAt: null },
    });
    const refused = await client.send("PATCH", path, { config: { events: { enabled: true } } });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: "config.events.token" }] } });
    await client.send("PATCH", path, { config: { events: { baseUrl: "https://dd.example.com/gate/" } } });
    expect(await read()).toMatchObject({
      events: { address: `https://dd.example.com/gate/connectors/dingtalk/${connection}/events` },
    });
    await client.send("PATCH", path, { config: { events: { baseUrl: "" } } });
    expect(await read()).toMatchObject({ events: { address } });
  });

  it("have keys that are made here, shown once, and masked from then on, also in the audit", async () => {
    const made = await client.send("POST", `${path}/events/keys`);
    expect(made.status).toBe(201);
    const { address, token, aesKey } = made.body as Record<string, string>;
    expect(made.body).toEqual({
      address: expect.stringContaining(connection),
      token: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      aesKey: expect.stringMatching(/^[A-Za-z0-9]{43}$/),
    });
    const shown = await client.send("PATCH", path, {
      config: { events: { enabled: true, token: "", aesKey: MASK } },
    });
    expect(shown.body).toMatchObject({
      config: { events: { enabled: true, token: MASK, aesKey: MASK } },
      events: { enabled: true },
    });
    const audit = JSON.stringify((await client.send("GET", "/admin/v1/audit?limit=50")).body);
    expect(audit).toContain("events.enabled");
    for (const secret of [token, aesKey]) {
      expect(audit).not.toContain(secret);
    }
    simulator.configure({
      events: { url: String(address), token: String(token), aesKey: String(aesKey), send: "on-demand" },
    });
    expect(await simulator.events.check()).toMatchObject({ status: 200, accepted: true });
    expect((await read())["events"]).toMatchObject({ lastReceivedAt: expect.any(String) });
  });

  it("of a foreign company are refused [001-28]", async () => {
    const { corpId, appKey } = simulator.credentials;
    simulator.configure({ corpId: "dingsomebodyelse" });
    expect(await simulator.events.check()).toMatchObject({ status: 403, accepted: false });
    simulator.configure({ corpId, appKey: "dinganotherapp" });
    expect(await simulator.events.check()).toMatchObject({ status: 403, accepted: false });
    simulator.configure({ appKey });
    expect(await simulator.events.check()).toMatchObject({ accepted: true });
  });

  it("that our own writes caused are dropped, whatever their order and number", async () => {
    const people = [];
    for (const name of ["王一", "李二", "张三", "赵四"])
      people.push(await client.create("Users", person(name)));
    const top = await client.create("Groups", group("研发", undefined, people.slice(0, 2)));
    await client.create("Groups", group("前端", top, people.slice(2)));
    await quiet();
    expect(simulator.events.waiting().length).toBeGreaterThan(6);
    simulator.requests.clear();
    const results = await simulator.events.send({ times: 2, order: (events) => events.toReversed() });
    expect(results.every((one) => one.accepted)).toBe(true);
    await quiet();
    expect(writes()).toEqual([]);
    expect(await eventRuns()).toEqual([]);
    expect(await metric("repeated", "vendor_events_total")).toBe(results.length / 2);
    expect(await metric("echo", "vendor_event_looks_total")).toBe(6);
  });

  it("of changes by hand are answered by repairs, once each, and the echoes of those are dropped", async () => {
    const before = simulator.state();
    const of = (name: string) => {
      const found = simulator.state().users.find((one) => one.name === name);
      if (found === undefined) throw new Error(`there is no ${name}`);
      return found;
    };
    const [first, second] = [of("王一"), of("李二")];
    const department = before.departments.find((one) => one.name === "前端");
    simulator.requests.clear();
    simulator.act("/topapi/v2/user/update", { userid: first.userid, title: "经理" });
    simulator.act("/topapi/v2/user/update", { userid: first.userid, title: "总监" });
    simulator.act("/topapi/v2/user/delete", { userid: second.userid });
    simulator.act("/topapi/v2/department/update", { dept_id: department?.dept_id, name: "界面" });
    // Somebody whom only DingTalk knows comes, changes and goes.
    const stranger = { userid: "stranger", name: "外人", mobile: "13711110000", dept_id_list: "1" };
    simulator.act("/topapi/v2/user/create", stranger);
    simulator.act("/topapi/v2/user/update", { userid: "stranger", title: "顾问" });
    await simulator.events.send({ times: 3, order: (events) => events.toReversed() });
    await quiet();
    expect(of("王一")).toMatchObject({ title: "工程师" });
    expect(of("李二").userid).toBe(second.userid);
    expect(simulator.state().departments.map((one) => one.name)).toContain("前端");
    expect(of("外人")).toMatchObject({ title: "顾问" });

    const runs = await eventRuns();
    expect(runs.map((run) => run.trigger)).toEqual(["event", "event", "event"]);
    const rows = runs.flatMap((run) => run.rows.items);
    expect(rows.map(({ kind, action, result }) => `${kind} ${action} ${result}`).sort()).toEqual([
      "drift push done",
      "drift push done",
      "missing create done",
    ]);
    expect(writes().sort()).toEqual(["department/update", "user/create", "user/update"]);
    expect(simulator.requests.all().filter((one) => /\/list(sub|simple)?$/.test(one.path))).toEqual([]);

    // The timeline of a person tells what was found and what was done, under one correlation id.
    const timeline = await client.send("GET", `/admin/v1/users/${first.userid}/timeline?limit=200`);
    const items = timeline.body["items"] as { kind: string; correlationId: string; comparison?: unknown }[];
    const found = items.find((one) => one.kind === "comparison");
    expect(found?.comparison).toMatchObject({
      trigger: "event",
      kind: "drift",
      drifts: [{ field: "title", expected: "工程师", found: "总监" }],
      result: "done",
    });
    expect(runs.map((run) => run.correlationId)).toContain(found?.correlationId);
    expect(items.filter((one) => one.correlationId === found?.correlationId).map((one) => one.kind)).toEqual([
      "delivery",
      "comparison",
    ]);

    // The repairs are changes as well, and DingTalk tells of them.
    simulator.requests.clear();
    expect(simulator.events.waiting().length).toBeGreaterThan(2);
    await simulator.events.send({ times: 2 });
    await quiet();
    expect(writes()).toEqual([]);
    expect(await eventRuns()).toHaveLength(3);
  });

  it("that come while SCIM changes the same person undo nothing", async () => {
    const found = simulator.state().users.find((one) => one.name === "张三");
    simulator.act("/topapi/v2/user/update", { userid: found?.userid, title: "临时" });
    const change = { schemas: [PATCH], Operations: [{ op: "replace", path: "title", value: "架构师" }] };
    const [sent] = await Promise.all([
      simulator.events.send({ times: 2 }),
      client.send("PATCH", `/scim/v2/Users/${found?.userid}`, change),
    ]);
    expect(sent.every((one) => one.accepted)).toBe(true);
    await quiet();
    await simulator.events.send({ times: 2 });
    await quiet();
    expect(simulator.state().users.find((one) => one.name === "张三")).toMatchObject({ title: "架构师" });
  });

  it("stop being handled when they are switched off, and the keys stay [001-07]", async () => {
    await client.send("PATCH", path, { config: { events: { enabled: false } } });
    const found = simulator.state().users.find((one) => one.name === "赵四");
    simulator.act("/topapi/v2/user/update", { userid: found?.userid, title: "闲人" });
    expect(await simulator.events.send()).toMatchObject([{ status: 200, accepted: true }]);
    expect((await read())["events"]).toMatchObject({ waiting: 0 });
    expect(await metric("off", "vendor_events_total")).toBe(1);
    expect(await read()).toMatchObject({ config: { events: { enabled: false, token: MASK, aesKey: MASK } } });
  });

  it("are for nobody but DingTalk: a token of ours opens nothing there", async () => {
    const answer = await client.send("POST", `/connectors/dingtalk/${connection}/events`, {
      encrypt: "AAAA",
    });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).not.toContain(testClient.clientId);
  });
});
