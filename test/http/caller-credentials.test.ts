import request from "supertest";
import { describe, expect, it, vi } from "vitest";
import {
  CLIENTS,
  type MadeClient,
  shareClientAdministration,
  UNKNOWN,
} from "./admin/client-administration.js";
import { expectScimError } from "./share-gateway.js";

const { gateway, administrator, admin, make, tokenOf, askForToken, scimStatus } = shareClientAdministration();

const basic = (text: string | Buffer) => `Basic ${Buffer.from(text).toString("base64")}`;
const basicOf = ({ clientId, clientSecret }: MadeClient) => basic(`${clientId}:${clientSecret}`);
const users = (authorization: string) =>
  request(gateway.app).get("/scim/v2/Users").set("Authorization", authorization);
const inDays = (days: number) => new Date(gateway.clock.now().getTime() + days * 86_400_000).toISOString();

const otherTenantId = "00000000-0000-0000-0000-000000000002";

describe("HTTP Basic", () => {
  it("is not there until a client may use it: no challenge names it, and a right secret is refused [001-32]", async () => {
    const client = await make();
    const answer = await users(basicOf(client));
    expectScimError(answer, 401);
    expect(answer.body.detail).toContain("http_basic");
    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="scim-gateway"');
  });

  it("lets a client in that may use it, with its scopes, and is named in the challenges from then on [001-32]", async () => {
    const client = await make({ authMethods: ["http_basic"], scopes: ["scim:read"] });
    const answer = await users(basicOf(client));
    expect([answer.status, answer.body.caller]).toEqual([200, client.clientId]);
    expect((await users(basicOf(client).replace("Basic", "bAsIc"))).status).toBe(200);
    const refused = await request(gateway.app)
      .post("/scim/v2/Users")
      .set("Authorization", basicOf(client))
      .send({});
    expectScimError(refused, 403);
    const challenged = await request(gateway.app).get("/scim/v2/Users");
    expect(challenged.headers["www-authenticate"]).toBe(
      'Bearer realm="scim-gateway", Basic realm="scim-gateway", charset="UTF-8"',
    );
    expect((await askForToken(client)).body.error).toBe("invalid_client");
  });

  it("asks the database nothing while the same header is used", async () => {
    const client = await make({ authMethods: ["http_basic"] });
    const query = vi.spyOn(gateway.database, "query");
    // On PostgreSQL the news of the client's making may come after its first use, which is then forgotten once.
    await vi.waitFor(async () => {
      await users(basicOf(client)).expect(200);
      query.mockClear();
      for (let time = 0; time < 5; time += 1) await users(basicOf(client)).expect(200);
      expect(query).not.toHaveBeenCalled();
    });
    query.mockRestore();
  });

  it("never takes a wrong secret for a right one that was used before", async () => {
    const client = await make({ authMethods: ["http_basic"] });
    const wrong = basic(`${client.clientId}:${client.clientSecret.slice(0, -1)}x`);
    for (const [header, status] of [
      [wrong, 401],
      [basicOf(client), 200],
      [wrong, 401],
      [basicOf(client), 200],
      [wrong, 401],
    ] as const) {
      expect(await scimStatus(header)).toBe(status);
    }
  });

  it.each<[string, (client: MadeClient) => string]>([
    ["no secret", ({ clientId }) => basic(clientId)],
    ["an empty secret", ({ clientId }) => basic(`${clientId}:`)],
    ["no id", ({ clientSecret }) => basic(`:${clientSecret}`)],
    [
      "another case of the id",
      ({ clientId, clientSecret }) => basic(`${clientId.toUpperCase()}X:${clientSecret}`),
    ],
    ["nothing", () => "Basic"],
    ["no base64", () => "Basic ???"],
    ["bytes that are no UTF-8", () => basic(Buffer.from([0xff, 0xfe, 0x3a, 0xff]))],
    ["Chinese characters", () => basic("客户端:密码")],
    ["an emoji", () => basic("👤:🔑")],
    ["a NUL", ({ clientId, clientSecret }) => basic(`${clientId}\0:${clientSecret}`)],
    ["SQL in the id", ({ clientSecret }) => basic(`' or 1=1 --:${clientSecret}`)],
    ["SQL in the secret", ({ clientId }) => basic(`${clientId}:' or '1'='1`)],
    ["4,000 characters", ({ clientId }) => basic(`${clientId}:${"x".repeat(3_000)}`)],
    ["10,000 characters", ({ clientId }) => basic(`${clientId}:${"x".repeat(7_500)}`)],
    ["two schemes in one header", (client) => `${basicOf(client)}, Bearer x`],
    ["the secret as a token", ({ clientSecret }) => `Bearer ${clientSecret}`],
  ])("refuses %s", async (_what, header) => {
    const client = await make({ authMethods: ["http_basic"] });
    expectScimError(await users(header(client)), 401);
  });

  it("takes an id and secret that are form-encoded (RFC 6749 section 2.3.1)", async () => {
    const client = await make({ authMethods: ["http_basic"], clientId: "idp~1" });
    expect(await scimStatus(basic(`idp%7E1:${client.clientSecret}`))).toBe(200);
  });

  it("ends at once with the secret, the permission and the client", async () => {
    const client = await make({ authMethods: ["http_basic", "client_secret_post"] });
    const second = await admin("post", `${CLIENTS}/${client.id}/secrets`, { expiresAt: inDays(1) });
    const header = basic(`${client.clientId}:${second.body.clientSecret}`);
    expect(await scimStatus(header)).toBe(200);
    await admin("delete", `${CLIENTS}/${client.id}/secrets/${second.body.id}`);
    expect(await scimStatus(header)).toBe(401);

    expect(await scimStatus(basicOf(client))).toBe(200);
    await admin("patch", `${CLIENTS}/${client.id}`, { authMethods: ["client_secret_post"] });
    expect(await scimStatus(basicOf(client))).toBe(401);
    await admin("patch", `${CLIENTS}/${client.id}`, { authMethods: ["http_basic"], enabled: false });
    expect(await scimStatus(basicOf(client))).toBe(401);
    await admin("patch", `${CLIENTS}/${client.id}`, { enabled: true });
    expect(await scimStatus(basicOf(client))).toBe(200);
    await admin("delete", `${CLIENTS}/${client.id}`);
    expect(await scimStatus(basicOf(client))).toBe(401);
  });

  it("ends when the secret expires, to the millisecond, also while it is cached", async () => {
    const client = await make({ authMethods: ["http_basic"] });
    const expiresAt = new Date(gateway.clock.now().getTime() + 1_000).toISOString();
    const { body } = await admin("post", `${CLIENTS}/${client.id}/secrets`, { expiresAt });
    const header = basic(`${client.clientId}:${body.clientSecret}`);
    await gateway.clock.advance(999);
    expect(await scimStatus(header)).toBe(200);
    await gateway.clock.advance(1);
    expect(await scimStatus(header)).toBe(401);
  });

  it("opens the administration only to a client that may use it and has the scope, and is not asked for there", async () => {
    const reader = await make({ authMethods: ["http_basic"] });
    const other = await make({ authMethods: ["client_secret_basic"], scopes: ["admin"] });
    const operator = await make({ authMethods: ["http_basic"], scopes: ["admin"] });
    const list = (header: string) => request(gateway.app).get(CLIENTS).set("Authorization", header);
    expect((await list(basicOf(reader))).body.code).toBe("insufficient_scope");
    const refused = await list(basicOf(other));
    expect(refused.body.code).toBe("invalid_client");
    expect(refused.headers["www-authenticate"]).toBe('Bearer realm="scim-gateway"');
    expect((await list(basicOf(operator))).status).toBe(200);
  });

  it("belongs to the client's tenant, though its id is unique in all of them", async () => {
    await gateway.database.query("insert into tenant (id, name) values ($1, 'other')", [otherTenantId]);
    const { client, clientSecret } = await gateway.authorization.createClient({
      tenantId: otherTenantId,
      name: "theirs",
      scopes: ["scim:read"],
      authMethods: ["http_basic"],
    });
    const grant = await gateway.authorization.authenticateBasic(basic(`${client.clientId}:${clientSecret}`));
    expect(grant?.tenantId).toBe(otherTenantId);
  });
});

