import request from "supertest";
import { beforeEach, describe, expect, it } from "vitest";
import { insertRunRows, type RunRow } from "../../../src/persistence/run-row-store.js";
import { createOrderedIds, newTimedId } from "../../../src/platform/ids.js";
import type { JsonValue } from "../../../src/scim/schema/attribute.js";
import { defaultTenantId, shareTestDatabase } from "../../support/database.js";
import { type Administration, createAdministration } from "./administration.js";

const PATH = "/admin/v1/connections";
const UNKNOWN = "99999999-9999-4999-8999-999999999999";
const bearer = { Authorization: "Bearer admin" };

const test = shareTestDatabase();
let admin: Administration;
let id: string;

const get = (path: string) => request(admin.app).get(`${PATH}/${id}${path}`).set(bearer);
const post = (path: string, body: object = {}) =>
  request(admin.app).post(`${PATH}/${id}${path}`).set(bearer).send(body);
const patch = (body: object) => request(admin.app).patch(`${PATH}/${id}`).set(bearer).send(body);

beforeEach(async () => {
  await test.database.query("truncate connection, run, run_row");
  admin = createAdministration(test.database);
  const config = { corpId: "ding1", appSecret: "s3cret-value" };
  const schedule = { kind: "daily", hour: 2, timeZone: "Asia/Shanghai" };
  const body = { connector: "test", name: "总部", config, schedule };
  id = (await request(admin.app).post(PATH).set(bearer).send(body)).body.id;
});

describe("a connection", () => {
  it("shows its last run, and the next five times of its schedule while it is on [002-12] [002-16] [004-11]", async () => {
    expect((await get("")).body).toMatchObject({ lastRun: null, nextRuns: [] });
    await patch({ enabled: true });
    const { body: run } = await post("/runs");
    const shown = (await get("")).body;
    expect(shown.nextRuns).toHaveLength(5);
    expect(shown.nextRuns[0]).toBe("2026-01-05T18:00:00.000Z");
    const at = admin.clock.now().toISOString();
    expect(shown.lastRun).toMatchObject({ runId: run.id, status: "queued", at, stale: false });
    await admin.clock.advance(8 * 24 * 3_600_000);
    expect((await get("")).body.lastRun.stale).toBe(true);
  });
});

describe("the runs of a connection", () => {
  it("are started at once, with the place where they can be followed [002-15]", async () => {
    await patch({ enabled: true });
    const answer = await post("/runs");
    expect(answer.status).toBe(202);
    expect(answer.headers["location"]).toBe(`https://gateway.example${PATH}/${id}/runs/${answer.body.id}`);
    expect(answer.body).toMatchObject({ status: "queued", trigger: "manual", dryRun: false });
    const read = await get(`/runs/${answer.body.id}`);
    expect(read.body).toMatchObject({ id: answer.body.id, rows: { items: [], nextCursor: null } });
  });

  it("are refused while one is active, and while the connection is off unless they are dry [004-17]", async () => {
    expect((await post("/runs")).body).toMatchObject({ status: 409, code: "connection_off" });
    const first = await post("/runs", { dryRun: true });
    expect(first.status).toBe(202);
    expect((await post("/runs", { dryRun: true })).body).toMatchObject({
      status: 409,
      code: "run_active",
      runId: first.body.id,
    });
  });

  it("are not found at another connection, nor under another id", async () => {
    const { body: run } = await post("/runs", { dryRun: true });
    const other = await request(admin.app).get(`${PATH}/${UNKNOWN}/runs/${run.id}`).set(bearer);
    expect(other.body).toMatchObject({ status: 404, code: "run_not_found" });
    expect((await get(`/runs/${UNKNOWN}`)).body).toMatchObject({ status: 404, code: "run_not_found" });
    const none = await request(admin.app).get(`${PATH}/${UNKNOWN}/runs`).set(bearer);
    expect(none.body).toMatchObject({ status: 404, code: "connection_not_found" });
  });

  it.each(["?status=fine", "?trigger=cron", "?since=today", "?limit=0"])("refuse %s", async (query) => {
    expect((await get(`/runs${query}`)).body).toMatchObject({ status: 400, code: "invalid_request" });
  });
});

