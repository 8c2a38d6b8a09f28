import request from "supertest";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pauseConnection, resumeConnection } from "../../../src/persistence/connection-store.js";
import { createConnections } from "../../../src/provisioning/connections/connections.js";
import { FORGOTTEN_TABLES } from "../../../src/provisioning/connections/forget-connection.js";
import { defaultTenantId, openTestDatabase, type TestDatabase } from "../../support/database.js";
import { type Administration, createAdministration, goodReport } from "./administration.js";

const PATH = "/admin/v1/connections";
const UNKNOWN = "99999999-9999-4999-8999-999999999999";
const MASK = "••••••••";
const RESOURCE_ID = "11111111-1111-4111-8111-111111111111";

let test: TestDatabase;
let admin: Administration;

beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.database.query("truncate connection, delivery, link, resource cascade");
  admin = createAdministration(test.database);
});

const bearer = { Authorization: "Bearer admin" };
const good = { connector: "test", name: "总部", config: { corpId: "ding1", appSecret: "s3cret-value" } };

async function create(body: object = good) {
  const answer = await request(admin.app).post(PATH).set(bearer).send(body);
  expect(answer.status).toBe(201);
  return answer.body;
}

function change(id: string, body: object) {
  return request(admin.app).patch(`${PATH}/${id}`).set(bearer).send(body);
}

async function addResource(id = RESOURCE_ID) {
  await test.database.query(
    `insert into resource (tenant_id, id, type, doc, created_at, modified_at)
     values ($1, $2, 'Group', '{"displayName":"研发部"}'::jsonb, $3, $3)`,
    [defaultTenantId, id, admin.clock.now()],
  );
}

async function addLink(connectionId: string) {
  await test.database.query(
    `insert into link (tenant_id, connection_id, resource_id, resource_type, remote_id, last_sent, created_at, modified_at)
     values ($1, $2, $3, 'Group', '7', '{}', $4, $4)`,
    [defaultTenantId, connectionId, RESOURCE_ID, admin.clock.now()],
  );
}

const deliveries = () =>
  test.database.query("select connection_id, resource_id, state, correlation_id from delivery");

