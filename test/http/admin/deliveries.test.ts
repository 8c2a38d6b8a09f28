import request from "supertest";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { insertAttempt } from "../../../src/persistence/attempt-store.js";
import { defaultTenantId, openTestDatabase, type TestDatabase } from "../../support/database.js";
import { type Administration, createAdministration } from "./administration.js";

const PATH = "/admin/v1/deliveries";
const HERE = "aaaaaaaa-0000-4000-8000-000000000001";
const THERE = "aaaaaaaa-0000-4000-8000-000000000002";
const OTHER_TENANT = "00000000-0000-0000-0000-0000000000ff";

let test: TestDatabase;
let admin: Administration;

beforeAll(async () => {
  test = await openTestDatabase();
  await test.database.query("insert into tenant (id, name, created_at) values ($1, 'other', '2026-01-01Z')", [
    OTHER_TENANT,
  ]);
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.database.query("truncate delivery, delivery_wait, attempt, resource, link, approval cascade");
  admin = createAdministration(test.database);
});

const bearer = { Authorization: "Bearer admin" };
const get = (query = "") => request(admin.app).get(`${PATH}${query}`).set(bearer);
const post = (path: string, body?: object) =>
  request(admin.app).post(`${PATH}${path}`).set(bearer).send(body);
const idOf = (n: number) => `dddddddd-0000-4000-8000-${String(n).padStart(12, "0")}`;
const resourceOf = (n: number) => `eeeeeeee-0000-4000-8000-${String(n).padStart(12, "0")}`;

async function add(
  n: number,
  row: { state: string; connectionId?: string; tenantId?: string; reason?: object },
) {
  await test.database.query(
    `insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, requested_at,
                           correlation_id, next_attempt_at, tries, reason, notes)
     values ($1, $2, $3, $4, 'User', $5, $6, 'c-1', $7, 4, $8::jsonb, '["seen"]')`,
    [
      row.tenantId ?? defaultTenantId,
      idOf(n),
      row.connectionId ?? HERE,
      resourceOf(n),
      row.state,
      admin.clock.now(),
      new Date(admin.clock.now().getTime() + 3_600_000),
      row.reason === undefined ? null : JSON.stringify(row.reason),
    ],
  );
}

const stateOf = async (n: number) =>
  (
    await test.database.query("select state, tries, next_attempt_at from delivery where id = $1", [idOf(n)])
  )[0];

describe("listing deliveries", () => {
  beforeEach(async () => {
    await add(1, { state: "synced" });
    await add(2, {
      state: "parked",
      reason: { code: "mobile-missing", message: "No mobile.", remedy: "Add one." },
    });
    await add(3, { state: "failed", connectionId: THERE });
    await add(4, { state: "pending" });
    await add(5, { state: "parked", tenantId: OTHER_TENANT });
  });

  it.each([
    ["", [1, 2, 3, 4]],
    ["?state=parked", [2]],
    ["?state=parked,failed", [2, 3]],
    [`?connection=${HERE}`, [1, 2, 4]],
    [`?connection=${THERE}&state=parked`, []],
    [`?resource=${resourceOf(4)}`, [4]],
  ])("%s shows %j, and nothing of another tenant", async (query, expected) => {
    const { body } = await get(query);
    expect(body.items.map((item: { id: string }) => item.id)).toEqual(expected.map(idOf));
    expect(body.nextCursor).toBeNull();
  });

  it("pages by cursor without loss or repetition", async () => {
    const first = (await get("?limit=3")).body;
    const second = (await get(`?limit=3&cursor=${first.nextCursor}`)).body;
    const ids = [...first.items, ...second.items].map((item: { id: string }) => item.id);
    expect(ids).toEqual([1, 2, 3, 4].map(idOf));
    expect(second.nextCursor).toBeNull();
  });

  it.each(["?state=sad", "?state=", "?connection=1", "?resource=x'", "?limit=-1", "?since=2026"])(
    "refuses %s naming the parameter",
    async (query) => {
      const { status, body } = await get(query);
      expect([status, body.code]).toEqual([400, "invalid_request"]);
      const name = query.slice(1, query.indexOf("="));
      expect(body.errors[0].field.split(".")[0]).toBe(name);
    },
  );
});