describe("the rows of a run as a file", () => {
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const row = (run: { id: string }, given: Partial<RunRow>): RunRow => ({
    tenantId: defaultTenantId,
    runId: run.id,
    id: newTimedId(admin.clock.now()),
    connectionId: id,
    resourceType: "User",
    resourceId: null,
    remoteId: null,
    name: null,
    kind: "drift",
    drifts: [],
    action: null,
    result: null,
    reason: null,
    settledAt: null,
    ...given,
  });
  const file = async (run: { id: string }, query = "") => {
    const answer = await get(`/runs/${run.id}/rows.csv${query}`);
    const [header = "", ...lines] = answer.text.split("\r\n");
    return { answer, header, lines: lines.filter((line) => line !== "") };
  };

  it("have a line for each field that differs, and nothing in them runs in a spreadsheet", async () => {
    const { body: run } = await post("/runs", { dryRun: true });
    const drift = (field: string, expected: JsonValue, found: JsonValue) =>
      ({ field, expected, found, choice: "push" }) as const;
    await insertRunRows(test.database, [
      row(run, {
        name: '=HYPERLINK("https://evil.example","李")',
        remoteId: "u1",
        drifts: [
          drift("title", '工程师, "高级"', "+1+cmd|' /C calc'!A0"),
          drift("mobile", "138****00", null),
          drift("departmentRemoteIds", ["7", "8"], ["7"]),
        ],
        action: "push",
        result: "failed",
        reason: { code: "40022", message: "@SUM(A1)\nzwei" },
      }),
    ]);
    const { answer, header, lines } = await file(run);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(answer.headers["content-disposition"]).toBe(`attachment; filename=run-${run.id}.csv`);
    expect(header.startsWith('\uFEFF"resourceType","name"')).toBe(true);
    const common = [`'=HYPERLINK("https://evil.example","李")`, "", "u1", "drift"];
    const end = ["push", "push", "failed", "40022", "'@SUM(A1)\nzwei", "", ""];
    const line = (...middle: string[]) => ["User", ...common, ...middle, ...end].map(cell).join(",");
    expect(lines).toEqual([
      line("title", '工程师, "高级"', "'+1+cmd|' /C calc'!A0"),
      line("mobile", "138****00", ""),
      line("departmentRemoteIds", '["7","8"]', '["7"]'),
    ]);
  });

  it("are all of them, in the order in which they were found, or those of some kinds and results", async () => {
    const { body: run } = await post("/runs", { dryRun: true });
    const orderedId = createOrderedIds();
    const rows = Array.from({ length: 1_203 }, (_, index) =>
      row(run, {
        id: orderedId(admin.clock.now()),
        name: `n${index}`,
        kind: index % 3 === 0 ? "foreign" : "missing",
        result: index % 3 === 0 ? null : "done",
      }),
    );
    await insertRunRows(test.database, rows);
    const names = (lines: string[]) => lines.map((line) => line.split(",")[1]);
    expect(names((await file(run)).lines)).toEqual(rows.map(({ name }) => `"${name}"`));
    expect((await file(run, "?kind=foreign")).lines).toHaveLength(401);
    expect((await file(run, "?result=done&kind=missing,drift")).lines).toHaveLength(802);
    expect((await file(run, "?result=held")).lines).toEqual([]);
  });

  it("are refused for a run that is not there, and for odd kinds", async () => {
    expect((await get(`/runs/${UNKNOWN}/rows.csv`)).body).toMatchObject({
      status: 404,
      code: "run_not_found",
    });
    const { body: run } = await post("/runs", { dryRun: true });
    expect((await get(`/runs/${run.id}/rows.csv?kind=odd`)).body).toMatchObject({ status: 400 });
  });
});