describe("creating a connection", () => {
  it("makes it switched off, trimmed, with the secret masked and never in clear text in the database", async () => {
    const config = { corpId: " ding1\t", appSecret: " s3cret-value " };
    const answer = await request(admin.app)
      .post(PATH)
      .set(bearer)
      .send({ ...good, name: " 总部 ", config });
    expect(answer.status).toBe(201);
    expect(answer.headers["location"]).toBe(`https://gateway.example${PATH}/${answer.body.id}`);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.body).toMatchObject({
      connector: "test",
      name: "总部",
      config: { corpId: "ding1", appSecret: MASK, rootDepartmentId: "1" },
      enabled: false,
      state: "disabled",
      pausedSince: null,
      pausedUntil: null,
      version: 1,
    });
    const rows = await test.database.query("select config::text || secrets::text as stored from connection");
    expect(JSON.stringify(rows)).not.toContain("s3cret-value");
  });

  it("refuses a second connection to a corp with 409 and names the first [000-21]", async () => {
    const first = await create();
    const answer = await request(admin.app)
      .post(PATH)
      .set(bearer)
      .send({ ...good, name: "again" });
    expect(answer.status).toBe(409);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ code: "connection_exists", connectionId: first.id });
    expect(answer.body.detail).toContain("总部");
  });

  it.each([
    [{ ...good, connector: "fax" }, "connector"],
    [{ ...good, name: "  " }, "name"],
    [{ ...good, name: undefined }, "name"],
    [{ ...good, enabled: true }, "enabled"],
    [{ ...good, colour: "red" }, "colour"],
    [{ ...good, config: { appSecret: "x" } }, "config.corpId"],
    [{ ...good, config: { corpId: "a", appSecret: " \u3000" } }, "config.appSecret"],
    [{ ...good, config: { corpId: { $ne: 1 }, appSecret: "x" } }, "config.corpId"],
    [{ ...good, scope: [] }, "scope"],
    [{ ...good, scope: { rootGroupId: "the root" } }, "scope.rootGroupId"],
    [{ ...good, scope: { rootExternalId: 7 } }, "scope.rootExternalId"],
    [{ ...good, scope: { rootDisplayName: "nobody" } }, "scope.rootDisplayName"],
    [{ ...good, scope: { include: "title eq" } }, "scope.include"],
    [{ ...good, scope: { only: "me" } }, "scope.only"],
    [{ ...good, policy: { settleMs: "soon" } }, "policy.settleMs"],
    [{ ...good, policy: { drift: { users: { title: "keep" } } } }, "policy.drift.users.title"],
    [{ ...good, schedule: { kind: "daily", hour: 25, timeZone: "Asia/Shanghai" } }, "schedule.hour"],
    [{ ...good, schedule: { kind: "hourly" } }, "schedule.kind"],
    [{ ...good, policy: { settleMs: 600_001 } }, "policy.settleMs"],
    [{ ...good, policy: { settle: 1 } }, "policy.settle"],
    [{ ...good, policy: "strict" }, "policy"],
    [{ ...good, policy: { mobileChange: "ask" } }, "policy.mobileChange"],
    [{ ...good, policy: { adoption: { mode: "guess" } } }, "policy.adoption.mode"],
    [
      { ...good, policy: { adoption: { witnesses: { people: [["shoe"]] } } } },
      "policy.adoption.witnesses.people.0.0",
    ],
    [
      { ...good, policy: { adoption: { witnesses: { people: [["mobile"]] } } } },
      "policy.adoption.witnesses.people.0",
    ],
    [
      { ...good, policy: { adoption: { witnesses: { people: [["name"]] } } } },
      "policy.adoption.witnesses.people.0",
    ],
    [
      { ...good, policy: { adoption: { witnesses: { departments: [["order"]] } } } },
      "policy.adoption.witnesses.departments.0.0",
    ],
    [{ ...good, policy: { accounts: { kind: "robot" } } }, "policy.accounts.kind"],
    [{ ...good, policy: { accounts: { loginId: "login" } } }, "policy.accounts.loginId.from.0"],
    [{ ...good, mapping: "strict" }, "mapping"],
    [{ ...good, mapping: { colours: {} } }, "mapping.colours"],
    [{ ...good, mapping: { fields: { nickname: false } } }, "mapping.fields.nickname"],
    [{ ...good, mapping: { fields: { name: false } } }, "mapping.fields.name"],
    [{ ...good, mapping: { fields: { title: "none" } } }, "mapping.fields.title"],
    [{ ...good, mapping: { fields: { title: { form: "x" } } } }, "mapping.fields.title.form"],
    [{ ...good, mapping: { fields: { title: { from: "jobTitle" } } } }, "mapping.fields.title.from.0"],
    [
      { ...good, mapping: { fields: { title: { from: ["title", "emails["] } } } },
      "mapping.fields.title.from.1",
    ],
    [{ ...good, mapping: { fields: { title: { from: "password" } } } }, "mapping.fields.title.from.0"],
    [{ ...good, mapping: { fields: { title: { transform: "date" } } } }, "mapping.fields.title.transform"],
    [{ ...good, mapping: { fields: { manager: { from: "title" } } } }, "mapping.fields.manager"],
    [{ ...good, mapping: { customFields: { 工牌: {} } } }, "mapping.customFields.工牌.from"],
    [{ ...good, mapping: { departmentFields: { order: "no" } } }, "mapping.departmentFields.order"],
    [
      { ...good, policy: { deletionProtection: { users: { percent: 101 } } } },
      "policy.deletionProtection.users.percent",
    ],
    [{ ...good, policy: { deletionProtection: { user: {} } } }, "policy.deletionProtection.user"],
    [{ ...good, policy: { deactivation: { action: "holding" } } }, "policy.deactivation.holdingDepartmentId"],
    [[], ""],
  ])("refuses %j naming %s", async (body, field) => {
    const answer = await request(admin.app).post(PATH).set(bearer).send(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      code: "invalid_request",
      errors: [expect.objectContaining({ field })],
    });
    expect(await test.database.query("select 1 from connection")).toEqual([]);
  });
});