describe("one delivery", () => {
  it("comes with its name, remote id, reason, warnings, newest attempts first, and what it waits for [000-12]", async () => {
    await add(1, { state: "parked", reason: { code: "mobile-missing", message: "No mobile." } });
    const now = admin.clock.now();
    await test.database.query(
      `insert into resource (tenant_id, id, type, doc, created_at, modified_at)
       values ($1, $2, 'User', '{"userName":"zhang","displayName":"张伟"}', $3, $3)`,
      [defaultTenantId, resourceOf(1), now],
    );
    await test.database.query(
      `insert into link (tenant_id, connection_id, resource_id, resource_type, remote_id, last_sent, created_at, modified_at)
       values ($1, $2, $3, 'User', 'zw', '{}', $4, $4)`,
      [defaultTenantId, HERE, resourceOf(1), now],
    );
    await test.database.query(
      "insert into delivery_wait (tenant_id, connection_id, resource_id, awaited_id) values ($1, $2, $3, $4)",
      [defaultTenantId, HERE, resourceOf(1), resourceOf(2)],
    );
    for (const number of [1, 2]) {
      await insertAttempt(test.database, {
        tenantId: defaultTenantId,
        id: idOf(100 + number),
        deliveryId: idOf(1),
        connectionId: HERE,
        resourceId: resourceOf(1),
        number,
        generation: "1",
        trigger: "change",
        action: "create",
        outcome: "parked",
        startedAt: now,
        durationMs: 12,
        code: "mobile-missing",
        message: "No mobile.",
        remedy: null,
        calls: [{ path: "/topapi/v2/user/create" }],
        correlationId: "c-1",
      });
    }
    const { body } = await get(`/${idOf(1)}`);
    expect(body.delivery).toMatchObject({
      resourceName: "张伟",
      remoteId: "zw",
      state: "parked",
      nextAttemptAt: null,
      reason: { code: "mobile-missing", message: "No mobile." },
      warnings: ["seen"],
    });
    expect(body.attempts.map((attempt: { number: number }) => attempt.number)).toEqual([2, 1]);
    expect(body.attempts[0]).toMatchObject({ action: "create", calls: [{ path: "/topapi/v2/user/create" }] });
    expect(body.waitsFor).toEqual([resourceOf(2)]);
  });

  it("is not there for another tenant, and an unknown id is 404", async () => {
    await add(1, { state: "parked", tenantId: OTHER_TENANT });
    for (const id of [idOf(1), idOf(77), "x"]) expect((await get(`/${id}`)).status).toBe(404);
    expect((await post(`/${idOf(1)}/retry`)).body.code).toBe("delivery_not_found");
  });
});

describe("trying again", () => {
  it.each(["parked", "failed", "blocked", "awaiting", "skipped", "synced", "pending"])(
    "makes a %s delivery due now and tells the workers",
    async (state) => {
      await add(1, { state });
      let told = 0;
      const stop = await test.database.listen("delivery_due", () => {
        told += 1;
      });
      const { status, body } = await post(`/${idOf(1)}/retry`);
      expect([status, body.state, body.tries]).toEqual([200, "pending", 0]);
      expect(body.nextAttemptAt).toBe(admin.clock.now().toISOString());
      await expect.poll(() => told).toBe(1);
      await stop();
    },
  );

  it.each(["claimed", "held"])("refuses a %s delivery with 409", async (state) => {
    await add(1, { state });
    const { status, body } = await post(`/${idOf(1)}/retry`);
    expect([status, body.code]).toEqual([409, `delivery_${state}`]);
    expect(await stateOf(1)).toMatchObject({ state, tries: 4 });
  });

  it("retries what failed or is parked, of one connection, of all, or of one state only", async () => {
    await add(1, { state: "failed" });
    await add(2, { state: "failed", connectionId: THERE });
    await add(3, { state: "parked" });
    await add(4, { state: "held" });
    await add(5, { state: "failed", tenantId: OTHER_TENANT });
    expect((await post("/retry-failed", { connectionId: THERE })).body).toEqual({ retried: 1 });
    expect(await stateOf(1)).toMatchObject({ state: "failed" });
    expect((await post("/retry-failed", { states: ["failed"] })).body).toEqual({ retried: 1 });
    expect(await stateOf(3)).toMatchObject({ state: "parked" });
    expect((await post("/retry-failed")).body).toEqual({ retried: 1 });
    for (const n of [1, 2, 3]) expect(await stateOf(n)).toMatchObject({ state: "pending", tries: 0 });
    expect(await stateOf(4)).toMatchObject({ state: "held" });
    expect(await stateOf(5)).toMatchObject({ state: "failed" });
  });

  it.each([[{ states: ["held"] }], [{ states: [] }], [{ connectionId: "x" }], [{ all: true }]])(
    "refuses %j",
    async (body) => {
      expect((await post("/retry-failed", body)).body).toMatchObject({
        status: 400,
        code: "invalid_request",
      });
    },
  );
});

