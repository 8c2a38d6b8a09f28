import type { Express } from "express";
import request from "supertest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDirectory } from "../../src/directory/directory.js";
import { createScimRouter } from "../../src/http/scim/router.js";
import { appendNotification } from "../../src/notifications/append-notification.js";
import type { Database } from "../../src/persistence/database.js";
import { insertRunRows, type RunRow } from "../../src/persistence/run-row-store.js";
import { newTimedId } from "../../src/platform/ids.js";
import { type Administration, createAdministration } from "../http/admin/administration.js";
import { checkTestToken, serveRouter } from "../http/support/serve-router.js";
import { defaultTenantId, openTestDatabase, type TestDatabase } from "../support/database.js";
import { createFakeClock } from "../support/fake-clock.js";
import { describedMethods, violations } from "./contract.js";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const UNKNOWN = "99999999-9999-4999-8999-999999999999";

let test: TestDatabase;
let scim: Express;
let admin: Express;
/** Ids for the path templates, filled by `beforeAll`. */
const ids: Record<string, string> = {};

type Method = "get" | "post" | "put" | "patch" | "delete";

interface Case {
  method: Method;
  path: string;
  status: number;
  query?: string;
  body?: unknown;
  token?: string;
  headers?: Record<string, string>;
}

beforeAll(async () => {
  test = await openTestDatabase();
  const clock = createFakeClock();
  const { database } = test;
  const directory = createDirectory({ database, clock });
  const router = createScimRouter({
    directory,
    publicUrl: "https://gateway.example",
    checkToken: checkTestToken,
    defaultTenantId,
  });
  scim = serveRouter("/scim/v2", router);
  const administration = createAdministration(database);
  admin = administration.app;
  ids["requestId"] = await logRequest(administration);
  ids["connectionId"] = await make({
    method: "post",
    path: "/admin/v1/connections",
    status: 201,
    body: { connector: "test", name: "总部", config: { corpId: "ding1", appSecret: "secret" } },
  });
  await send({
    method: "patch",
    path: "/admin/v1/connections/{connectionId}",
    status: 200,
    body: { enabled: true },
  });
  ids["user"] = await make({
    method: "post",
    path: "/scim/v2/Users",
    status: 201,
    body: {
      schemas: [USER],
      userName: "zhang.wei",
      displayName: "张伟",
      emails: [{ value: "zw@example.com" }],
    },
  });
  ids["group"] = await make({
    method: "post",
    path: "/scim/v2/Groups",
    status: 201,
    body: { schemas: [GROUP], displayName: "研发部", members: [{ value: ids["user"] }] },
  });
  ids["userId"] = ids["user"];
  ids["groupId"] = ids["group"];
  const newClient = {
    name: "HR",
    scopes: ["admin"],
    clientId: "hr",
    authMethods: ["client_secret_post", "long_lived_token"],
    rateLimit: { requestsPerSecond: 25, burst: 50 },
    ipAllowList: ["203.0.113.0/24"],
  };
  ids["clientRef"] = await make({ method: "post", path: CLIENTS, status: 201, body: newClient });
  ids["tokenId"] = await make({
    method: "post",
    path: `${ONE_CLIENT}/tokens`,
    status: 201,
    body: { name: "IDaaS", scopes: ["admin"], expiresAt: "2027-01-01T00:00:00Z" },
  });
  ids["secretId"] = await make({ method: "post", path: `${ONE_CLIENT}/secrets`, status: 201 });
  ids["fieldId"] = await make({ method: "post", path: DICTIONARY, status: 201, body: costCentre });
  ids["runId"] = await make({ method: "post", path: RUNS, status: 202, body: { dryRun: true } });
  ids["rowId"] = UNKNOWN;
  await addRunRow(database);
  const { body } = await send({ method: "get", path: "/admin/v1/deliveries", status: 200 });
  ids["deliveryId"] = body.items[0].id;
  await database.query(
    `insert into unknown_code (tenant_id, id, connection_id, code, path, sample, delivery_id, first_at, last_at)
     values ($1, gen_random_uuid(), $2, '77777', '/topapi/v2/user/create', 'unheard of', $3, $4, $4)`,
    [defaultTenantId, ids["connectionId"], ids["deliveryId"], clock.now()],
  );
  await database.transaction(async (tx) => {
    await appendNotification(tx, {
      tenantId: defaultTenantId,
      connectionId: ids["connectionId"] ?? "",
      kind: "quarantine",
      subject: { type: "Delivery", id: ids["deliveryId"] ?? "" },
      reason: { code: "60020", message: "DingTalk refuses the address.", remedy: "Add it." },
      numbers: { refused: 3 },
      correlationId: null,
      now: clock.now(),
    });
  });
}, 60_000);
afterAll(() => test.close());