describe("reading connections", () => {
  it("pages through all of them by cursor", async () => {
    for (const corpId of ["a", "b", "c"]) await create({ ...good, config: { corpId, appSecret: "x" } });
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const { body } = await request(admin.app).get(`${PATH}?limit=2${query}`).set(bearer);
      seen.push(...body.items.map((item: { config: { corpId: string } }) => item.config.corpId));
      cursor = body.nextCursor;
    }
    expect(seen.sort()).toEqual(["a", "b", "c"]);
  });

  it.each(["limit=0", "limit=201", "limit=x", "cursor=nonsense", "colour=red"])(
    "refuses ?%s",
    async (query) => {
      expect((await request(admin.app).get(`${PATH}?${query}`).set(bearer)).status).toBe(400);
    },
  );

  it.each([UNKNOWN, "1", "__proto__", "%27%3B--"])("answers 404 to the id %s", async (id) => {
    const answer = await request(admin.app).get(`${PATH}/${id}`).set(bearer);
    expect([answer.status, answer.body.status]).toEqual([404, 404]);
  });

  it("shows a quarantine with its reason, since when and the next probe, until a probe succeeds [001-43]", async () => {
    const { id } = await create();
    await change(id, { enabled: true });
    const reason = { code: "40014", message: "The key is refused.", remedy: "Check appKey and appSecret." };
    const now = admin.clock.now();
    const until = new Date(now.getTime() + 60_000);
    await pauseConnection(test.database, { tenantId: defaultTenantId, id }, { until, reason, now });
    const read = async () => (await request(admin.app).get(`${PATH}/${id}`).set(bearer)).body;
    const quarantined = {
      state: "quarantined",
      pauseReason: reason,
      pausedSince: now.toISOString(),
      pausedUntil: until.toISOString(),
    };
    expect(await read()).toMatchObject(quarantined);
    await admin.clock.advance(61_000);
    expect(await read()).toMatchObject(quarantined);
    await resumeConnection(test.database, { tenantId: defaultTenantId, id });
    expect(await read()).toMatchObject({ state: "active", pausedSince: null, pausedUntil: null });
  });
});

describe("changing a connection", () => {
  it.each([
    ["blank", ""],
    ["full-width blank", "\u3000"],
    ["masked", MASK],
  ])("keeps a secret that comes %s", async (_, appSecret) => {
    const { id } = await create();
    const answer = await change(id, { config: { appSecret, rootDepartmentId: 42 } });
    expect(answer.status).toBe(200);
    expect(answer.body.config).toEqual({ corpId: "ding1", appSecret: MASK, rootDepartmentId: "42" });
    await request(admin.app).post(`${PATH}/${id}/test`).set(bearer);
    expect(admin.opened.at(-1)?.secret).toEqual({ appSecret: "s3cret-value" });
  });

  it("replaces a secret, and takes a blank setting back to its default", async () => {
    const { id } = await create({ ...good, config: { ...good.config, rootDepartmentId: "9" } });
    const answer = await change(id, { config: { appSecret: "new-secret", rootDepartmentId: null } });
    expect(answer.body).toMatchObject({ version: 2, config: { rootDepartmentId: "1" } });
    await request(admin.app).post(`${PATH}/${id}/test`).set(bearer);
    expect(admin.opened.at(-1)?.secret).toEqual({ appSecret: "new-secret" });
  });

  it("asks for the secret again when a setting changes that decides where it is sent", async () => {
    const { id } = await create();
    const apiBaseUrl = "https://attacker.example";
    const refused = await change(id, { config: { apiBaseUrl, appSecret: "" } });
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, "config.appSecret"]);
    expect(refused.body.detail).toContain("apiBaseUrl");
    expect((await change(id, { config: { apiBaseUrl, appSecret: "entered-again" } })).status).toBe(200);
  });

  it("says which secret a lost SECRET_KEY made unreadable, and takes it anew", async () => {
    const { id } = await create();
    admin = createAdministration(test.database, "another key than the one it was stored with");
    const refused = await request(admin.app).post(`${PATH}/${id}/test`).set(bearer);
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, "config.appSecret"]);
    expect(refused.body.detail).toContain("SECRET_KEY");
    expect((await change(id, { config: { appSecret: "entered-again" } })).status).toBe(200);
    expect((await request(admin.app).post(`${PATH}/${id}/test`).set(bearer)).status).toBe(200);
  });

  it("refuses to lead to another connection's corp, and to another corp at all once something is linked", async () => {
    await create();
    const { id } = await create({ ...good, config: { corpId: "ding2", appSecret: "x" } });
    expect((await change(id, { config: { corpId: "ding1" } })).body).toMatchObject({
      code: "connection_exists",
    });
    await addResource();
    await addLink(id);
    const answer = await change(id, { config: { corpId: "ding3" } });
    expect([answer.status, answer.body.code]).toEqual([409, "connection_linked"]);
  });

  it.each([
    [{}],
    [{ connector: "other" }],
    [{ enabled: "yes" }],
    [{ name: "" }],
    [{ config: { corpId: "" } }],
  ])("refuses %j", async (body) => {
    const { id } = await create();
    const answer = await change(id, body);
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
  });

  it("answers 404 for an unknown id", async () => {
    expect((await change(UNKNOWN, { name: "x" })).body).toMatchObject({
      status: 404,
      code: "connection_not_found",
    });
  });
});

