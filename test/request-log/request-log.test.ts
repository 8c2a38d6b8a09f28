import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Database, DatabaseUnavailableError } from "../../src/persistence/database.js";
import { newTimedId } from "../../src/platform/ids.js";
import { createRequestLog, type LoggedRequest, type RequestLog } from "../../src/request-log/request-log.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";
import { createFakeClock } from "../support/fake-clock.js";

const OTHER_TENANT = "00000000-0000-0000-0000-0000000000ff";
const test = shareTestDatabase();
const clock = createFakeClock("2026-03-10T08:00:00Z");
const opened: RequestLog[] = [];

/** A log that writes only when told to. */
function open(
  settings: object = {},
  database: Database = test.database,
  onTrouble?: (error: unknown, lost: number) => void,
) {
  const log = createRequestLog({
    database,
    clock,
    settings: { delayMs: 3_600_000, pruneEveryMs: 3_600_000, ...settings },
    ...(onTrouble && { onTrouble }),
  });
  opened.push(log);
  return log;
}

let count = 0;
const finished = (facts: Partial<LoggedRequest> = {}): LoggedRequest => {
  count += 1;
  const at = facts.at ?? new Date(Date.UTC(2026, 2, 10, 7, 0, 0, count));
  return {
    tenantId: defaultTenantId,
    id: newTimedId(at),
    at,
    clientId: "okta",
    method: "GET",
    path: "/scim/v2/Users",
    route: "/scim/v2/Users",
    status: 200,
    durationMs: 3,
    scimType: null,
    detail: null,
    profile: "auto",
    recognised: "rfc",
    quirks: [],
    ignored: [],
    resourceType: "User",
    resourceId: null,
    correlationId: `c-${count}`,
    userAgent: null,
    body: null,
    ...facts,
  };
};

beforeEach(async () => {
  await test.database.query("delete from request_log");
  await test.database.query(
    "insert into tenant (id, name, created_at) values ($1, 'other', '2026-01-01Z') on conflict do nothing",
    [OTHER_TENANT],
  );
});
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
});