/** One refused request of the client that is made above, in the log. */
async function logRequest({ requestLog, clock }: Administration): Promise<string> {
  requestLog.record({
    tenantId: defaultTenantId,
    id: newTimedId(clock.now()),
    at: clock.now(),
    clientId: "hr",
    method: "PATCH",
    path: "/scim/v2/Users/1",
    route: "/scim/v2/Users/:id",
    status: 400,
    durationMs: 2,
    scimType: "invalidValue",
    detail: "no",
    profile: "auto",
    recognised: "entra",
    quirks: ["text-boolean"],
    ignored: ["shoeSize"],
    resourceType: "User",
    resourceId: "1",
    correlationId: "c-1",
    userAgent: null,
    body: '{"Operations":[]}',
  });
  await requestLog.flush();
  const [row] = await requestLog.list(defaultTenantId, { limit: 1 });
  return String(row?.id);
}

/** What the run that is made above may have found. */
async function addRunRow(database: Database): Promise<void> {
  const row: RunRow = {
    tenantId: defaultTenantId,
    runId: ids["runId"] ?? "",
    id: UNKNOWN,
    connectionId: ids["connectionId"] ?? "",
    resourceType: "User",
    resourceId: ids["user"] ?? "",
    remoteId: "1",
    name: "张伟",
    kind: "drift",
    drifts: [{ field: "title", expected: "工程师", found: null, choice: "push" }],
    action: "push",
    result: "done",
    reason: null,
    settledAt: null,
  };
  await insertRunRows(database, [row]);
}

async function send({ method, path, query = "", body, token, headers }: Case) {
  const isScim = path.startsWith("/scim");
  const target = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (name !== "id") return ids[name] ?? name;
    return ids[path.includes("Groups") ? "group" : "user"] ?? name;
  });
  const call = request(isScim ? scim : admin)
    [method](target + query)
    .set("Authorization", `Bearer ${token ?? (isScim ? "read+write" : "admin")}`);
  if (body !== undefined) call.set("Content-Type", isScim ? "application/scim+json" : "application/json");
  return call
    .set(headers ?? {})
    .buffer(true)
    .send(body === undefined ? undefined : JSON.stringify(body));
}

async function make(request: Case): Promise<string> {
  const answer = await send(request);
  expect(violations(request.path, request.method, answer)).toEqual([]);
  return JSON.parse(answer.text).id;
}

const USERS = "/scim/v2/Users";
const ONE_USER = "/scim/v2/Users/{id}";
const ONE_GROUP = "/scim/v2/Groups/{id}";
const CONNECTIONS = "/admin/v1/connections";
const ONE_CONNECTION = "/admin/v1/connections/{connectionId}";
const RUNS = `${ONE_CONNECTION}/runs`;
const DECISION = `${RUNS}/{runId}/rows/{rowId}/decision`;
const CLIENTS = "/admin/v1/clients";
const ONE_CLIENT = "/admin/v1/clients/{clientRef}";
const NOTIFICATIONS = "/admin/v1/notifications";
const NOTIFICATION_SETTINGS = "/admin/v1/notification-settings";
const REQUESTS = "/admin/v1/requests";
const DICTIONARY = "/admin/v1/dictionary";
const ONE_FIELD = "/admin/v1/dictionary/{fieldId}";
const costCentre = {
  name: "成本中心",
  key: "costCentre",
  category: "user",
  type: "enum",
  values: ["A", "B"],
  required: false,
};
const PLAN = "/admin/v1/plan";
const liSi = { schemas: [USER], userName: "li.si", displayName: "李四" };
const deactivate = { schemas: [PATCH], Operations: [{ op: "replace", path: "active", value: false }] };
const rename = { schemas: [PATCH], Operations: [{ op: "replace", path: "displayName", value: "研究院" }] };