describe("switching on and off", () => {
  it("orders a delivery of every resource when it is switched on, under the request's correlation id [001-34]", async () => {
    const { id } = await create();
    await addResource();
    expect(await deliveries()).toEqual([]);
    const answer = await change(id, { enabled: true }).set("x-request-id", "switch-on-1");
    expect(answer.body).toMatchObject({ enabled: true, state: "active" });
    expect(await deliveries()).toEqual([
      { connection_id: id, resource_id: RESOURCE_ID, state: "pending", correlation_id: "switch-on-1" },
    ]);
  });

  it("orders them again when what is sent changes, but not for a new name or a switch that changes nothing", async () => {
    const { id } = await create();
    await addResource();
    await change(id, { enabled: true });
    const generation = async () =>
      (await test.database.query("select generation from delivery"))[0]?.["generation"];
    expect(await generation()).toBe("1");
    await change(id, { name: "other" });
    await change(id, { enabled: true });
    expect(await generation()).toBe("1");
    await change(id, { mapping: { fields: { title: false } } });
    expect(await generation()).toBe("2");
  });

  it("does not order anything while it is off [001-34]", async () => {
    const { id } = await create();
    await addResource();
    await change(id, { config: { rootDepartmentId: "5" }, policy: { settleMs: 0 } });
    await change(id, { enabled: false });
    expect(await deliveries()).toEqual([]);
  });

  it("changes nothing when half of the body is wrong [004-16]", async () => {
    const { id } = await create({ ...good, policy: { settleMs: 100 } });
    const before = await test.database.query("select * from connection");
    const answer = await change(id, {
      name: "分部",
      config: { rootDepartmentId: "5" },
      policy: { settleMs: 200, colour: "red" },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ field: "policy.colour" })]);
    expect(await test.database.query("select * from connection")).toEqual(before);
  });

  it("answers a change that leaves people outside with the numbers, and asks for confirm [002-09]", async () => {
    const { id } = await create();
    await addResource();
    await addLink(id);
    const scope = { rootExternalId: "nobody" };
    const refused = await change(id, { scope });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      code: "scope_change_unconfirmed",
      impact: { peopleLeaving: 0, departmentsLeaving: 1, peopleReturning: 0 },
    });
    expect((await change(id, { scope, confirm: true })).body.scope).toEqual(scope);
  });

  it("keeps the policy as it was written, so that what it leaves out follows the defaults", async () => {
    const { id } = await create({ ...good, policy: { settleMs: 100 } });
    expect((await change(id, { policy: {} })).body.policy).toEqual({});
  });

  it("ends a pause when the settings change", async () => {
    const { id } = await create();
    await test.database.query("update connection set paused_until = 'infinity', pause_count = 3");
    const answer = await change(id, { config: { appSecret: "right-this-time" } });
    expect(answer.body).toMatchObject({ pausedUntil: null, pauseReason: null });
  });

  it("stays off when the backlog cannot be stored", async () => {
    const { id } = await create();
    const failing = createConnections({
      database: test.database,
      clock: admin.clock,
      secretBox: { seal: (text) => text, open: (text) => text },
      connectors: { get: () => admin.connector },
      outbox: { appendBacklog: () => Promise.reject(new Error("no room")) },
      pacerFor: () => ({ reserve: async () => undefined, penalise: async () => undefined }),
    });
    await expect(
      failing.enable({ tenantId: defaultTenantId, actor: "test", correlationId: "c" }, id),
    ).rejects.toThrow("no room");
    expect((await admin.connections.get(defaultTenantId, id)).enabled).toBe(false);
  });
});

