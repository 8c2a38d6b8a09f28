import request from "supertest";
import { beforeEach, describe, expect, it } from "vitest";
import { defaultTenantId, shareTestDatabase } from "../../support/database.js";
import { type Administration, createAdministration } from "./administration.js";

const test = shareTestDatabase();
const bearer = { Authorization: "Bearer admin" };
let admin: Administration;

beforeEach(async () => {
  await test.database.query("truncate audit_entry, delivery, connection, link, oauth_client cascade");
  await test.database.query("delete from dictionary_field where not system");
  admin = createAdministration(test.database);
});

async function send(method: "post" | "patch" | "delete", path: string, body?: object) {
  await admin.clock.advance(1_000);
  const answer = await request(admin.app)[method](`/admin/v1${path}`).set(bearer).send(body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

async function audit(query = "") {
  const answer = await request(admin.app).get(`/admin/v1/audit${query}`).set(bearer);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as {
    items: {
      action: string;
      actor: string;
      at: string;
      objectName: string | null;
      correlationId: string;
      changes: { field: string; old: unknown; new: unknown }[];
    }[];
    nextCursor: string | null;
  };
}

const actions = async (query = "") => (await audit(query)).items.map(({ action }) => action);
const corp = { connector: "test", name: "HQ", config: { corpId: "ding1", appSecret: "s3cr3t-value" } };

describe("the audit", () => {
  it("tells who changed a threshold of a connection, when, from what to what [004-15]", async () => {
    const { id } = await send("post", "/connections", { ...corp, policy: { settleMs: 1_000 } });
    await send("patch", `/connections/${id}`, { policy: { settleMs: 9_000 } });
    const [entry] = (await audit()).items;
    expect(entry).toMatchObject({
      action: "connection.changed",
      actor: expect.stringMatching(/./),
      at: admin.clock.now().toISOString(),
      objectName: "HQ",
      correlationId: expect.stringMatching(/./),
    });
    expect(entry?.changes).toEqual([{ field: "policy.settleMs", old: 1_000, new: 9_000 }]);
  });

  it("tells that a secret changed, and never a secret", async () => {
    const { id } = await send("post", "/connections", corp);
    await send("patch", `/connections/${id}`, { config: { corpId: "ding1", appSecret: "an0ther" } });
    const { clientSecret, id: client } = await send("post", "/clients", { name: "Okta", scopes: ["admin"] });
    const second = await send("post", `/clients/${client}/secrets`, {});
    const page = await audit();
    expect(page.items.find(({ action }) => action === "connection.changed")?.changes).toEqual([
      { field: "secrets.appSecret", old: "[secret]", new: "[secret]" },
    ]);
    const kept = JSON.stringify(await test.database.query("select * from audit_entry"));
    for (const secret of ["s3cr3t-value", "an0ther", clientSecret, second.clientSecret]) {
      expect(kept).not.toContain(secret);
    }
  });

  it("follows clients, secrets, tokens, the dictionary, connections and deliveries", async () => {
    const { id } = await send("post", "/connections", corp);
    const keeper = {
      name: "Keeper",
      scopes: ["admin"],
      authMethods: ["client_secret_post", "long_lived_token"],
    };
    const client = (await send("post", "/clients", keeper)).id;
    const secret = (await send("post", `/clients/${client}/secrets`, {})).id;
    await send("delete", `/clients/${client}/secrets/${secret}`);
    const expiresAt = new Date(admin.clock.now().getTime() + 86_400_000).toISOString();
    const token = { name: "t", scopes: ["admin"], expiresAt };
    const tokenId = (await send("post", `/clients/${client}/tokens`, token)).id;
    await send("delete", `/clients/${client}/tokens/${tokenId}`);
    await send("patch", `/clients/${client}`, { name: "The keeper" });
    const other = (await send("post", "/clients", { name: "Other", scopes: ["scim:read"] })).id;
    await send("delete", `/clients/${other}`);
    const definition = { name: "Cost centre", key: "costCentre", category: "user", type: "string" };
    const field = (await send("post", "/dictionary", definition)).id;
    await send("patch", `/dictionary/${field}`, { name: "Cost center" });
    await send("delete", `/dictionary/${field}`);
    const delivery = await parkedDelivery(id);
    await send("post", `/deliveries/${delivery}/retry`);
    await test.database.query("update delivery set state = 'failed'");
    await send("post", "/deliveries/retry-failed", { connectionId: id });
    await test.database.query("truncate delivery");
    await send("delete", `/connections/${id}`);
    expect((await actions()).reverse()).toEqual([
      "connection.created",
      "client.created",
      "client-secret.created",
      "client-secret.removed",
      "client-token.created",
      "client-token.revoked",
      "client.changed",
      "client.created",
      "client.removed",
      "dictionary-field.created",
      "dictionary-field.changed",
      "dictionary-field.removed",
      "delivery.retried",
      "connection.deliveries-retried",
      "connection.removed",
    ]);
  });

  it("keeps nothing of a change that changes nothing, nor of one that is refused", async () => {
    const { id } = await send("post", "/connections", corp);
    await send("patch", `/connections/${id}`, { name: "HQ" });
    await request(admin.app).post("/admin/v1/connections").set(bearer).send(corp).expect(409);
    expect(await actions()).toEqual(["connection.created"]);
  });

  it("is paged, and filtered by actor, action, object and time", async () => {
    const { id } = await send("post", "/connections", corp);
    const begin = admin.clock.now();
    for (const name of ["A", "B", "C"]) await send("patch", `/connections/${id}`, { name });
    const { id: other } = await send("post", "/clients", { name: "Other", scopes: ["scim:read"] });

    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof audit>> = await audit(
        `?limit=2${cursor ? `&cursor=${cursor}` : ""}`,
      );
      seen.push(...page.items.map(({ action }) => action));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(["client.created", ...Array(3).fill("connection.changed"), "connection.created"]);

    expect(await actions(`?objectType=client&object=${other}`)).toEqual(["client.created"]);
    expect(await actions("?action=connection.created")).toEqual(["connection.created"]);
    expect(await actions("?actor=nobody")).toEqual([]);
    const actor = (await audit()).items[0]?.actor;
    expect(await actions(`?actor=${actor}`)).toHaveLength(5);
    const until = new Date(begin.getTime() + 1).toISOString();
    expect(await actions(`?until=${until}`)).toEqual(["connection.created"]);
    expect(await actions(`?since=${until}`)).toHaveLength(4);
  });
});

async function parkedDelivery(connectionId: string): Promise<string> {
  const id = "dddddddd-0000-4000-8000-000000000001";
  await test.database.query(
    `insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, requested_at, next_attempt_at)
     values ($1, $2, $3, $2, 'User', 'parked', $4, $4)`,
    [defaultTenantId, id, connectionId, admin.clock.now()],
  );
  return id;
}
