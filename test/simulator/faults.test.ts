import { describe, expect, it, vi } from "vitest";
import type { Fault } from "../../src/simulator/index.js";
import { startTenant } from "./tenant.js";

const CREATE = "/topapi/v2/department/create";
const TOKEN = "/v1.0/oauth2/accessToken";

describe("a planned fault", () => {
  it.each<[string, Fault, string, number, string]>([
    ["a plain code", { kind: "error", code: 60008 }, CREATE, 200, '"errcode":60008'],
    [
      "an authorisation code in the envelope",
      { kind: "error", code: 42001 },
      CREATE,
      200,
      '"sub_code":"42001"',
    ],
    [
      "a code forced plain",
      { kind: "error", code: 60020, envelope: "plain" },
      CREATE,
      200,
      '"errcode":60020',
    ],
    ["a code with its own text", { kind: "error", code: 40103, message: "已邀请" }, CREATE, 200, "已邀请"],
    [
      "a text code of v1.0",
      { kind: "error", code: "unknownError", status: 500 },
      TOKEN,
      500,
      '"code":"unknownError"',
    ],
    ["system busy", { kind: "busy" }, CREATE, 200, '"errcode":-1'],
    ["system busy of v1.0", { kind: "busy" }, TOKEN, 429, '"code":"system.busy"'],
    ["throttling", { kind: "throttle" }, CREATE, 200, '"sub_code":"90018"'],
    ["throttling for all", { kind: "throttle", code: 90002 }, CREATE, 200, '"sub_code":"90002"'],
    ["throttling of v1.0", { kind: "throttle" }, TOKEN, 403, "QpsLimitForAppkeyAndApi"],
    ["a page", { kind: "html", status: 405 }, CREATE, 405, "<!DOCTYPE html>"],
    ["the ban of an address", { kind: "ban" }, CREATE, 200, '"status":1111'],
    ["any answer", { kind: "answer", status: 502, body: "bad gateway" }, CREATE, 502, "bad gateway"],
  ])("answers %s and performs nothing", async (_case, fault, path, status, text) => {
    const tenant = await startTenant();
    tenant.simulator.faults.add({ ...fault, path });
    const response = await tenant.fetch(`${path}?access_token=${tenant.token}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"name":"A","parent_id":1}',
    });
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(text);
    expect(tenant.simulator.state().departments).toHaveLength(1);
    expect(tenant.simulator.requests.all()).toMatchObject([{ applied: false, faults: [fault.kind], status }]);
  });

  it.each([
    ["before", 1, false],
    ["after", 2, true],
  ] as const)("breaks the connection %s the call takes effect", async (when, departments, applied) => {
    const tenant = await startTenant();
    tenant.simulator.faults.add({ kind: "reset", when, path: CREATE, times: 1 });
    await expect(tenant.call("v2/department/create", { name: "甲", parent_id: 1 })).rejects.toThrow(
      "fetch failed",
    );
    expect(tenant.simulator.state().departments).toHaveLength(departments);
    expect(tenant.simulator.requests.all()).toMatchObject([{ state: "reset", applied, status: undefined }]);
    expect(await tenant.codeOf("v2/department/create", { name: "甲", parent_id: 1 })).toBe(
      applied ? 60008 : 0,
    );
  });

  it.each([
    ["busy", { kind: "busy", when: "after" }],
    ["html", { kind: "html", when: "after" }],
    ["a gateway timeout", { kind: "answer", status: 504, body: "", when: "after" }],
  ] as const)("hides an applied change behind %s", async (_case, fault) => {
    const tenant = await startTenant();
    tenant.simulator.faults.add({ ...fault, path: CREATE });
    await tenant.fetch(`${CREATE}?access_token=${tenant.token}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"name":"A","parent_id":1}',
    });
    expect(tenant.simulator.state().departments).toHaveLength(2);
    expect(tenant.simulator.requests.all()).toMatchObject([{ applied: true }]);
  });

  it("never answers, before or after the call took effect", async () => {
    const tenant = await startTenant();
    tenant.simulator.faults.add({ kind: "hang", when: "after", path: CREATE });
    const giveUp = new AbortController();
    const call = tenant.fetch(`${CREATE}?access_token=${tenant.token}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"name":"A","parent_id":1}',
      signal: giveUp.signal,
    });
    await vi.waitFor(() =>
      expect(tenant.simulator.requests.all()).toMatchObject([{ state: "hung", applied: true }]),
    );
    giveUp.abort();
    await expect(call).rejects.toThrow("aborted");
    expect(tenant.simulator.state().departments).toHaveLength(2);
  });

  it.each([
    ["before", 1],
    ["after", 2],
  ] as const)("delays on the simulator's clock, %s the call takes effect", async (when, departments) => {
    const tenant = await startTenant();
    tenant.simulator.faults.add({ kind: "delay", ms: 60_000, when, path: CREATE });
    const call = tenant.codeOf("v2/department/create", { name: "甲", parent_id: 1 });
    await vi.waitFor(() => expect(tenant.clock.sleeping()).toBe(1));
    expect(tenant.simulator.state().departments).toHaveLength(departments);
    tenant.clock.advance(60_000);
    expect(await call).toBe(0);
    expect(tenant.simulator.requests.all()).toMatchObject([{ durationMs: 60_000, applied: true }]);
  });

  it("delays and then strikes when both are planned", async () => {
    const tenant = await startTenant();
    tenant.simulator.faults.add({ kind: "busy", path: CREATE });
    tenant.simulator.faults.add({ kind: "delay", ms: 5 });
    const call = tenant.codeOf("v2/department/create", { name: "甲", parent_id: 1 });
    await vi.waitFor(() => expect(tenant.clock.sleeping()).toBe(1));
    tenant.clock.advance(5);
    expect(await call).toBe(-1);
    expect(tenant.simulator.requests.all()).toMatchObject([{ faults: ["busy", "delay"] }]);
  });
});

describe("the aim of a fault", () => {
  it.each<[string, Partial<Fault>, number[]]>([
    ["every call without an aim", {}, [-1, -1, -1, -1]],
    ["one path", { path: "/topapi/v2/user/get" }, [-1, -1, -1, 0]],
    ["a prefix", { path: "/topapi/v2/dep*" }, [60121, 60121, 60121, -1]],
    ["another path", { path: "/topapi/v2/user/delete" }, [60121, 60121, 60121, 0]],
    ["the next two calls", { times: 2 }, [-1, -1, 60121, 0]],
    ["the second call only", { skip: 1, times: 1 }, [60121, -1, 60121, 0]],
    ["calls about one person", { matching: { userid: "b" } }, [60121, -1, 60121, 0]],
    ["nothing by an inherited name", { matching: { constructor: "x" } }, [60121, 60121, 60121, 0]],
  ])("is %s", async (_case, aim, expected) => {
    const tenant = await startTenant();
    tenant.simulator.faults.add({ kind: "busy", ...aim } as Fault);
    const codes = [
      await tenant.codeOf("v2/user/get", { userid: "a" }),
      await tenant.codeOf("v2/user/get", { userid: "b" }),
      await tenant.codeOf("v2/user/get", { userid: "c" }),
      await tenant.codeOf("v2/department/listsub"),
    ];
    expect(codes).toEqual(expected);
  });

  it("ends with its time", async () => {
    const tenant = await startTenant();
    tenant.simulator.faults.add({ kind: "throttle", forMs: 3_000 });
    expect(await tenant.codeOf("v2/department/listsub")).toBe(90018);
    tenant.clock.advance(2_999);
    expect(await tenant.codeOf("v2/department/listsub")).toBe(90018);
    tenant.clock.advance(1);
    expect(await tenant.codeOf("v2/department/listsub")).toBe(0);
    expect(tenant.simulator.faults.list()).toMatchObject([{ seen: 2, hits: 2, live: false }]);
  });

  it("lets a second fault wait for the next call", async () => {
    const tenant = await startTenant();
    tenant.simulator.faults.add({ kind: "busy", times: 1 });
    tenant.simulator.faults.add({ kind: "error", code: 40009, times: 1 });
    const codes: number[] = [];
    for (let n = 0; n < 3; n += 1) codes.push(await tenant.codeOf("v2/department/listsub"));
    expect(codes).toEqual([-1, 40009, 0]);
  });

  it("can be taken back", async () => {
    const tenant = await startTenant();
    const id = tenant.simulator.faults.add({ kind: "busy" });
    expect(tenant.simulator.faults.remove(id)).toBe(true);
    expect(tenant.simulator.faults.remove(id)).toBe(false);
    expect(await tenant.codeOf("v2/department/listsub")).toBe(0);
  });

  it("must be well formed", async () => {
    const tenant = await startTenant();
    const wrong = { kind: "reset", pahth: "/x" } as unknown as Fault;
    expect(() => tenant.simulator.faults.add(wrong)).toThrow("pahth");
  });
});

it("closing the simulator ends calls that hang or wait, and frees the port", async () => {
  const tenant = await startTenant();
  const outcomes = Promise.allSettled([
    tenant.call("v2/department/listsub"),
    tenant.call("v2/department/get", { dept_id: 1 }),
  ]);
  tenant.simulator.faults.add({ kind: "hang", path: "/topapi/v2/department/listsub" });
  tenant.simulator.faults.add({ kind: "delay", ms: 60_000, path: "/topapi/v2/department/get" });
  await vi.waitFor(() =>
    expect(tenant.simulator.requests.count({ where: (r) => r.state !== "answered" })).toBe(2),
  );
  await tenant.simulator.close();
  expect((await outcomes).map((outcome) => outcome.status)).toEqual(["rejected", "rejected"]);
  await expect(tenant.fetch("/_sim/state")).rejects.toThrow("fetch failed");
});
