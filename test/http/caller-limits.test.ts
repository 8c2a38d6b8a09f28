import request from "supertest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLIENTS, shareClientAdministration } from "./admin/client-administration.js";
import { openGateway, type TestGateway } from "./open-gateway.js";
import { expectScimError } from "./share-gateway.js";

const { gateway, administrator, admin, make, tokenOf, askForToken, scimStatus } = shareClientAdministration();

const users = (bearer: string) => request(gateway.app).get("/scim/v2/Users").set("Authorization", bearer);

describe("the request budget of a client", () => {
  const small = { rateLimit: { requestsPerSecond: 2, burst: 3 } };

  it("answers 429 beyond it, says when to go on, and lets the client go on then", async () => {
    const bearer = `Bearer ${await tokenOf(await make(small))}`;
    for (let sent = 0; sent < 3; sent += 1) await users(bearer).expect(200);
    const answer = await users(bearer);
    expectScimError(answer, 429);
    expect(answer.headers).toMatchObject({
      "retry-after": "1",
      "ratelimit-limit": "3",
      "ratelimit-remaining": "0",
      "ratelimit-reset": "1",
    });
    await gateway.clock.advance(499);
    expect(await scimStatus(bearer)).toBe(429);
    await gateway.clock.advance(1);
    expect(await scimStatus(bearer)).toBe(200);
    expect(await scimStatus(bearer)).toBe(429);
  });

  it("is one for all tokens of the client and all surfaces, and touches no other client", async () => {
    const client = await make({ ...small, scopes: ["scim:read", "admin"] });
    const [first, second] = [`Bearer ${await tokenOf(client)}`, `Bearer ${await tokenOf(client)}`];
    const list = () => request(gateway.app).get(CLIENTS).set("Authorization", first);
    await list().expect(200);
    expect(await scimStatus(first)).toBe(200);
    expect(await scimStatus(second)).toBe(200);
    expect(await scimStatus(second)).toBe(429);
    expect((await list()).body).toMatchObject({ status: 429, code: "too_many_requests" });
    expect((await admin("get", CLIENTS)).status).toBe(200);
  });

  it("follows a change at once, and is the default again when it is taken away", async () => {
    const client = await make(small);
    const bearer = `Bearer ${await tokenOf(client)}`;
    for (let sent = 0; sent < 3; sent += 1) await users(bearer).expect(200);
    expect(await scimStatus(bearer)).toBe(429);
    const { body } = await admin("patch", `${CLIENTS}/${client.id}`, { rateLimit: null });
    expect(body.rateLimit).toBeNull();
    for (let sent = 0; sent < 20; sent += 1) expect(await scimStatus(bearer)).toBe(200);
  });
});

describe("the IP allow list of a client", () => {
  it("keeps it out from elsewhere, at the token endpoint and everywhere else, and says so", async () => {
    const client = await make({ ipAllowList: ["127.0.0.1"] });
    const bearer = `Bearer ${await tokenOf(client)}`;
    expect(await scimStatus(bearer)).toBe(200);
    await admin("patch", `${CLIENTS}/${client.id}`, { ipAllowList: ["192.0.2.0/24", "2001:db8::/32"] });
    const refused = await users(bearer);
    expectScimError(refused, 403);
    expect(refused.body.detail).toContain("127.0.0.1");
    const token = await askForToken(client);
    expect([token.status, token.body.error]).toEqual([403, "unauthorized_client"]);
    expect(token.body.error_description).toContain("127.0.0.1");
    await admin("patch", `${CLIENTS}/${client.id}`, { ipAllowList: [] });
    expect(await scimStatus(bearer)).toBe(200);
  });

  it("does not tell a caller with a wrong secret from where the right one would do", async () => {
    const client = await make({ ipAllowList: ["192.0.2.0/24"] });
    expect((await askForToken({ ...client, clientSecret: "wrong" })).status).toBe(401);
  });

  it("goes by the connection, whatever a header claims", async () => {
    const client = await make({ ipAllowList: ["192.0.2.0/24"] });
    const token = await askForToken(client)
      .set("X-Forwarded-For", "192.0.2.7")
      .set("Forwarded", "for=192.0.2.7");
    expect(token.status).toBe(403);
  });

  it("never shuts out the client that sets it for itself", async () => {
    const set = (ipAllowList: string[]) => admin("patch", `${CLIENTS}/${administrator.id}`, { ipAllowList });
    expect((await set(["192.0.2.0/24"])).body).toMatchObject({ status: 409, code: "locks_out_caller" });
    expect((await set(["127.0.0.0/8"])).status).toBe(200);
    expect((await set([])).status).toBe(200);
  });
});

describe("behind a proxy that TRUST_PROXY names", () => {
  let behind: TestGateway;
  beforeAll(async () => {
    behind = await openGateway({ trustProxy: ["loopback", "10.0.0.0/8"] });
  });
  afterAll(() => behind.close());

  it.each([
    ["192.0.2.7", 200],
    ["192.0.2.7:54321", 200],
    ["::ffff:192.0.2.7", 200],
    ["192.0.2.7, 10.0.0.5", 200],
    ["[2001:db8::7]:54321", 200],
    ["198.51.100.1", 403],
    ["192.0.2.7, 198.51.100.1", 403],
    ["unknown", 403],
    ["' or 1=1 --", 403],
  ])("the address is what it says: %s is answered %i", async (forwardedFor, status) => {
    const { client, clientSecret } = await behind.authorization.createClient({
      tenantId: "00000000-0000-0000-0000-000000000001",
      name: "far away",
      scopes: ["scim:read"],
      ipAllowList: ["192.0.2.0/24", "2001:db8::/32"],
    });
    const answer = await request(behind.app)
      .post("/oauth/token")
      .set("X-Forwarded-For", forwardedFor)
      .send({ grant_type: "client_credentials", client_id: client.clientId, client_secret: clientSecret });
    expect(answer.status).toBe(status);
  });
});

describe("many wrong credentials from one address", () => {
  it("are answered 429 in the form of each surface, while a client that was right before goes on", async () => {
    const client = await make();
    const newcomer = await make();
    const bearer = `Bearer ${await tokenOf(client)}`;
    expect(await scimStatus(bearer)).toBe(200);
    const statuses = [];
    for (let guess = 0; guess < 110; guess += 1) statuses.push(await scimStatus(`Bearer guess-${guess}`));
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(10);

    const refused = await users("Bearer guess");
    expectScimError(refused, 429);
    expect(refused.headers["retry-after"]).toBe("1");
    const token = await askForToken(newcomer);
    expect([token.status, token.body.error]).toEqual([429, "temporarily_unavailable"]);
    expect(token.headers["retry-after"]).toBe("1");
    const list = await request(gateway.app).get(CLIENTS).set("Authorization", "Bearer guess");
    expect(list.body).toMatchObject({ status: 429, code: "too_many_failures" });

    await tokenOf(client);
    expect(await scimStatus(bearer)).toBe(200);
    await gateway.clock.advance(1_000);
    await tokenOf(newcomer);
  });
});
