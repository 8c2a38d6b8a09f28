import request from "supertest";
import { describe, expect, it } from "vitest";
import { CLIENTS, shareClientAdministration, UNKNOWN } from "./client-administration.js";

const { gateway, administrator, admin, make, tokenOf, askForToken, scimStatus, bearerOf } =
  shareClientAdministration();

const good = { name: "HR system", scopes: ["scim:read"] };

describe("creating a client", () => {
  it("answers its id, and its secret this once [001-30]", async () => {
    const answer = await admin("post", CLIENTS, { ...good, name: " HR system " });
    expect(answer.status).toBe(201);
    expect(answer.headers["location"]).toBe(`https://gateway.example${CLIENTS}/${answer.body.id}`);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const { clientSecret, ...shown } = answer.body;
    expect(clientSecret).toMatch(/^[\w-]{43}$/);
    expect(shown).toEqual({
      id: expect.any(String),
      clientId: expect.stringMatching(/^[\w-]+$/),
      name: "HR system",
      scopes: ["scim:read"],
      authMethods: ["client_secret_basic", "client_secret_post"],
      profile: "auto",
      accessTokenLifetime: 3600,
      jwks: null,
      ipAllowList: [],
      rateLimit: null,
      userId: null,
      enabled: true,
      createdAt: gateway.clock.now().toISOString(),
      modifiedAt: gateway.clock.now().toISOString(),
      lastUsedAt: null,
    });
    expect((await admin("get", `${CLIENTS}/${shown.id}`)).body).toEqual(shown);
    const stored = await gateway.database.query("select * from oauth_client, oauth_client_secret");
    expect(JSON.stringify(stored)).not.toContain(clientSecret);
  });

  it("takes every setting, and the client can work with it", async () => {
    const settings = {
      clientId: "okta-prod",
      scopes: ["scim:write", "scim:read", "scim:read"],
      authMethods: ["client_secret_post"],
      profile: "okta",
      accessTokenLifetime: 300,
      ipAllowList: ["127.0.0.0/8", "2001:db8::/32", "::1"],
      rateLimit: { requestsPerSecond: 25, burst: 50 },
      userId: "0a1b2c3d-0000-4000-8000-0000000000aa",
    };
    const client = await make(settings);
    expect(client).toMatchObject({ ...settings, scopes: ["scim:read", "scim:write"] });
    const token = await askForToken(client);
    expect(token.body).toMatchObject({ expires_in: 300, scope: "scim:read scim:write" });
    expect(await scimStatus(`Bearer ${token.body.access_token}`)).toBe(200);
  });

  it("refuses a client id that is taken, by whichever tenant, without telling whose it is", async () => {
    await gateway.database.query(
      "insert into tenant (id, name) values ('00000000-0000-0000-0000-000000000002', 'other')",
    );
    await gateway.authorization.createClient({
      tenantId: "00000000-0000-0000-0000-000000000002",
      name: "theirs",
      clientId: "taken",
      scopes: ["admin"],
    });
    const answer = await admin("post", CLIENTS, { ...good, clientId: "taken" });
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status: 409, code: "client_exists" });
  });

  it.each([
    [{ scopes: ["scim:read"] }, "name"],
    [{ ...good, name: " " }, "name"],
    [{ ...good, name: "x".repeat(201) }, "name"],
    [{ name: "x" }, "scopes"],
    [{ ...good, scopes: [] }, "scopes"],
    [{ ...good, scopes: "admin" }, "scopes"],
    [{ ...good, scopes: ["root"] }, "scopes.0"],
    [{ ...good, scopes: Array(1000).fill("admin") }, "scopes"],
    [{ ...good, authMethods: ["none"] }, "authMethods.0"],
    [{ ...good, authMethods: [] }, "authMethods"],
    [{ ...good, clientId: "" }, "clientId"],
    [{ ...good, clientId: "a b" }, "clientId"],
    [{ ...good, clientId: "a:b" }, "clientId"],
    [{ ...good, clientId: "x".repeat(129) }, "clientId"],
    [{ ...good, profile: "lenient" }, "profile"],
    [{ ...good, accessTokenLifetime: 299 }, "accessTokenLifetime"],
    [{ ...good, accessTokenLifetime: 86_401 }, "accessTokenLifetime"],
    [{ ...good, accessTokenLifetime: "3600" }, "accessTokenLifetime"],
    [{ ...good, ipAllowList: "127.0.0.1" }, "ipAllowList"],
    [{ ...good, userId: "zhang.wei" }, "userId"],
    [{ ...good, ipAllowList: ["somewhere"] }, "ipAllowList.0"],
    [{ ...good, ipAllowList: ["10.0.0.0/33"] }, "ipAllowList.0"],
    [{ ...good, ipAllowList: ["10.0.0.0/-1"] }, "ipAllowList.0"],
    [{ ...good, ipAllowList: ["fe80::1%eth0"] }, "ipAllowList.0"],
    [{ ...good, ipAllowList: ["::ffff:10.0.0.1"] }, "ipAllowList.0"],
    [{ ...good, ipAllowList: Array(101).fill("10.0.0.1") }, "ipAllowList"],
    [{ ...good, rateLimit: 25 }, "rateLimit"],
    [{ ...good, rateLimit: { requestsPerSecond: 25 } }, "rateLimit.burst"],
    [{ ...good, rateLimit: { requestsPerSecond: 0, burst: 1 } }, "rateLimit.requestsPerSecond"],
    [{ ...good, rateLimit: { requestsPerSecond: 1.5, burst: 1 } }, "rateLimit.requestsPerSecond"],
    [{ ...good, rateLimit: { requestsPerSecond: 1, burst: 1e9 } }, "rateLimit.burst"],
    [{ ...good, enabled: "yes" }, "enabled"],
    [{ ...good, clientSecret: "mine" }, "clientSecret"],
    [[], ""],
  ])("refuses %j naming %s", async (body, field) => {
    const answer = await admin("post", CLIENTS, body);
    expect(answer.body).toMatchObject({
      status: 400,
      code: "invalid_request",
      errors: [expect.objectContaining({ field })],
    });
  });
});