describe("a request with several credentials", () => {
  it.each<[string, (client: MadeClient) => Promise<string[]>]>([
    ["Basic and Bearer", async (client) => [basicOf(client), `Bearer ${await tokenOf(client)}`]],
    ["the same twice", async (client) => [basicOf(client), basicOf(client)]],
  ])("is refused: %s", async (_what, headers) => {
    const client = await make({ authMethods: ["http_basic", "client_secret_post"] });
    const [first = "", second = ""] = await headers(client);
    const answer = await rawStatus([
      ["Authorization", first],
      ["authorization", second],
    ]);
    expect(answer).toBe(400);
  });
});

describe("long-lived tokens", () => {
  const tokens = ({ id }: MadeClient) => `${CLIENTS}/${id}/tokens`;
  const issue = (client: MadeClient, settings: object = {}) =>
    admin("post", tokens(client), {
      name: "IDaaS",
      scopes: ["scim:read"],
      expiresAt: inDays(30),
      ...settings,
    });
  const makeFor = (settings: object = {}) => make({ authMethods: ["long_lived_token"], ...settings });

  it("are shown once, in a form that scanners find, and work with their scopes until they expire", async () => {
    const client = await makeFor({ scopes: ["scim:read", "scim:write"] });
    const { status, body } = await issue(client);
    expect(status).toBe(201);
    const { token, ...shown } = body;
    expect(token).toMatch(/^sgw_[\w-]{43}$/);
    expect(shown).toEqual({
      id: expect.any(String),
      name: "IDaaS",
      scopes: ["scim:read"],
      hint: token.slice(-4),
      createdAt: gateway.clock.now().toISOString(),
      expiresAt: inDays(30),
      lastUsedAt: null,
    });
    const stored = await gateway.database.query("select * from long_lived_token");
    expect(JSON.stringify(stored)).not.toContain(token);

    const answer = await users(`bearer ${token}`);
    expect([answer.status, answer.body.caller]).toEqual([200, client.clientId]);
    const write = request(gateway.app).post("/scim/v2/Users").set("Authorization", `Bearer ${token}`);
    expectScimError(await write.send({}), 403);
    expect((await admin("get", tokens(client))).body).toEqual({
      items: [{ ...shown, lastUsedAt: gateway.clock.now().toISOString() }],
      nextCursor: null,
    });
  });

  it("end at once when revoked, by an administrator or the client itself", async () => {
    const client = await makeFor({ authMethods: ["long_lived_token", "client_secret_post"] });
    const first = await issue(client);
    const second = await issue(client);
    expect(await scimStatus(`Bearer ${first.body.token}`)).toBe(200);
    expect((await admin("delete", `${tokens(client)}/${first.body.id}`)).status).toBe(204);
    expect(await scimStatus(`Bearer ${first.body.token}`)).toBe(401);
    expect((await admin("delete", `${tokens(client)}/${first.body.id}`)).body.code).toBe("token_not_found");

    expect(await scimStatus(`Bearer ${second.body.token}`)).toBe(200);
    const credentials = { client_id: client.clientId, client_secret: client.clientSecret };
    const ask = (path: string) =>
      request(gateway.app)
        .post(path)
        .send({ ...credentials, token: second.body.token });
    expect((await ask("/oauth/introspect")).body).toMatchObject({ active: true, scope: "scim:read" });
    await ask("/oauth/revoke").expect(200);
    expect(await scimStatus(`Bearer ${second.body.token}`)).toBe(401);
  });

  it("end at once with the client, its scope and its permission to use them", async () => {
    const client = await makeFor({ scopes: ["scim:read", "scim:write"] });
    const bearer = `Bearer ${(await issue(client)).body.token}`;
    const change = (body: object) => admin("patch", `${CLIENTS}/${client.id}`, body);
    expect(await scimStatus(bearer)).toBe(200);
    await change({ scopes: ["scim:write"] });
    expect(await scimStatus(bearer)).toBe(403);
    await change({ scopes: ["scim:read"], authMethods: ["client_secret_post"] });
    expect(await scimStatus(bearer)).toBe(401);
    await change({ authMethods: ["long_lived_token"] });
    expect(await scimStatus(bearer)).toBe(200);
    await change({ enabled: false });
    expect(await scimStatus(bearer)).toBe(401);
  });

  it("end when they expire, to the millisecond, also while they are cached", async () => {
    const client = await makeFor();
    const expiresAt = new Date(gateway.clock.now().getTime() + 1_000).toISOString();
    const { body } = await issue(client, { expiresAt });
    await gateway.clock.advance(999);
    expect(await scimStatus(`Bearer ${body.token}`)).toBe(200);
    await gateway.clock.advance(1);
    expect(await scimStatus(`Bearer ${body.token}`)).toBe(401);
  });

  it("live up to three years, and not a millisecond longer", async () => {
    const client = await makeFor();
    const latest = new Date(gateway.clock.now());
    latest.setUTCFullYear(latest.getUTCFullYear() + 3);
    expect((await issue(client, { expiresAt: latest.toISOString() })).status).toBe(201);
    const later = new Date(latest.getTime() + 1).toISOString();
    expect((await issue(client, { expiresAt: later })).body.errors[0].field).toBe("expiresAt");
  });

  it.each([
    [{ scopes: ["admin"] }, "scopes"],
    [{ scopes: ["scim:read", "scim:write"] }, "scopes"],
    [{ scopes: [] }, "scopes"],
    [{ scopes: undefined }, "scopes"],
    [{ name: "" }, "name"],
    [{ expiresAt: undefined }, "expiresAt"],
    [{ expiresAt: null }, "expiresAt"],
    [{ expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt"],
    [{ expiresAt: "tomorrow" }, "expiresAt"],
    [{ token: `sgw_${"x".repeat(43)}` }, "token"],
  ])("are not made from %j", async (settings, field) => {
    const answer = await issue(await makeFor(), settings);
    expect([answer.status, answer.body.errors[0].field]).toEqual([400, field]);
    expect(await gateway.database.query("select 1 from long_lived_token where name = ''")).toEqual([]);
  });

  it("are made only for a client that may use them, in the administrator's tenant", async () => {
    expect((await issue(await make())).body).toMatchObject({
      status: 409,
      code: "long_lived_tokens_not_allowed",
    });
    const theirs = await gateway.authorization.createClient({
      tenantId: otherTenantId,
      name: "theirs",
      scopes: ["scim:read"],
      authMethods: ["long_lived_token"],
    });
    for (const id of [theirs.client.id, UNKNOWN]) {
      for (const answer of [
        await admin("post", `${CLIENTS}/${id}/tokens`, {
          name: "x",
          scopes: ["scim:read"],
          expiresAt: inDays(1),
        }),
        await admin("get", `${CLIENTS}/${id}/tokens`),
        await admin("delete", `${CLIENTS}/${id}/tokens/${UNKNOWN}`),
      ]) {
        expect(answer.body).toMatchObject({ status: 404, code: "client_not_found" });
      }
    }
  });

  it("with the scope admin keep the administration open, so the last one cannot be revoked", async () => {
    const operator = await makeFor({ scopes: ["admin"] });
    const { body } = await issue(operator, { scopes: ["admin"] });
    const asOperator = (method: "patch" | "delete", path: string) =>
      request(gateway.app)[method](path).set("Authorization", `Bearer ${body.token}`);
    const others = await gateway.database.query<{ id: string }>(
      `select id from oauth_client where 'admin' = any(scopes) and id <> $1
          and tenant_id = '00000000-0000-0000-0000-000000000001'`,
      [operator.id],
    );
    for (const { id } of others) {
      await asOperator("patch", `${CLIENTS}/${id}`).send({ enabled: false }).expect(200);
    }
    const answer = await asOperator("delete", `${tokens(operator)}/${body.id}`);
    expect(answer.body).toMatchObject({ status: 409, code: "last_administrator" });
    await asOperator("patch", `${CLIENTS}/${administrator.id}`).send({ enabled: true }).expect(200);
    await asOperator("delete", `${tokens(operator)}/${body.id}`).expect(204);
  });

  it.each(["sgw_", `sgw_${"A".repeat(43)}`, `sgw_${"A".repeat(44)}`, `SGW_${"A".repeat(43)}`])(
    "are not guessed: %s",
    async (token) => expect(await scimStatus(`Bearer ${token}`)).toBe(401),
  );
});

/** Sends header lines as they are; the usual client would join or refuse them. */
async function rawStatus(headers: [string, string][]): Promise<number> {
  const { connect } = await import("node:net");
  const address = gateway.app.address();
  if (address === null || typeof address === "string") throw new Error("the gateway does not listen");
  return new Promise((resolve, reject) => {
    const socket = connect(address.port, "127.0.0.1", () => {
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      socket.write(`GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines}\r\n`);
    });
    socket.once("data", (data) => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(data.toString())?.[1])));
    socket.once("error", reject);
  });
}
