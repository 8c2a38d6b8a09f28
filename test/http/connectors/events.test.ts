import express, { type Express } from "express";
import request from "supertest";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encryptPush } from "../../../src/connectors/dingtalk/events/push-cipher.js";
import { signPush } from "../../../src/connectors/dingtalk/events/push-signature.js";
import { createDingTalkConnector } from "../../../src/connectors/dingtalk/index.js";
import { createConnectorRegistry } from "../../../src/connectors/registry.js";
import { createEventRouter } from "../../../src/http/connectors/event-router.js";
import { errorHandler } from "../../../src/http/error-response.js";
import { correlate } from "../../../src/http/middleware/correlation.js";
import { createLogger } from "../../../src/observability/logger.js";
import { createMetrics, type Metrics } from "../../../src/observability/metrics.js";
import { appendBacklog } from "../../../src/outbox/append-backlog.js";
import { createSecretBox } from "../../../src/platform/secret-box.js";
import { observePush } from "../../../src/process-reports.js";
import { type Connections, createConnections } from "../../../src/provisioning/connections/connections.js";
import { createEventIntake } from "../../../src/provisioning/events/event-intake.js";
import { seal, unseal } from "../../../src/simulator/events/cipher.js";
import { defaultTenantId, openTestDatabase, type TestDatabase } from "../../support/database.js";
import { createFakeClock, type FakeClock } from "../../support/fake-clock.js";

const keys = { token: "tokenOfTests1", aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG" };
const UNKNOWN = "99999999-9999-4999-8999-999999999999";
const context = { tenantId: defaultTenantId, actor: "test", correlationId: "c-1" };

let test: TestDatabase;
let clock: FakeClock;
let metrics: Metrics;
let connections: Connections;
let app: Express;
let log: string[];
let id: string;

beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.database.query("truncate connection, event_receipt, event_hint, audit_entry cascade");
  clock = createFakeClock();
  metrics = createMetrics({ processMetrics: false });
  log = [];
  const { database } = test;
  const logger = createLogger({ level: "debug", destination: { write: (line) => void log.push(line) } });
  const parts = {
    database,
    clock,
    secretBox: createSecretBox(["a key that only the tests of this file use"]),
    connectors: createConnectorRegistry([createDingTalkConnector()]),
  };
  connections = createConnections({
    ...parts,
    outbox: { appendBacklog },
    pacerFor: () => ({ reserve: async () => undefined, penalise: async () => undefined }),
  });
  const intake = createEventIntake({ ...parts, onPush: (note) => observePush(metrics, logger, note) });
  app = express();
  app.use(correlate(logger));
  app.use("/connectors", createEventRouter({ intake, clock }));
  app.use(errorHandler({ metrics }));
  id = await connect("dingcorp1");
});

async function connect(corpId: string, events: Record<string, string> = { "events.enabled": "true" }) {
  const config = {
    corpId,
    appKey: `app-${corpId}`,
    appSecret: "s3cret",
    "events.token": keys.token,
    "events.aesKey": keys.aesKey,
    ...events,
  };
  const given = { connector: "dingtalk", name: corpId, scope: {}, mapping: {}, policy: {}, schedule: {} };
  const made = await connections.create(context, { ...given, config });
  await connections.enable(context, made.id);
  return made.id;
}

const eventOf = (extra: object = {}) =>
  JSON.stringify({
    EventType: "user_modify_org",
    CorpId: "dingcorp1",
    eventId: "event-1",
    userId: ["zhang", "li"],
    ...extra,
  });

function push(text = eventOf(), owner = "app-dingcorp1", to = id, at = clock.now()) {
  const { signature, timestamp, nonce, encrypt } = seal(keys, text, owner, at);
  return request(app)
    .post(`/connectors/dingtalk/${to}/events`)
    .query({ msg_signature: signature, timestamp, nonce })
    .send({ encrypt });
}

const hints = () =>
  test.database.query("select resource_type, remote_id, event_type from event_hint order by remote_id");
const receipts = () =>
  test.database.query("select event_id, event_type from event_receipt order by event_id");
const counted = async (outcome: string) =>
  Number(
    new RegExp(`vendor_events_total\\{connector="dingtalk",outcome="${outcome}"\\} (\\d+)`).exec(
      (await metrics.expose()).text,
    )?.[1] ?? 0,
  );

/** A refusal tells nothing: neither which check failed, nor keys, nor what is inside. */
function expectRefusal(answer: request.Response, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
  expect(Object.keys(answer.body).sort()).toEqual(["code", "detail", "status", "title", "type"]);
  expect(answer.text).not.toMatch(/sign|decrypt|padding|stale|foreign|token|aes|dingcorp|app-|\n\s+at /i);
}

