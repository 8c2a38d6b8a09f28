import { afterEach, describe, expect, it } from "vitest";
import { failsWith } from "../contract/fails-with.js";
import { type OpenSession, openSession } from "./session.js";

const TOKEN_PATH = "/v1.0/oauth2/accessToken";
const GET_USER = "/topapi/v2/user/get";
const CREATE_USER = "/topapi/v2/user/create";
const context = { correlationId: "req-42" };
const profile = { name: "李娜", mobile: "13800138000", departmentRemoteIds: ["1"] };

let open: OpenSession | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function start(options?: Parameters<typeof openSession>[0]): Promise<OpenSession> {
  open = await openSession(options);
  return open;
}

describe("the access token", () => {
  it("is asked for once by 50 calls at the same time", async () => {
    const { session, simulator } = await start();
    const gets = Array.from({ length: 50 }, (_, n) => session.users.get({ ...context, remoteId: `u${n}` }));
    await Promise.all(gets);
    expect(simulator.requests.count(TOKEN_PATH)).toBe(1);
    expect(simulator.requests.count(GET_USER)).toBe(50);
  });

  it("is kept until 90 % of its life, then renewed while the old one still serves", async () => {
    const { session, simulator, clock } = await start({ simulator: { tokenLifetimeMs: 7_200_000 } });
    const get = () => session.users.get({ ...context, remoteId: "u" });
    await get();
    await clock.advance(6_470_000);
    await get();
    expect(simulator.requests.count(TOKEN_PATH)).toBe(1);
    await clock.advance(20_000);
    await Promise.all([get(), get(), get()]);
    await get();
    await expect.poll(() => simulator.requests.count(TOKEN_PATH)).toBe(2);
    await clock.advance(6_000_000);
    await get();
    expect(simulator.requests.count(TOKEN_PATH)).toBe(2);
    expect(simulator.requests.codes(GET_USER)).toEqual({ "60121": 7 });
  });

  it("goes on serving when its renewal fails, and the renewal is not hammered", async () => {
    const { session, simulator, clock } = await start();
    const get = () => session.users.get({ ...context, remoteId: "u" });
    await get();
    simulator.faults.add({ kind: "busy", path: TOKEN_PATH, times: 1 });
    await clock.advance(6_500_000);
    for (let call = 0; call < 5; call += 1) await get();
    await expect.poll(() => simulator.requests.count(TOKEN_PATH)).toBe(2);
    await clock.advance(31_000);
    await get();
    await expect.poll(() => simulator.requests.count(TOKEN_PATH)).toBe(3);
  });

  it.each(["40014", "42001"] as const)("is replaced and the call replayed once on %s", async (code) => {
    const { session, simulator } = await start({ simulator: { expiredTokenCode: code } });
    await session.users.get({ ...context, remoteId: "u" });
    simulator.revokeTokens();
    simulator.faults.add({ kind: "error", code: Number(code), path: CREATE_USER, times: 1 });
    const result = await session.users.create({ ...context, remoteId: "u1", profile });
    expect(result.remoteId).toBe("u1");
    expect(simulator.requests.count(TOKEN_PATH)).toBe(2);
    expect(simulator.requests.count(CREATE_USER)).toBe(2);
    expect(simulator.state().users).toHaveLength(1);
  });

  it("is not replayed a second time: then the connection is unauthorized", async () => {
    const { session, simulator } = await start();
    simulator.faults.add({ kind: "error", code: 40014, path: CREATE_USER });
    const error = await failsWith(
      session.users.create({ ...context, remoteId: "u1", profile }),
      "unauthorized",
      { code: "40014" },
    );
    expect(error.facts.mayHaveApplied).toBeUndefined();
    expect(simulator.requests.count(CREATE_USER)).toBe(2);
  });

  it("is replaced once for many calls that are refused together", async () => {
    const { session, simulator } = await start();
    await session.users.get({ ...context, remoteId: "u" });
    simulator.revokeTokens();
    await Promise.all(Array.from({ length: 20 }, () => session.users.get({ ...context, remoteId: "u" })));
    expect(simulator.requests.count(TOKEN_PATH)).toBe(2);
  });

  it("is refused for wrong credentials with a remedy and no secret in sight", async () => {
    const { session, calls } = await start({ settings: { appSecret: "wrong-secret-value" } });
    const error = await failsWith(session.users.get({ ...context, remoteId: "u" }), "unauthorized", {
      code: "invalidClientIdOrSecret",
    });
    expect(error.facts.remedy).toContain("Client Secret");
    expect(JSON.stringify([error, error.facts, calls])).not.toContain("wrong-secret-value");
  });

  it("still arrives for the others when the first caller leaves", async () => {
    const { session, simulator } = await start({ simulator: { latencyMs: 0 } });
    const leaving = new AbortController();
    const first = session.users.get({ ...context, remoteId: "u", signal: leaving.signal });
    const second = session.users.get({ ...context, remoteId: "u" });
    leaving.abort();
    await failsWith(first, "transient", { code: "aborted", mayHaveApplied: false });
    await expect(second).resolves.toBeUndefined();
    expect(simulator.requests.count(TOKEN_PATH)).toBe(1);
  });
});