const cases: Case[] = [
  { method: "get", path: "/scim/v2", status: 200 },
  { method: "get", path: "/scim/v2/ServiceProviderConfig", status: 200 },
  { method: "get", path: "/scim/v2/ServiceProviderConfig", status: 401, token: "wrong" },
  { method: "get", path: "/scim/v2/Schemas", status: 200 },
  { method: "get", path: "/scim/v2/Schemas/{urn}", status: 404 },
  { method: "get", path: "/scim/v2/ResourceTypes", status: 200 },
  { method: "get", path: "/scim/v2/ResourceTypes/{resourceTypeId}", status: 404 },
  {
    method: "post",
    path: "/scim/v2/Bulk",
    status: 200,
    body: {
      schemas: [BULK],
      Operations: [
        { method: "POST", path: "/Users", bulkId: "a", data: { schemas: [USER], userName: "wang.fang" } },
        { method: "POST", path: "/Users", bulkId: "b", data: { schemas: [USER], userName: "wang.fang" } },
        { method: "DELETE", path: `/Users/${UNKNOWN}` },
        null,
      ],
    },
  },
  { method: "post", path: "/scim/v2/Bulk", status: 400, body: {} },
  { method: "get", path: "/scim/v2/Me", status: 501 },
  { method: "patch", path: "/scim/v2/Me", status: 501, body: deactivate },
  { method: "post", path: "/scim/v2/Bulk", status: 403, body: {}, token: "read" },
  { method: "get", path: USERS, status: 200, query: '?filter=userName%20eq%20"zhang.wei"' },
  { method: "get", path: USERS, status: 200, query: "?attributes=emails.value&count=1" },
  { method: "get", path: USERS, status: 200, query: "?count=0" },
  { method: "get", path: USERS, status: 400, query: "?filter=userName%20almost%201" },
  { method: "get", path: USERS, status: 403, token: "write" },
  { method: "get", path: USERS, status: 200, query: `?startIndex=${"9".repeat(30)}&count=${"9".repeat(30)}` },
  { method: "get", path: USERS, status: 200, query: "?startIndex=-5&count=-5" },
  { method: "get", path: USERS, status: 400, query: "?filter=" },
  { method: "get", path: USERS, status: 400, query: "?sortBy=nothing" },
  { method: "post", path: USERS, status: 400 },
  { method: "patch", path: ONE_USER, status: 400 },
  {
    method: "get",
    path: "/scim/v2/Groups",
    status: 200,
    query: "?excludedAttributes=members&sortBy=displayName",
  },
  { method: "post", path: USERS, status: 400, body: { schemas: [USER] } },
  { method: "post", path: USERS, status: 401, body: {}, token: "wrong" },
  { method: "post", path: USERS, status: 409, body: { schemas: [USER], userName: "Zhang.Wei" } },
  { method: "post", path: USERS, status: 413, body: { userName: "a".repeat(1_100_000) } },
  {
    method: "post",
    path: USERS,
    status: 415,
    body: {},
    headers: { "Content-Type": "text/xml" },
  },
  { method: "get", path: ONE_USER, status: 200 },
  { method: "get", path: ONE_USER, status: 304, headers: { "If-None-Match": "*" } },
  { method: "patch", path: ONE_USER, status: 200, body: deactivate },
  { method: "patch", path: ONE_USER, status: 412, body: deactivate, headers: { "If-Match": 'W/"99"' } },
  { method: "put", path: ONE_USER, status: 200, body: { schemas: [USER], userName: "zhang.wei" } },
  { method: "put", path: ONE_USER, status: 400, body: { schemas: [USER], userName: 7 } },
  { method: "get", path: "/scim/v2/Groups", status: 200 },
  { method: "get", path: ONE_GROUP, status: 200 },
  { method: "patch", path: ONE_GROUP, status: 204, body: rename },
  { method: "patch", path: ONE_GROUP, status: 200, body: rename, query: "?excludedAttributes=members" },
  { method: "patch", path: ONE_GROUP, status: 400, body: { schemas: [PATCH], Operations: "all" } },
  { method: "delete", path: ONE_GROUP, status: 412, headers: { "If-Match": 'W/"99"' } },
  { method: "delete", path: ONE_GROUP, status: 204 },
  { method: "get", path: ONE_GROUP, status: 404 },
  { method: "get", path: CLIENTS, status: 200 },
  { method: "get", path: CLIENTS, status: 400, query: "?limit=many" },
  { method: "get", path: CLIENTS, status: 401, token: "wrong" },
  { method: "get", path: CLIENTS, status: 403, token: "read" },
  { method: "post", path: CLIENTS, status: 400, body: { name: "HR" } },
  { method: "post", path: CLIENTS, status: 409, body: { name: "HR", scopes: ["admin"], clientId: "hr" } },
  { method: "get", path: ONE_CLIENT, status: 200 },
  { method: "patch", path: ONE_CLIENT, status: 200, body: { profile: "okta" } },
  { method: "patch", path: ONE_CLIENT, status: 400, body: {} },
  { method: "patch", path: ONE_CLIENT, status: 409, body: { enabled: false } },
  { method: "get", path: `${ONE_CLIENT}/secrets`, status: 200 },
  { method: "delete", path: `${ONE_CLIENT}/secrets/{secretId}`, status: 204 },
  { method: "delete", path: `${ONE_CLIENT}/secrets/{secretId}`, status: 404 },
  { method: "get", path: `${ONE_CLIENT}/tokens`, status: 200 },
  { method: "post", path: `${ONE_CLIENT}/tokens`, status: 400, body: { name: "IDaaS", scopes: ["admin"] } },
  { method: "delete", path: `${ONE_CLIENT}/tokens/{tokenId}`, status: 204 },
  { method: "delete", path: `${ONE_CLIENT}/tokens/{tokenId}`, status: 404 },
  { method: "delete", path: ONE_CLIENT, status: 409 },
  { method: "get", path: CONNECTIONS, status: 200 },
  { method: "get", path: CONNECTIONS, status: 400, query: "?limit=many" },
  { method: "get", path: CONNECTIONS, status: 401, token: "wrong" },
  { method: "get", path: CONNECTIONS, status: 403, token: "read" },
  { method: "post", path: CONNECTIONS, status: 400, body: { connector: "test" } },
  {
    method: "post",
    path: CONNECTIONS,
    status: 409,
    body: { connector: "test", name: "b", config: { corpId: "ding1", appSecret: "x" } },
  },
  { method: "get", path: ONE_CONNECTION, status: 200 },
  { method: "patch", path: ONE_CONNECTION, status: 200, body: { config: { appSecret: "" } } },
  { method: "delete", path: ONE_CONNECTION, status: 409 },
  { method: "post", path: `${ONE_CONNECTION}/events/keys`, status: 400 },
  { method: "post", path: `${ONE_CONNECTION}/events/keys`, status: 403, token: "read" },
  { method: "post", path: "/admin/v1/connections/{connectionId}/test", status: 200 },
  { method: "post", path: "/admin/v1/connections/{connectionId}/plan", status: 200, body: { limit: 10 } },
  { method: "post", path: "/admin/v1/connections/{connectionId}/plan", status: 400, body: { limit: 0 } },
  {
    method: "post",
    path: "/admin/v1/connections/{connectionId}/plan",
    status: 404,
    body: { resourceId: UNKNOWN },
  },
  { method: "get", path: RUNS, status: 200, query: "?trigger=manual&status=queued,partial&limit=1" },
  { method: "get", path: RUNS, status: 400, query: "?status=fine" },
  { method: "post", path: RUNS, status: 409, body: { dryRun: true } },
  { method: "post", path: RUNS, status: 400, body: { dryRun: "yes" } },
  { method: "get", path: `${RUNS}/{runId}`, status: 200, query: "?kind=drift,missing&result=done" },
  { method: "get", path: `${RUNS}/{runId}`, status: 400, query: "?kind=odd" },
  { method: "get", path: `${RUNS}/{runId}/rows.csv`, status: 200 },
  { method: "get", path: `${RUNS}/{runId}/rows.csv`, status: 400, query: "?kind=odd" },
  { method: "post", path: DECISION, status: 400, body: { choice: "maybe" } },
  { method: "post", path: DECISION, status: 409, body: { choice: "push" } },
  {
    method: "post",
    path: "/admin/v1/connections/{connectionId}/plan/apply",
    status: 409,
    body: { hash: "old" },
  },
  { method: "post", path: "/admin/v1/deliveries/{deliveryId}/undo", status: 409 },
  {
    method: "post",
    path: "/admin/v1/deliveries/{deliveryId}/undo",
    status: 400,
    body: { attemptId: "last" },
  },
  { method: "post", path: "/admin/v1/deliveries/{deliveryId}/undo/apply", status: 409, body: { hash: "x" } },
  {
    method: "post",
    path: "/admin/v1/connections/{connectionId}/runs/{runId}/undo",
    status: 400,
    body: { limit: 201 },
  },
  {
    method: "post",
    path: "/admin/v1/connections/{connectionId}/runs/{runId}/undo/apply",
    status: 400,
    body: {},
  },
  {
    method: "post",
    path: "/admin/v1/connections/{connectionId}/preview",
    status: 200,
    body: { sample: { displayName: "王五" } },
  },
  { method: "post", path: "/admin/v1/connections/{connectionId}/preview", status: 400, body: {} },
  {
    method: "post",
    path: "/admin/v1/connections/{connectionId}/preview",
    status: 404,
    body: { resourceId: UNKNOWN },
  },
  {
    method: "post",
    path: PLAN,
    status: 200,
    body: { request: { method: "POST", path: "/Users", body: liSi } },
  },
  { method: "post", path: PLAN, status: 200, body: { request: { method: "DELETE", path: "/Users/1" } } },
  { method: "post", path: PLAN, status: 400, body: { request: { method: "GET", path: "/Users" } } },
  { method: "post", path: PLAN, status: 400, body: { request: { method: "POST", path: "/Bulk", body: 7 } } },
  {
    method: "post",
    path: PLAN,
    status: 413,
    body: {
      request: {
        method: "POST",
        path: "/Bulk",
        body: { schemas: [BULK], Operations: Array.from({ length: 201 }, () => null) },
      },
    },
  },
  {
    method: "post",
    path: `${PLAN}/apply`,
    status: 409,
    body: { hash: "old", request: { method: "POST", path: "/Users", body: liSi } },
  },
  { method: "get", path: DICTIONARY, status: 200, query: "?category=user&limit=1" },
  { method: "get", path: DICTIONARY, status: 400, query: "?category=robot" },
  { method: "post", path: DICTIONARY, status: 400, body: { ...costCentre, key: "cost centre" } },
  { method: "post", path: DICTIONARY, status: 409, body: { ...costCentre, key: "COSTCENTRE" } },
  { method: "get", path: ONE_FIELD, status: 200 },
  { method: "patch", path: ONE_FIELD, status: 200, body: { modifiable: false, remark: "for the invoice" } },
  { method: "patch", path: ONE_FIELD, status: 400, body: { key: "other" } },
  { method: "patch", path: ONE_FIELD, status: 409, body: { required: true } },
  { method: "patch", path: ONE_FIELD, status: 200, body: { required: true }, query: "?force=true" },
  { method: "delete", path: ONE_FIELD, status: 204 },
  { method: "get", path: ONE_FIELD, status: 404 },
  { method: "get", path: "/admin/v1/users/{userId}/timeline", status: 200, query: "?limit=2" },
  { method: "get", path: "/admin/v1/users/{userId}/timeline", status: 400, query: "?cursor=x" },
  { method: "get", path: "/admin/v1/groups/{groupId}/timeline", status: 200 },
  { method: "get", path: "/admin/v1/audit", status: 200, query: "?objectType=connection&limit=1" },
  { method: "get", path: "/admin/v1/audit", status: 400, query: "?since=yesterday" },
  { method: "get", path: "/admin/v1/deliveries", status: 200, query: "?state=pending,parked&limit=1" },
  { method: "get", path: "/admin/v1/deliveries", status: 400, query: "?state=lost" },
  { method: "get", path: "/admin/v1/deliveries/{deliveryId}", status: 200 },
  { method: "post", path: "/admin/v1/deliveries/{deliveryId}/retry", status: 200 },
  { method: "post", path: "/admin/v1/deliveries/{deliveryId}/approve", status: 409 },
  { method: "post", path: "/admin/v1/deliveries/retry-failed", status: 200, body: {} },
  { method: "get", path: NOTIFICATIONS, status: 200, query: "?kind=quarantine&limit=1" },
  { method: "get", path: "/admin/v1/unknown-codes", status: 200, query: "?limit=1" },
  { method: "get", path: "/admin/v1/unknown-codes", status: 400, query: "?connection=1" },
  { method: "get", path: NOTIFICATIONS, status: 400, query: "?kind=party" },
  { method: "get", path: NOTIFICATION_SETTINGS, status: 200 },
  {
    method: "patch",
    path: NOTIFICATION_SETTINGS,
    status: 200,
    body: {
      quietMinutes: 30,
      webhook: { url: "http://127.0.0.1:9/" },
      mail: {
        host: "127.0.0.1",
        port: 25,
        from: "a@example.com",
        to: ["b@example.com"],
        user: "a",
        password: "b",
      },
    },
  },
  { method: "patch", path: NOTIFICATION_SETTINGS, status: 400, body: { webhook: { url: "ftp://x/" } } },
  {
    method: "patch",
    path: NOTIFICATION_SETTINGS,
    status: 400,
    body: { webhook: { url: "http://x/", secret: "s" } },
  },
  { method: "get", path: NOTIFICATION_SETTINGS, status: 200 },
  { method: "post", path: `${NOTIFICATION_SETTINGS}/test`, status: 200, body: { channel: "webhook" } },
  { method: "patch", path: NOTIFICATION_SETTINGS, status: 200, body: { mail: null } },
  { method: "post", path: `${NOTIFICATION_SETTINGS}/test`, status: 400, body: { channel: "mail" } },
  { method: "get", path: REQUESTS, status: 200, query: "?status=4xx&quirk=text-boolean&client=hr" },
  { method: "get", path: REQUESTS, status: 400, query: "?status=400" },
  { method: "get", path: REQUESTS, status: 400, query: "?since=yesterday" },
  { method: "get", path: `${REQUESTS}/{requestId}`, status: 200 },
  { method: "get", path: `${ONE_CLIENT}/dialect`, status: 200 },
];