describe("reading clients", () => {
  it("pages through all of the tenant by cursor, and shows none of another tenant", async () => {
    for (const name of ["a", "b", "c"]) await make({ name });
    const mine = await gateway.database.query<{ id: string }>(
      "select id from oauth_client where tenant_id = '00000000-0000-0000-0000-000000000001' order by id",
    );
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const { body } = await admin("get", `${CLIENTS}?limit=2${query}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(mine.map(({ id }) => id));
  });

  it.each(["limit=0", "limit=x", "cursor=nonsense", "colour=red"])("refuses ?%s", async (query) => {
    expect((await admin("get", `${CLIENTS}?${query}`)).status).toBe(400);
  });

  it.each([UNKNOWN, "1", "__proto__", "%27%3B--", "1%27%20or%20%271%27%3D%271"])(
    "answers 404 to the id %s",
    async (id) => {
      for (const path of [`${CLIENTS}/${id}`, `${CLIENTS}/${id}/secrets`]) {
        const answer = await admin("get", path);
        expect([answer.status, answer.body.status]).toEqual([404, 404]);
      }
    },
  );

  it("tells when a client was last used, to some minutes", async () => {
    const client = await make();
    await tokenOf(client);
    const { body } = await admin("get", `${CLIENTS}/${client.id}`);
    expect(body.lastUsedAt).toBe(gateway.clock.now().toISOString());
  });
});

describe("changing a client", () => {
  it("holds at once, also for tokens that are in use [001-30]", async () => {
    const client = await make({ scopes: ["scim:read", "scim:write"] });
    const bearer = `Bearer ${await tokenOf(client)}`;
    expect(await scimStatus(bearer)).toBe(200);
    const answer = await admin("patch", `${CLIENTS}/${client.id}`, {
      scopes: ["scim:write"],
      name: "renamed",
    });
    expect(answer.body).toMatchObject({ name: "renamed", scopes: ["scim:write"], profile: "auto" });
    expect(await scimStatus(bearer)).toBe(403);
    await admin("patch", `${CLIENTS}/${client.id}`, { enabled: false });
    expect(await scimStatus(bearer)).toBe(401);
    expect((await askForToken(client)).body.error).toBe("invalid_client");
    await admin("patch", `${CLIENTS}/${client.id}`, { enabled: true });
    await tokenOf(client);
  });

  it("holds for new tokens where it is about them", async () => {
    const client = await make();
    await admin("patch", `${CLIENTS}/${client.id}`, { accessTokenLifetime: 86_400, profile: "entra" });
    expect((await askForToken(client)).body.expires_in).toBe(86_400);
    await admin("patch", `${CLIENTS}/${client.id}`, { authMethods: ["client_secret_basic"] });
    const refused = await askForToken(client);
    expect([refused.status, refused.body.error]).toEqual([401, "invalid_client"]);
  });

  it.each([[{}], [{ clientId: "other" }], [{ name: "" }], [{ scopes: [] }], [{ lastUsedAt: null }], [null]])(
    "refuses %j",
    async (body) => {
      const { id } = await make();
      const answer = await request(gateway.app)
        .patch(`${CLIENTS}/${id}`)
        .set("Authorization", administrator.bearer)
        .set("Content-Type", "application/json")
        .send(JSON.stringify(body));
      expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
    },
  );

  it("answers 404 for a client that is not there, or is another tenant's", async () => {
    const [theirs] = await gateway.database.query<{ id: string }>(
      "select id from oauth_client where client_id = 'taken'",
    );
    for (const id of [UNKNOWN, theirs?.id ?? ""]) {
      for (const answer of [
        await admin("patch", `${CLIENTS}/${id}`, { name: "mine" }),
        await admin("delete", `${CLIENTS}/${id}`),
        await admin("post", `${CLIENTS}/${id}/secrets`, {}),
        await admin("get", `${CLIENTS}/${id}`),
      ]) {
        expect(answer.body).toMatchObject({ status: 404, code: "client_not_found" });
      }
    }
  });
});

describe("removing a client", () => {
  it("ends its secrets and tokens at once and frees its client id", async () => {
    const client = await make({ clientId: "short-lived" });
    const bearer = `Bearer ${await tokenOf(client)}`;
    expect(await scimStatus(bearer)).toBe(200);
    expect((await admin("delete", `${CLIENTS}/${client.id}`)).status).toBe(204);
    expect(await scimStatus(bearer)).toBe(401);
    expect((await askForToken(client)).status).toBe(401);
    expect((await admin("delete", `${CLIENTS}/${client.id}`)).status).toBe(404);
    await make({ clientId: "short-lived" });
  });
});

describe("the last way into the administration", () => {
  it.each([
    ["disabling it", () => admin("patch", `${CLIENTS}/${administrator.id}`, { enabled: false })],
    ["taking its scope", () => admin("patch", `${CLIENTS}/${administrator.id}`, { scopes: ["scim:read"] })],
    ["removing it", () => admin("delete", `${CLIENTS}/${administrator.id}`)],
    [
      "removing its secret",
      async () => {
        const { body } = await admin("get", `${CLIENTS}/${administrator.id}/secrets`);
        return admin("delete", `${CLIENTS}/${administrator.id}/secrets/${body.items[0].id}`);
      },
    ],
  ])("is kept: %s is 409", async (_what, act) => {
    const before = (await admin("get", `${CLIENTS}/${administrator.id}`)).body;
    const answer = await act();
    expect(answer.body).toMatchObject({ status: 409, code: "last_administrator" });
    expect((await admin("get", `${CLIENTS}/${administrator.id}`)).body).toEqual(before);
  });

  it("is kept by one of two administrators that remove each other at the same moment", async () => {
    const other = await make({ scopes: ["admin"] });
    const answers = await Promise.all([
      admin("delete", `${CLIENTS}/${other.id}`),
      request(gateway.app)
        .patch(`${CLIENTS}/${administrator.id}`)
        .set("Authorization", `Bearer ${await tokenOf(other)}`)
        .send({ enabled: false }),
    ]);
    const left = await gateway.database.query(
      `select 1 from oauth_client where enabled and 'admin' = any(scopes)
          and tenant_id = '00000000-0000-0000-0000-000000000001'`,
    );
    expect(left).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409 || status === 401 || status === 404)).toHaveLength(
      1,
    );
    await gateway.database.query("update oauth_client set enabled = true where id = $1", [administrator.id]);
    await gateway.clock.advance(10_000);
  });

  it("may go while another one is left", async () => {
    const other = await make({ scopes: ["admin", "scim:read"] });
    expect((await admin("patch", `${CLIENTS}/${other.id}`, { scopes: ["scim:read"] })).status).toBe(200);
  });
});

describe("the secrets of a client", () => {
  it("are several while one is changed for another, told apart by their hint and shown once", async () => {
    const client = await make();
    const added = await admin("post", `${CLIENTS}/${client.id}/secrets`, {});
    expect(added.status).toBe(201);
    const second = { ...client, clientSecret: added.body.clientSecret };
    await tokenOf(client);
    await tokenOf(second);

    const { body } = await admin("get", `${CLIENTS}/${client.id}/secrets`);
    expect(body.nextCursor).toBeNull();
    expect(body.items).toHaveLength(2);
    expect(JSON.stringify(body)).not.toContain(client.clientSecret);
    expect(body.items).toContainEqual({
      id: added.body.id,
      hint: second.clientSecret.slice(-4),
      createdAt: gateway.clock.now().toISOString(),
      expiresAt: null,
    });

    const first = body.items.find(({ id }: { id: string }) => id !== added.body.id);
    expect((await admin("delete", `${CLIENTS}/${client.id}/secrets/${first.id}`)).status).toBe(204);
    expect((await askForToken(client)).status).toBe(401);
    await tokenOf(second);
  });

  it("end when they expire", async () => {
    const client = await make();
    const expiresAt = new Date(gateway.clock.now().getTime() + 1_000).toISOString();
    const { body } = await admin("post", `${CLIENTS}/${client.id}/secrets`, { expiresAt });
    expect(body.expiresAt).toBe(expiresAt);
    const second = { ...client, clientSecret: body.clientSecret };
    await tokenOf(second);
    await gateway.clock.advance(1_000);
    expect((await askForToken(second)).status).toBe(401);
    await tokenOf(client);
  });

  it.each([
    [{ expiresAt: "2026-01-05T07:59:59Z" }, "expiresAt"],
    [{ expiresAt: "2030-01-01T00:00:00" }, "expiresAt"],
    [{ expiresAt: 7 }, "expiresAt"],
    [{ clientSecret: "mine" }, "clientSecret"],
  ])("are not made from %j", async (body, field) => {
    const { id } = await make();
    const answer = await admin("post", `${CLIENTS}/${id}/secrets`, body);
    expect([answer.status, answer.body.errors[0].field]).toEqual([400, field]);
  });

  it("are at most ten", async () => {
    const { id } = await make();
    for (let made = 1; made < 10; made += 1) await admin("post", `${CLIENTS}/${id}/secrets`, {});
    expect((await admin("post", `${CLIENTS}/${id}/secrets`, {})).body).toMatchObject({
      status: 409,
      code: "too_many_secrets",
    });
  });

  it("are removed by their own client's path only", async () => {
    const mine = await make();
    const other = await make();
    const [secret] = (await admin("get", `${CLIENTS}/${other.id}/secrets`)).body.items;
    for (const id of [secret.id, UNKNOWN]) {
      const answer = await admin("delete", `${CLIENTS}/${mine.id}/secrets/${id}`);
      expect(answer.body).toMatchObject({ status: 404, code: "secret_not_found" });
    }
    await tokenOf(other);
  });
});

describe("whoever is not an administrator", () => {
  it.each([
    ["nobody", "get"],
    ["a SCIM client", "get"],
    ["a SCIM client", "post"],
  ] as const)("%s cannot %s", async (who, method) => {
    const call = request(gateway.app)[method](CLIENTS);
    if (who !== "nobody") call.set("Authorization", await bearerOf(["scim:read", "scim:write"]));
    const answer = await call.send(method === "post" ? good : undefined);
    expect([answer.status, answer.body.code]).toEqual(
      who === "nobody" ? [401, "missing_token"] : [403, "insufficient_scope"],
    );
  });
});