describe("approving", () => {
  const reason = { code: "mobile-change-approval", message: "The number changed.", proposal: "abc" };

  it("makes the parked delivery due now and keeps what was approved, by whom", async () => {
    await add(1, { state: "parked", reason });
    const { status, body } = await post(`/${idOf(1)}/approve`);
    expect([status, body.state]).toEqual([200, "pending"]);
    const kept = await test.database.query("select resource_id, proposal from approval");
    expect(kept).toEqual([{ resource_id: resourceOf(1), proposal: "abc" }]);
  });

  it.each<[string, { state: string; reason?: object; tenantId?: string }, number, string]>([
    ["one that proposes nothing", { state: "parked", reason: { code: "x" } }, 409, "nothing_to_approve"],
    ["one that is under way", { state: "claimed", reason }, 409, "nothing_to_approve"],
    ["one of another tenant", { state: "parked", reason, tenantId: OTHER_TENANT }, 404, "delivery_not_found"],
  ])("refuses %s", async (_title, row, status, code) => {
    await add(1, row);
    expect(await post(`/${idOf(1)}/approve`)).toMatchObject({ status, body: { code } });
    expect(await test.database.query("select 1 from approval")).toEqual([]);
  });
});

describe("held removals", () => {
  const held = { state: "held", reason: { code: "deletion-protection", message: "Too many." } };

  beforeEach(async () => {
    await test.database.query("truncate connection, removal cascade");
  });

  async function addConnection(): Promise<string> {
    const config = { corpId: "ding-1", appSecret: "x" };
    const parts = { scope: {}, mapping: {}, policy: {}, schedule: {} };
    const context = { tenantId: defaultTenantId, actor: "test", correlationId: "c-1" };
    const given = { connector: "test", name: "总部", config, ...parts };
    return (await admin.connections.create(context, given)).id;
  }

  it("are due again after a release", async () => {
    await add(1, held);
    const answer = await post(`/${idOf(1)}/release`);
    expect([answer.status, answer.body.state]).toEqual([200, "pending"]);
    expect(await stateOf(1)).toMatchObject({ state: "pending", tries: 0 });
  });

  it.each([
    ["release", "synced", 409, "delivery_not_held"],
    ["discard", "pending", 409, "delivery_not_held"],
  ])("%s of one that is %s is answered %i %s", async (operation, state, status, code) => {
    await add(1, { state });
    const answer = await post(`/${idOf(1)}/${operation}`);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it.each(["release", "discard"])(
    "%s of what is not there, or of another tenant, is 404",
    async (operation) => {
      await add(1, { ...held, tenantId: OTHER_TENANT });
      for (const n of [1, 2]) expect((await post(`/${idOf(n)}/${operation}`)).status).toBe(404);
    },
  );

  it("that the list of protected people names cannot be released", async () => {
    await add(1, { state: "held", reason: { code: "protected", message: "Never.", remedy: "Discard it." } });
    const answer = await post(`/${idOf(1)}/release`);
    expect([answer.status, answer.body.code]).toEqual([409, "delivery_protected"]);
  });

  it("whose resource is not even a tombstone any more cannot be restored", async () => {
    await add(1, held);
    const answer = await post(`/${idOf(1)}/discard`);
    expect([answer.status, answer.body.code]).toEqual([409, "restore_refused"]);
  });

  it("of a connection are released and discarded together", async () => {
    const connectionId = await addConnection();
    await add(1, { ...held, connectionId });
    await add(2, { ...held, connectionId: THERE });
    const together = (path: string, body?: object) =>
      request(admin.app).post(`/admin/v1/connections/${path}`).set(bearer).send(body);
    const discarded = await together(`${connectionId}/held/discard`);
    expect(discarded.body).toMatchObject({ discarded: 0, refused: [{ deliveryId: idOf(1) }] });
    const groups = await together(`${connectionId}/held/release`, { resourceType: "Group" });
    expect(groups.body).toEqual({ released: 0 });
    expect((await together(`${connectionId}/held/release`)).body).toEqual({ released: 1 });
    expect(await stateOf(2)).toMatchObject({ state: "held" });
    expect((await together(`${THERE}/held/release`)).status).toBe(404);
    expect((await together(`${connectionId}/held/release`, { resourceType: "Robot" })).status).toBe(400);
  });
});