describe("a throttled call", () => {
  it("reports the time to wait and penalises its path", async () => {
    const { session, simulator, penalties } = await start();
    simulator.faults.add({ kind: "throttle", path: CREATE_USER, times: 1 });
    await failsWith(session.users.create({ ...context, remoteId: "u1", profile }), "throttled", {
      code: "90018",
      retryAfterMs: 1_000,
    });
    expect(penalties).toEqual([{ path: CREATE_USER, ms: 1_000 }]);
  });

  it("of the platform-wide kind waits longer", async () => {
    const { session, simulator, penalties } = await start();
    simulator.faults.add({ kind: "throttle", code: 90002, path: GET_USER, times: 1 });
    await failsWith(session.users.get({ ...context, remoteId: "u" }), "throttled", { retryAfterMs: 2_000 });
    expect(penalties).toEqual([{ path: GET_USER, ms: 2_000 }]);
  });

  it("by a ban of the address silences the whole connection until it is over", async () => {
    const { session, simulator, clock } = await start();
    await session.users.get({ ...context, remoteId: "u" });
    simulator.faults.add({ kind: "ban", path: GET_USER, times: 1 });
    const get = () => session.users.get({ ...context, remoteId: "u" });
    await failsWith(get(), "throttled", { code: "address-banned", retryAfterMs: 300_000 });
    const sent = simulator.requests.count();
    await clock.advance(100_000);
    await failsWith(session.users.create({ ...context, remoteId: "u1", profile }), "throttled", {
      code: "keeping-silent",
      retryAfterMs: 200_000,
    });
    expect(simulator.requests.count()).toBe(sent);
    await clock.advance(200_000);
    await expect(get()).resolves.toBeUndefined();
  });
});

describe("a lost answer", () => {
  it.each([
    ["reset after the change", { kind: "reset", when: "after" }, true],
    ["reset before the change", { kind: "reset", when: "before" }, false],
    ["a page from a gateway after the change", { kind: "html", status: 502, when: "after" }, true],
    ["no answer at all", { kind: "hang", when: "after" }, true],
    ["an answer cut short", { kind: "answer", status: 200, body: '{"errcode":0,"re', when: "after" }, true],
    ["success without the id", { kind: "answer", status: 200, body: '{"errcode":0}', when: "after" }, true],
  ] as const)("(%s) leaves a create in doubt", async (_name, fault, applied) => {
    const { session, simulator } = await start({ limits: { totalTimeoutMs: 250 } });
    await session.users.get({ ...context, remoteId: "u" });
    simulator.faults.add({ ...fault, path: CREATE_USER, times: 1 });
    await failsWith(session.users.create({ ...context, remoteId: "u1", profile }), "transient", {
      mayHaveApplied: true,
    });
    expect(simulator.state().users).toHaveLength(applied ? 1 : 0);
  });

  it("of a refused connection leaves no doubt", async () => {
    // The token comes from the simulator, and nothing listens on port 1.
    const { session } = await start({ settings: { oapiBaseUrl: "http://127.0.0.1:1" } });
    const create = session.users.create({ ...context, remoteId: "u1", profile });
    await failsWith(create, "transient", { code: "refused-connection", mayHaveApplied: false });
  });

  it("of the token call leaves no doubt about the create that needed the token", async () => {
    const { session, simulator } = await start();
    simulator.faults.add({ kind: "reset", path: TOKEN_PATH, times: 1 });
    const error = await failsWith(
      session.users.create({ ...context, remoteId: "u1", profile }),
      "transient",
      {},
    );
    expect(error.facts.mayHaveApplied ?? false).toBe(false);
  });
});

describe("a recorded call", () => {
  it("shows path, outcome and masked bodies, and hides token, secret and mobile", async () => {
    const { session, calls, simulator } = await start();
    await session.users.create({
      ...context,
      remoteId: "u1",
      profile: { ...profile, telephone: "010-88886666" },
    });
    await session.users.get({ ...context, remoteId: "u1" });
    await session.users.findByMobile({ ...context, mobile: "13800138000" });
    expect(calls.map(({ method, path, outcome }) => `${method} ${path} ${outcome}`)).toEqual([
      `POST ${TOKEN_PATH} ok`,
      `POST ${CREATE_USER} ok`,
      `POST ${GET_USER} ok`,
      "POST /topapi/v2/user/getbymobile ok",
      `POST ${GET_USER} ok`,
    ]);
    const text = JSON.stringify(calls);
    expect(text).not.toContain(simulator.credentials.appSecret);
    expect(text).not.toMatch(/13800138000|88886666/);
    expect(text).toContain("138******00");
    expect(calls[0]?.response).toMatchObject({ accessToken: "[redacted]" });
    expect(calls[1]?.vendorRequestId).toEqual(expect.any(String));
    expect(calls[1]?.request).toMatchObject({ userid: "u1", name: "李娜" });
  });

  it("carries the vendor's code when it was refused", async () => {
    const { session, calls } = await start();
    await session.users.get({ ...context, remoteId: "nobody" });
    expect(calls.at(-1)).toMatchObject({ path: GET_USER, outcome: "60121" });
  });

  it("is traceable at the vendor by the correlation id, stripped of what no header may hold", async () => {
    const { session, simulator } = await start();
    await session.users.get({ correlationId: "a\r\nb 中", remoteId: "u" });
    await session.users.get({ correlationId: "req-42", remoteId: "u" });
    expect(simulator.requests.all(GET_USER).map(({ correlationId }) => correlationId)).toEqual([
      "ab",
      "req-42",
    ]);
  });
});