describe("the address of a connection's events", () => {
  it("keeps an event before it answers, and answers the encrypted success", async () => {
    const answer = await push();
    expect(answer.status).toBe(200);
    const { msg_signature: signature, timeStamp: timestamp, nonce, encrypt } = answer.body;
    expect(unseal(keys, { signature, timestamp, nonce, encrypt }, "app-dingcorp1")).toBe("success");
    expect(await receipts()).toEqual([{ event_id: "event-1", event_type: "user_modify_org" }]);
    expect(await hints()).toEqual([
      { resource_type: "User", remote_id: "li", event_type: "user_modify_org" },
      { resource_type: "User", remote_id: "zhang", event_type: "user_modify_org" },
    ]);
    expect(await counted("kept")).toBe(1);
  });

  it("checks with keys that are stored encrypted", async () => {
    const stored = JSON.stringify(await test.database.query("select config, secrets from connection"));
    expect(stored).toContain("events.token");
    for (const key of Object.values(keys)) expect(stored).not.toContain(key);
  });

  it("keeps a repeated event once, also where it is replayed word for word", async () => {
    for (let times = 0; times < 3; times++) expect((await push()).status).toBe(200);
    expect(await receipts()).toHaveLength(1);
    await test.database.query("delete from event_hint");
    expect((await push()).status).toBe(200);
    expect(await hints()).toEqual([]);
    expect(await counted("repeated")).toBe(3);
  });

  it("refuses an event of another company, and of another app [001-28]", async () => {
    await connect("dingcorp2");
    expectRefusal(await push(eventOf({ CorpId: "dingcorp2" })), 403);
    expectRefusal(await push(eventOf(), "app-dingcorp2"), 403);
    expectRefusal(await push(eventOf(), "dingcorp2"), 403);
    expect(await receipts()).toEqual([]);
    expect(await hints()).toEqual([]);
    expect(await counted("foreign")).toBe(3);
    expect((await push(eventOf(), "dingcorp1")).status).toBe(200);
  });

  it("does nothing with events unless they are switched on, and stops when they are switched off [001-07]", async () => {
    const quiet = await connect("dingcorp3", {});
    const text = eventOf({ CorpId: "dingcorp3" });
    expect((await push(text, "dingcorp3", quiet)).status).toBe(200);
    expect(await receipts()).toEqual([]);
    expect(await counted("off")).toBe(1);

    await connections.update(context, quiet, { config: { "events.enabled": "true" } });
    expect((await push(text, "dingcorp3", quiet)).status).toBe(200);
    expect(await hints()).toHaveLength(2);

    await connections.update(context, quiet, { config: { "events.enabled": "false" } });
    expect(await hints()).toEqual([]);
    expect(
      (await push(eventOf({ CorpId: "dingcorp3", eventId: "event-2" }), "dingcorp3", quiet)).status,
    ).toBe(200);
    expect(await hints()).toEqual([]);
    expect(await counted("off")).toBe(2);
  });

  it("does nothing with events while the connection is off", async () => {
    await connections.disable(context, id);
    expect((await push()).status).toBe(200);
    expect(await receipts()).toEqual([]);
  });

  it("answers the check of the console, whether events are on or off", async () => {
    const quiet = await connect("dingcorp3", {});
    for (const [to, owner] of [
      [id, "app-dingcorp1"],
      [quiet, "app-dingcorp3"],
    ] as const) {
      const answer = await push(JSON.stringify({ EventType: "check_url" }), owner, to);
      expect(answer.status).toBe(200);
      const { msg_signature: signature, timeStamp: timestamp, nonce, encrypt } = answer.body;
      expect(unseal(keys, { signature, timestamp, nonce, encrypt }, owner)).toBe("success");
    }
    expect(await hints()).toEqual([]);
    expect(await counted("check")).toBe(2);
  });

  it("counts what is not about people or departments, and keeps it out of the way", async () => {
    expect((await push(eventOf({ EventType: "label_user_change" }))).status).toBe(200);
    expect(await hints()).toEqual([]);
    expect(await counted("unrelated")).toBe(1);
  });

  it("refuses wrong, exchanged and old signatures alike", async () => {
    const { signature, timestamp, nonce, encrypt } = seal(keys, eventOf(), "app-dingcorp1", clock.now());
    const send = (query: object, body: object = { encrypt }) =>
      request(app).post(`/connectors/dingtalk/${id}/events`).query(query).send(body);
    expectRefusal(await send({ msg_signature: "0".repeat(40), timestamp, nonce }), 403);
    expectRefusal(await send({ msg_signature: `${signature}0`, timestamp, nonce }), 403);
    expectRefusal(await send({ msg_signature: signature, timestamp, nonce: "other" }), 403);
    await clock.advance(300_001);
    expectRefusal(await send({ msg_signature: signature, timestamp, nonce }), 403);
    expect([await counted("signature"), await counted("stale")]).toEqual([3, 1]);
    expect(await receipts()).toEqual([]);
  });

  it("answers whatever is wrong behind a right signature in one and the same way", async () => {
    const whole = Buffer.from(
      encryptPush({ message: eventOf(), owner: "app-dingcorp1" }, keys.aesKey),
      "base64",
    );
    const flipped = Buffer.from(whole);
    flipped.writeUInt8((flipped.at(-1) ?? 0) ^ 1, flipped.length - 1);
    const otherKey = encryptPush({ message: eventOf(), owner: "app-dingcorp1" }, "B".repeat(43));
    const noEvent = encryptPush({ message: "[[", owner: "app-dingcorp1" }, keys.aesKey);
    const foreign = encryptPush({ message: eventOf(), owner: "somebody" }, keys.aesKey);
    const texts = new Set<string>();
    for (const encrypt of [
      whole.toString("base64", 0, 17),
      whole.toString("base64", 0, 32),
      flipped.toString("base64"),
      otherKey,
      noEvent,
      foreign,
    ]) {
      const [timestamp, nonce] = [String(clock.now().getTime()), "n0nce"];
      const msg_signature = signPush(keys.token, { timestamp, nonce, encrypted: encrypt });
      const answer = await request(app)
        .post(`/connectors/dingtalk/${id}/events`)
        .query({ msg_signature, timestamp, nonce })
        .send({ encrypt });
      expectRefusal(answer, 403);
      texts.add(answer.text);
    }
    expect(texts.size).toBe(1);
  });

  it.each([
    ["no body", undefined],
    ["null", "null"],
    ["a list", "[]"],
    ["no cipher", "{}"],
    ["a cipher that is no text", '{"encrypt":{"a":1}}'],
    ["a cipher that is no base64", '{"encrypt":"<script>"}'],
    ["half a body", '{"encrypt":"AA'],
    ["a deep body", `{"encrypt":${"[".repeat(50)}${"]".repeat(50)}}`],
    ["a prototype", '{"__proto__":{"encrypt":"AAAA"}}'],
  ])("refuses a body without the form of a push: %s", async (_what, body) => {
    const { signature, timestamp, nonce } = seal(keys, eventOf(), "app-dingcorp1", clock.now());
    const answer = await request(app)
      .post(`/connectors/dingtalk/${id}/events`)
      .query({ msg_signature: signature, timestamp, nonce })
      .set("content-type", "application/json")
      .send(body);
    expect(answer.status).toBe(400);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
  });

  it("refuses too large a body, other media types and other methods", async () => {
    const send = () => request(app).post(`/connectors/dingtalk/${id}/events`);
    expect((await send().send({ encrypt: "A".repeat(300_000) })).status).toBe(413);
    expect((await send().type("text/plain").send("encrypt")).status).toBe(415);
    expect((await request(app).get(`/connectors/dingtalk/${id}/events`)).status).toBe(405);
  });

  it("does not exist for connections that are not there, of another vendor, or without keys", async () => {
    const bare = await connections.create(context, {
      connector: "dingtalk",
      name: "bare",
      config: { corpId: "dingcorp4", appKey: "app", appSecret: "s3cret" },
      scope: {},
      mapping: {},
      policy: {},
      schedule: {},
    });
    const texts = new Set<string>();
    for (const path of [
      `dingtalk/${UNKNOWN}`,
      "dingtalk/1",
      `wecom/${id}`,
      `dingtalk/${bare.id}`,
      "dingtalk/%00",
    ]) {
      const answer = await request(app).post(`/connectors/${path}/events`).send({ encrypt: "AAAA" });
      expectRefusal(answer, 404);
      texts.add(answer.text);
    }
    expect(texts.size).toBe(1);
    expect((await request(app).post("/connectors/dingtalk").send({})).status).toBe(404);
  });

  it("puts off whoever sends wrong pushes again and again, and nobody else", async () => {
    const wrong = () =>
      request(app)
        .post(`/connectors/dingtalk/${id}/events`)
        .query({ msg_signature: "0".repeat(40), timestamp: String(clock.now().getTime()), nonce: "n" })
        .send({ encrypt: "AAAA" });
    const other = await connect("dingcorp2");
    const toOther = (eventId: string) => push(eventOf({ CorpId: "dingcorp2", eventId }), "dingcorp2", other);
    expect((await toOther("a")).status).toBe(200);
    for (let times = 0; times < 100; times++) expect((await wrong()).status).toBe(403);
    const answer = await wrong();
    expectRefusal(answer, 429);
    expect(answer.headers["retry-after"]).toBe("1");
    expect((await toOther("b")).status).toBe(200);
    for (let times = 0; times < 101; times++) {
      await request(app).post(`/connectors/dingtalk/${UNKNOWN}/events`).send({ encrypt: "AAAA" });
    }
    expect((await request(app).post(`/connectors/dingtalk/${UNKNOWN}/events`).send({})).status).toBe(429);
    expect((await toOther("c")).status).toBe(200);
    await clock.advance(1_000);
    expect((await wrong()).status).toBe(403);
  });

  it("logs refusals with their reason, and neither keys nor contents", async () => {
    await push(eventOf({ userId: ["secret-person"] }), "somebody-else");
    const lines = log.filter((line) => line.includes("refused"));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"outcome":"foreign"');
    expect(log.join("\n")).not.toMatch(/secret-person|somebody-else|tokenOfTests1|abcdefghijklmnop/);
  });
});