describe("the request log", () => {
  it("gives back what it was given, newest first, of the tenant alone", async () => {
    const log = open();
    const refused = finished({
      method: "POST",
      status: 400,
      scimType: "invalidValue",
      detail: 'it says "no"',
      quirks: ["text-boolean", "remove-listed"],
      ignored: ["shoe,size", '{"odd"}'],
      resourceId: "u1",
      userAgent: "Okta SCIM Client 1.0.0",
      body: '{"a":"\\\\"}',
    });
    const plain = finished();
    for (const request of [refused, plain, finished({ tenantId: OTHER_TENANT })]) log.record(request);
    await log.flush();
    const rows = await log.list(defaultTenantId, { limit: 10 });
    expect(rows).toEqual([plain, refused]);
    expect(await log.get(defaultTenantId, String(rows[1]?.id))).toEqual(rows[1]);
    expect(await log.get(OTHER_TENANT, String(rows[1]?.id))).toBeUndefined();
  });

  it.each([
    ["client", { clientId: "entra" }, ["c-b"]],
    ["status", { statusClass: 4 }, ["c-b"]],
    ["status of success", { statusClass: 2 }, ["c-c", "c-a"]],
    ["quirk", { quirk: "text-boolean" }, ["c-c"]],
    ["correlation id", { correlationId: "c-a" }, ["c-a"]],
    ["resource", { resourceId: "u7" }, ["c-c"]],
    ["what is remarkable", { remarkable: true }, ["c-c", "c-b"]],
    ["time", { since: new Date("2026-03-10T07:02:00Z"), until: new Date("2026-03-10T07:03:00Z") }, ["c-b"]],
  ])("is filtered by %s", async (_name, filter, expected) => {
    const log = open();
    log.record(finished({ correlationId: "c-a", at: new Date("2026-03-10T07:01:00Z") }));
    log.record(
      finished({
        correlationId: "c-b",
        at: new Date("2026-03-10T07:02:00Z"),
        clientId: "entra",
        status: 409,
      }),
    );
    const at = new Date("2026-03-10T07:03:00Z");
    log.record(finished({ correlationId: "c-c", at, quirks: ["text-boolean"], resourceId: "u7" }));
    await log.flush();
    const rows = await log.list(defaultTenantId, { limit: 10, ...filter });
    expect(rows.map(({ correlationId }) => correlationId)).toEqual(expected);
  });

  it("writes many requests in few statements, by itself once 200 wait", async () => {
    const statements: string[] = [];
    const counting: Database = {
      ...test.database,
      query: (sql, params) => {
        if (sql.includes("insert into request_log")) statements.push(sql);
        return test.database.query(sql, params);
      },
    };
    const log = open({}, counting);
    for (let index = 0; index < 450; index += 1) log.record(finished());
    await log.flush();
    expect(statements).toHaveLength(3);
    const [row] = await test.database.query("select count(*)::integer as n from request_log");
    expect(row).toEqual({ n: 450 });
  });

  it("writes what waits when it closes, and takes nothing afterwards", async () => {
    const log = open();
    log.record(finished({ correlationId: "c-last" }));
    await log.close();
    log.record(finished());
    await log.flush();
    const rows = await log.list(defaultTenantId, { limit: 10 });
    expect(rows.map(({ correlationId }) => correlationId)).toEqual(["c-last"]);
  });

  it("keeps requests while the database is away, up to a bound, and tells how many it lost", async () => {
    let away = true;
    const flaky: Database = {
      ...test.database,
      query: (sql, params) =>
        away ? Promise.reject(new DatabaseUnavailableError("away")) : test.database.query(sql, params),
    };
    const told: number[] = [];
    const log = open({}, flaky, (_error, lost) => told.push(lost));
    log.record(finished({ correlationId: "c-kept" }));
    await log.flush();
    expect(told).toEqual([0]);
    for (let index = 0; index < 6_000; index += 1) log.record(finished());
    await log.flush();
    expect(told.at(-1)).toBeGreaterThan(900);
    away = false;
    await log.flush();
    const [row] = await test.database.query("select count(*)::integer as n from request_log");
    expect(row).toEqual({ n: 5_000 });
    expect(await log.list(defaultTenantId, { correlationId: "c-kept", limit: 1 })).toHaveLength(1);
  });

  it("drops what the database refuses, and goes on", async () => {
    const told: number[] = [];
    const log = open({}, test.database, (_error, lost) => told.push(lost));
    log.record(finished({ status: 1_000_000 }));
    await log.flush();
    log.record(finished());
    await log.flush();
    expect(told).toEqual([1]);
    expect(await log.list(defaultTenantId, { limit: 10 })).toHaveLength(1);
  });

  it("forgets by age, and by number for each tenant", async () => {
    const log = open({ keepDays: 7, keepRequests: 3 });
    const daysAgo = (days: number) => new Date(clock.now().getTime() - days * 86_400_000);
    for (const days of [8, 6, 5, 4, 3])
      log.record(finished({ at: daysAgo(days), correlationId: `d-${days}` }));
    for (const days of [9, 1]) log.record(finished({ at: daysAgo(days), tenantId: OTHER_TENANT }));
    await log.flush();
    expect(await log.prune()).toBe(3);
    const rows = await log.list(defaultTenantId, { limit: 10 });
    expect(rows.map(({ correlationId }) => correlationId)).toEqual(["d-3", "d-4", "d-5"]);
    expect(await log.list(OTHER_TENANT, { limit: 10 })).toHaveLength(1);
    expect(await log.prune()).toBe(0);
  });

  it("keeps nothing where it is switched off", async () => {
    const log = open({ keepDays: 0 });
    log.record(finished());
    await log.flush();
    expect(await log.list(defaultTenantId, { limit: 10 })).toEqual([]);
  });

  it("sums up a client's requests", async () => {
    const log = open();
    const at = new Date("2026-03-10T07:30:00Z");
    log.record(finished({ recognised: "entra", quirks: ["text-boolean", "remove-listed"], ignored: ["x"] }));
    log.record(finished({ recognised: "entra", quirks: ["text-boolean"], ignored: ["x", "y"], at }));
    log.record(finished({ recognised: "rfc" }));
    log.record(finished({ recognised: "okta", clientId: "another", quirks: ["empty-path"] }));
    await log.flush();
    expect(await log.summarise(defaultTenantId, "okta")).toEqual({
      requests: 3,
      recognised: [
        { name: "entra", requests: 2, lastAt: at },
        { name: "rfc", requests: 1, lastAt: expect.any(Date) },
      ],
      quirks: [
        { name: "text-boolean", requests: 2, lastAt: at },
        { name: "remove-listed", requests: 1, lastAt: expect.any(Date) },
      ],
      ignored: [
        { name: "x", requests: 2, lastAt: at },
        { name: "y", requests: 1, lastAt: at },
      ],
    });
    expect(await log.summarise(defaultTenantId, "nobody")).toMatchObject({ requests: 0, quirks: [] });
  });
});