describe("the answers of the running routers are those of the description", () => {
  it.each(cases.map((one) => [`${one.method} ${one.path}${one.query ?? ""}`, one.status, one] as const))(
    "%s: %i",
    async (_title, _status, one) => {
      const answer = await send(one);
      expect(answer.status).toBe(one.status);
      expect(violations(one.path, one.method, answer)).toEqual([]);
    },
  );

  it.each(["/scim/v2", "/admin/v1"])(
    "every path below %s takes just the methods that are described",
    async (prefix) => {
      for (const { path, methods } of describedMethods(prefix)) {
        const offered = new Set(methods.map((method) => method.toUpperCase()));
        if (offered.has("GET")) offered.add("HEAD");
        const other = (["put", "patch", "delete", "post"] as const).find(
          (method) => !methods.includes(method),
        );
        // A path that takes every method has none to be refused.
        if (other === undefined) continue;
        const answer = await send({ method: other, path, status: 405, body: {} });
        expect([path, answer.status]).toEqual([path, 405]);
        expect(new Set(answer.headers["allow"]?.split(", "))).toEqual(offered);
      }
    },
  );

  it("would notice an answer that is not described", () => {
    const headers = { "content-type": "application/scim+json" };
    expect(violations(ONE_USER, "get", { status: 200, headers, text: '{"id":"1","schemas":["a"]}' })).toEqual(
      ["the header ETag is missing", "the header Location is missing"],
    );
    expect(violations(ONE_USER, "get", { status: 418, headers, text: "{}" })).toHaveLength(1);
    const leak = {
      status: 200,
      headers: { ...headers, etag: "1", location: "x" },
      text: `{"id":"${UNKNOWN}","schemas":["a"],"password":"p"}`,
    };
    expect(violations(ONE_USER, "get", leak)).toEqual([expect.stringContaining("/password")]);
  });
});
