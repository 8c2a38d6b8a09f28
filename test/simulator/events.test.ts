import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDingTalkConnector } from "../../src/connectors/dingtalk/index.js";
import { createInProcessSimulator, type InProcessSimulator } from "../../src/simulator/index.js";
import { createFakeClock, type FakeClock } from "../support/fake-clock.js";

const connector = createDingTalkConnector();
const keys = { token: "tokenOfTests1", aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG" };

let clock: FakeClock;
let simulator: InProcessSimulator;
let subscriber: Server;
let received: { type: string; id: string; records: string[] }[];
/** How many pushes are answered with 500 from now on. */
let failures: number;

beforeEach(async () => {
  received = [];
  failures = 0;
  clock = createFakeClock();
  subscriber = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const query = Object.fromEntries(new URL(request.url ?? "", "http://localhost").searchParams);
      const body = JSON.parse(Buffer.concat(chunks).toString());
      const settings = connector.parseSettings({
        ...simulator.credentials,
        "events.token": keys.token,
        "events.aesKey": keys.aesKey,
      });
      const push = connector.events?.receive(settings, { query, body, receivedAt: clock.now() });
      const { event } = push ?? {};
      if (event !== undefined) {
        received.push({ type: event.type, id: event.id, records: event.records.map((one) => one.remoteId) });
      }
      failures -= 1;
      response.writeHead(failures >= 0 ? 500 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(push?.answer));
    });
  });
  await new Promise<void>((resolve) => subscriber.listen(0, "127.0.0.1", resolve));
  simulator = createInProcessSimulator({ clock });
});
afterEach(() => new Promise((resolve) => subscriber.close(resolve)));

function subscribe(send: "at-once" | "on-demand", owner: "app" | "corp" = "app"): void {
  const url = `http://127.0.0.1:${(subscriber.address() as AddressInfo).port}/events`;
  simulator.configure({ events: { ...keys, url, send, owner } });
}

const addDepartment = (name: string) => simulator.act("/topapi/v2/department/create", { name, parent_id: 1 });

describe("the simulator's events", () => {
  it("are signed and encrypted so that the connector opens them, and its answers are accepted", async () => {
    for (const owner of ["app", "corp"] as const) {
      subscribe("on-demand", owner);
      expect(await simulator.events.check()).toMatchObject({ status: 200, accepted: true });
      addDepartment(`研发-${owner}`.replace("-", ""));
      expect(await simulator.events.send()).toMatchObject([{ accepted: true }]);
    }
    expect(received.map((one) => one.type)).toEqual([
      "check_url",
      "org_dept_create",
      "check_url",
      "org_dept_create",
    ]);
  });

  it("tell of every change, by hand or by call, and of which record, not what it holds", async () => {
    subscribe("on-demand");
    addDepartment("研发");
    const [department] = simulator.state().departments.filter((one) => one.name === "研发");
    simulator.act("/topapi/v2/user/create", {
      userid: "zhang",
      name: "张",
      mobile: "13800000001",
      dept_id_list: "1",
    });
    simulator.act("/topapi/v2/user/update", { userid: "zhang", title: "经理" });
    simulator.act("/topapi/v2/user/delete", { userid: "zhang" });
    simulator.act("/topapi/v2/department/delete", { dept_id: department?.dept_id });
    await simulator.events.send();
    expect(received.map(({ type, records }) => [type, ...records])).toEqual([
      ["org_dept_create", String(department?.dept_id)],
      ["user_add_org", "zhang"],
      ["user_modify_org", "zhang"],
      ["user_leave_org", "zhang"],
      ["org_dept_remove", String(department?.dept_id)],
    ]);
  });

  it("are sent in any order and more than once where that is asked for", async () => {
    subscribe("on-demand");
    addDepartment("甲");
    addDepartment("乙");
    const ids = simulator.events.waiting().map((one) => one.eventId);
    await simulator.events.send({ times: 2, order: (events) => events.toReversed() });
    expect(received.map((one) => one.id)).toEqual([ids[1], ids[1], ids[0], ids[0]]);
    expect(simulator.events.waiting()).toEqual([]);
  });

  it("are repeated after 10 and after 30 seconds where they are not accepted, and then given up", async () => {
    subscribe("at-once");
    failures = 5;
    addDepartment("甲");
    for (const [count, pause] of [
      [1, 10_000],
      [2, 30_000],
      [3, 0],
    ] as const) {
      await expect.poll(() => received.length).toBe(count);
      if (pause > 0) {
        await expect.poll(() => clock.sleeping()).toBe(1);
        await clock.advance(pause);
      }
    }
    addDepartment("乙");
    await expect.poll(() => received.length).toBe(4);
    expect(new Set(received.slice(0, 3).map((one) => one.id)).size).toBe(1);
    expect(received[3]?.id).not.toBe(received[0]?.id);
  });

  it("do not exist without a subscriber", async () => {
    addDepartment("甲");
    subscribe("on-demand");
    expect(simulator.events.waiting()).toEqual([]);
    expect(await simulator.events.send()).toEqual([]);
  });
});
