import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { startSimulator } from "../../src/simulator/index.js";
import { startTenant, type Tenant } from "./tenant.js";

describe("the request log", () => {
  it("keeps what was called, with what result, without tokens and secrets", async () => {
    const tenant = await startTenant();
    await tenant.fetch(`/gettoken?appkey=dingsimulatedapp0001&appsecret=hidden-secret`);
    await tenant.fetch(`/topapi/v2/user/get?access_token=${tenant.token}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-correlation-id": "c-1" },
      body: '{"userid":"u1"}',
    });
    await tenant.addDepartment("甲");
    const entries = tenant.simulator.requests.all();
    expect(entries).toMatchObject([
      {
        sequence: 1,
        method: "GET",
        path: "/gettoken",
        parameters: { appkey: "dingsimulatedapp0001" },
        code: 40096,
      },
      {
        sequence: 2,
        correlationId: "c-1",
        parameters: { userid: "u1" },
        code: 60121,
        status: 200,
        applied: false,
      },
      {
        sequence: 3,
        state: "answered",
        code: 0,
        applied: true,
        at: "2026-03-02T01:00:00.000Z",
        durationMs: 0,
      },
    ]);
    const text = JSON.stringify(entries);
    expect(text).not.toContain("hidden-secret");
    expect(text).not.toContain(tenant.token);
  });

  it("unwraps the envelope: the code is the one to act on", async () => {
    const tenant = await startTenant({ allowedIps: [] });
    await tenant.call("v2/department/listsub");
    expect(tenant.simulator.requests.codes("/topapi/*")).toEqual({ "60020": 1 });
  });

  it("counts and selects by path, prefix, code, correlation and any test", async () => {
    const tenant = await startTenant();
    await tenant.codeOf("v2/user/get", { userid: "a" });
    await tenant.codeOf("v2/user/get", { userid: "b" });
    await tenant.codeOf("v2/department/listsub");
    const { requests } = tenant.simulator;
    expect([
      requests.count(),
      requests.count("/topapi/v2/user/get"),
      requests.count("/topapi/v2/*"),
      requests.count({ code: 60121 }),
      requests.count({ after: 2 }),
      requests.count({ correlationId: "c" }),
      requests.count({ where: (request) => request.parameters["userid"] === "b" }),
    ]).toEqual([3, 2, 3, 2, 1, 0, 1]);
  });

  it("knows the busiest second, whichever millisecond it began at", async () => {
    const tenant = await startTenant();
    for (const pause of [0, 400, 599, 1, 5_000]) {
      tenant.clock.advance(pause);
      await tenant.codeOf("v2/department/listsub");
    }
    // Arrivals at 0, 400, 999, 1000 and 6000 ms.
    expect(tenant.simulator.requests.maxPerSecond("/topapi/v2/department/listsub")).toBe(3);
    expect(tenant.simulator.requests.maxPerSecond("/nothing")).toBe(0);
  });

  it("knows how many calls were under way at once", async () => {
    const tenant = await startTenant();
    await tenant.codeOf("v2/user/get", { userid: "a" });
    await tenant.codeOf("v2/user/get", { userid: "b" });
    expect(tenant.simulator.requests.maxConcurrent()).toBe(1);
    tenant.simulator.faults.add({ kind: "delay", ms: 10 });
    const calls = ["c", "d", "e"].map((userid) => tenant.codeOf("v2/user/get", { userid }));
    await vi.waitFor(() => expect(tenant.clock.sleeping()).toBe(3));
    tenant.clock.advance(10);
    await Promise.all(calls);
    expect(tenant.simulator.requests.maxConcurrent("/topapi/v2/user/get")).toBe(3);
  });

  it("survives bodies made to break it", async () => {
    const tenant = await startTenant();
    const body = `{"userid":${"[".repeat(50_000)}${"]".repeat(50_000)},"__proto__":{"polluted":true}}`;
    await tenant.fetch(`/topapi/v2/user/get?access_token=${tenant.token}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    await tenant.codeOf("v2/user/get", { userid: "x".repeat(100_000) });
    const response = await tenant.fetch("/_sim/requests");
    expect(response.status).toBe(200);
    expect((await response.text()).length).toBeLessThan(10_000);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("the state dump", () => {
  it("shows the tree in order and the people with everything a test compares", async () => {
    const tenant = await startTenant();
    const b = await tenant.addDepartment("乙", 1, { order: 2, source_identifier: "s-b" });
    const a = await tenant.addDepartment("甲", 1, { order: 1 });
    const c = await tenant.addDepartment("丙", a);
    await tenant.addUser("boss");
    await tenant.addUser("u1", { dept_id_list: `${c},${b}`, manager_userid: "boss", title: "工程师" });
    const { departments, users } = tenant.simulator.state();
    expect(departments.map(({ dept_id, path }) => [dept_id, path])).toEqual([
      [1, ""],
      [a, "甲"],
      [c, "甲/丙"],
      [b, "乙"],
    ]);
    expect(departments[3]).toMatchObject({ source_identifier: "s-b", parent_id: 1, userid_list: ["u1"] });
    expect(users[1]).toMatchObject({
      userid: "u1",
      name: "员工u1",
      mobile: "13800000002",
      dept_id_list: [c, b],
      manager_userid: "boss",
      title: "工程师",
    });
  });

  it("proves that no duplicate ever existed, or shows the one that did", async () => {
    const tenant = await startTenant();
    const first = await tenant.addDepartment("甲", 1, { source_identifier: "s-1" });
    await tenant.call("v2/department/delete", { dept_id: first });
    const second = await tenant.addDepartment("甲", 1, { source_identifier: "s-1" });
    await tenant.addUser("u1", { mobile: "13900000001" });
    const before = tenant.simulator.state().history;
    expect(before.departmentCreates).toEqual({ "s-1": 2 });
    expect(before.userCreates).toEqual({ u1: 1 });
    expect(before.mobileCreates).toEqual({ "86-13900000001": 1 });
    expect(before.liveDuplicates).toEqual([]);
    const twin = await tenant.addDepartment("甲二", 1, { source_identifier: "s-1" });
    await tenant.call("v2/department/delete", { dept_id: twin });
    expect(tenant.simulator.state().history.liveDuplicates).toMatchObject([
      { sourceIdentifier: "s-1", departmentIds: [second, twin] },
    ]);
  });

  it("tells what each update carried", async () => {
    const tenant = await startTenant();
    await tenant.addUser("u1");
    await tenant.call("v2/user/update", { userid: "u1", title: "工程师", remark: "" });
    const { events } = tenant.simulator.state().history;
    expect(events.map(({ action, id, fields }) => ({ action, id, fields }))).toEqual([
      { action: "user.created", id: "u1", fields: [] },
      { action: "user.updated", id: "u1", fields: ["title", "remark"] },
    ]);
  });
});

describe("what the administrator does", () => {
  it("keeps the rules but needs no token, and is neither limited nor logged nor disturbed", async () => {
    const tenant = await startTenant({ ratePerSecond: 1, allowedIps: [] });
    const { simulator } = tenant;
    simulator.faults.add({ kind: "busy" });
    const acted = simulator.act("/topapi/v2/department/create", { name: "甲", parent_id: 1 });
    simulator.act("/topapi/v2/department/create", { name: "乙", parent_id: 1 });
    expect(acted).toEqual({ result: { dept_id: expect.any(Number) } });
    expect(() => simulator.act("/topapi/v2/department/create", { name: "甲", parent_id: 1 })).toThrow(
      expect.objectContaining({ code: 60008 }),
    );
    expect(() => simulator.act("/nowhere", {})).toThrow(expect.objectContaining({ code: 22 }));
    expect(simulator.requests.count()).toBe(0);
  });
});

describe("the controls below /_sim/", () => {
  const control = async (tenant: Tenant, method: string, name: string, body?: unknown) => {
    const init: RequestInit = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await tenant.fetch(`/_sim/${name}`, init);
    const answer: unknown = await response.json();
    return { status: response.status, body: answer };
  };
  const addedFaults = z.object({ ids: z.array(z.string()) });

  it("drive the simulator from another process", async () => {
    const tenant = await startTenant();
    const acted = await control(tenant, "POST", "act", {
      path: "/topapi/v2/user/create",
      parameters: { userid: "u1", name: "张三", mobile: "13900000001", dept_id_list: "1" },
    });
    expect(acted).toMatchObject({ status: 200, body: { result: { userid: "u1" } } });
    const added = await control(tenant, "POST", "faults", [{ kind: "busy", times: 1 }, { kind: "ban" }]);
    const [, ban] = addedFaults.parse(added.body).ids;
    expect(await tenant.codeOf("v2/department/listsub")).toBe(-1);
    expect((await control(tenant, "GET", "faults")).body).toMatchObject([
      { hits: 1, live: false },
      { hits: 0 },
    ]);
    expect((await control(tenant, "DELETE", `faults?id=${ban}`)).status).toBe(200);
    expect((await control(tenant, "DELETE", `faults?id=${ban}`)).status).toBe(404);
    expect((await control(tenant, "DELETE", "faults")).status).toBe(200);
    await tenant.codeOf("v2/department/listsub");
    const { body: page } = await control(tenant, "GET", "requests?path=/topapi/*&after=1&limit=1");
    expect(page).toMatchObject({ total: 1, requests: [{ sequence: 2, code: 0 }] });
    expect((await control(tenant, "GET", "summary")).body).toEqual([
      {
        path: "/topapi/v2/department/listsub",
        count: 2,
        maxPerSecond: 2,
        maxConcurrent: 1,
        codes: { "-1": 1, "0": 1 },
      },
    ]);
    expect((await control(tenant, "GET", "state")).body).toMatchObject({ users: [{ userid: "u1" }] });
    expect((await control(tenant, "DELETE", "requests")).status).toBe(200);
    expect((await control(tenant, "DELETE", "tokens")).status).toBe(200);
    expect(await tenant.codeOf("v2/department/listsub")).toBe(40014);
    expect((await control(tenant, "POST", "reset")).status).toBe(200);
    expect((await control(tenant, "GET", "state")).body).toMatchObject({
      users: [],
      history: { events: [] },
    });
  });

  it("change settings, without showing the secret", async () => {
    const tenant = await startTenant();
    const changed = await control(tenant, "PATCH", "settings", {
      ratePerSecond: 1,
      appSecret: "another-secret",
    });
    expect(changed.body).toMatchObject({ ratePerSecond: 1 });
    expect(changed.body).not.toHaveProperty("appSecret");
    expect(tenant.simulator.credentials.appSecret).toBe("another-secret");
    await tenant.codeOf("v2/department/listsub");
    expect(await tenant.codeOf("v2/department/listsub")).toBe(90018);
  });

  it.each<[string, string, string, unknown, number, string]>([
    ["an unknown control", "GET", "nothing", undefined, 404, "there are: GET state"],
    ["an unknown fault", "POST", "faults", { kind: "explode" }, 400, "kind"],
    ["an unknown setting", "PATCH", "settings", { speed: 1 }, 400, "speed"],
    ["no body", "POST", "faults", undefined, 400, "not JSON"],
    [
      "a broken rule",
      "POST",
      "act",
      { path: "/topapi/v2/user/get", parameters: { userid: "x" } },
      409,
      "找不到",
    ],
  ])("say what is wrong with %s", async (_case, method, name, body, status, text) => {
    const tenant = await startTenant();
    const answer = await control(tenant, method, name, body);
    expect(answer).toMatchObject({ status, body: { message: expect.stringContaining(text) } });
  });
});

describe("starting", () => {
  it("refuses a port that is taken, naming it", async () => {
    const tenant = await startTenant();
    const port = Number(new URL(tenant.simulator.url).port);
    await expect(startSimulator({ port })).rejects.toThrow(`127.0.0.1:${port}`);
  });

  it("refuses a wrong setting, naming it", async () => {
    await expect(startSimulator({ ratePerSecond: -1 })).rejects.toThrow("ratePerSecond");
  });

  it("keeps two companies apart", async () => {
    const [one, other] = [await startTenant(), await startTenant()];
    await one.addUser("u1");
    expect(await other.codeOf("v2/user/get", { userid: "u1" })).toBe(60121);
  });
});