describe("testing a connection", () => {
  it("answers what the vendor says and closes the session", async () => {
    const { id } = await create();
    const answer = await request(admin.app).post(`${PATH}/${id}/test`).set(bearer);
    expect([answer.status, answer.body]).toEqual([200, goodReport]);
    expect(admin.closed()).toBe(1);
  });
});

describe("removing a connection", () => {
  const remove = (id: string) => request(admin.app).delete(`${PATH}/${id}`).set(bearer);

  it("is refused while it is on, and while something is linked", async () => {
    const { id } = await create();
    await change(id, { enabled: true });
    expect((await remove(id)).body).toMatchObject({ status: 409, code: "connection_enabled" });
    await change(id, { enabled: false });
    await addResource();
    await addLink(id);
    expect((await remove(id)).body).toMatchObject({ status: 409, code: "connection_linked" });
  });

  it("takes its deliveries along", async () => {
    const { id } = await create();
    await addResource();
    await change(id, { enabled: true });
    await change(id, { enabled: false });
    expect((await remove(id)).status).toBe(204);
    expect(await deliveries()).toEqual([]);
    expect((await remove(id)).status).toBe(404);
  });

  it("takes along what any table holds of it: all but links, which forbid it, and notifications, which tell of it", async () => {
    const tables = await test.database.query<{ table: string }>(
      `select table_name as "table" from information_schema.columns
        where table_schema = 'public' and column_name = 'connection_id' order by 1`,
    );
    const left = tables.map(({ table }) => table).filter((table) => !FORGOTTEN_TABLES.includes(table));
    expect(left).toEqual(["link", "notification"]);
  });

  it("takes along the codes that it met and the stop of adding people", async () => {
    const { id } = await create();
    await test.database.query(
      `insert into unknown_code (tenant_id, id, connection_id, code, path, sample, delivery_id, first_at, last_at)
       values ($1, $2, $3, '999', '/path', '{}', $2, $4, $4)`,
      [defaultTenantId, RESOURCE_ID, id, admin.clock.now()],
    );
    await test.database.query(
      "insert into create_stop (tenant_id, connection_id, stopped_until, stop_count) values ($1, $2, $3, 1)",
      [defaultTenantId, id, admin.clock.now()],
    );
    expect((await remove(id)).status).toBe(204);
    for (const table of ["unknown_code", "create_stop"])
      expect(await test.database.query(`select 1 from ${table} where connection_id = $1`, [id])).toEqual([]);
  });
});

describe("who may", () => {
  it.each([
    [undefined, 401, "missing_token"],
    ["nobody", 401, "invalid_token"],
    ["read+write", 403, "insufficient_scope"],
  ])("the token %s is answered %i %s", async (token, status, code) => {
    const call = request(admin.app).get(PATH);
    const answer = await (token === undefined ? call : call.set("Authorization", `Bearer ${token}`));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers["www-authenticate"]).toMatch(/^Bearer /);
  });

  it.each([
    ["delete", PATH, 405, "GET, HEAD, POST"],
    ["put", `${PATH}/${UNKNOWN}`, 405, "GET, HEAD, PATCH, DELETE"],
    ["get", `${PATH}/${UNKNOWN}/test`, 405, "POST"],
    ["get", "/admin/v1/nothing", 404, undefined],
  ] as const)("%s %s is %i", async (method, path, status, allow) => {
    const answer = await request(admin.app)[method](path).set(bearer);
    expect([answer.status, answer.headers["allow"]]).toEqual([status, allow]);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
  });
});
