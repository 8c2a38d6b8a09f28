import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Authorization, createAuthorization } from "../../src/auth/oauth/authorization.js";
import type { CreatedClient, NewClient } from "../../src/auth/oauth/client-registration.js";
import { SCOPES } from "../../src/auth/scopes.js";
import { UniqueViolation } from "../../src/persistence/database.js";
import { defaultTenantId, openTestDatabase, type TestDatabase } from "../support/database.js";
import { createFakeClock, type FakeClock } from "../support/fake-clock.js";

let test: TestDatabase;
let clock: FakeClock;
let authorization: Authorization;

beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test.close());

beforeEach(async () => {
  await test.database.query("delete from oauth_client");
  clock = createFakeClock();
  authorization = await open();
  return () => authorization.close();
});

function open(): Promise<Authorization> {
  return createAuthorization({ database: test.database, clock, tenantId: defaultTenantId });
}

function addClient(input: Partial<NewClient> = {}): Promise<CreatedClient> {
  return authorization.createClient({
    tenantId: defaultTenantId,
    name: "An identity provider",
    scopes: ["scim:read", "scim:write"],
    ...input,
  });
}

function by(client: CreatedClient, parameters: Record<string, string> = {}) {
  return {
    parameters: {
      grant_type: "client_credentials",
      client_id: client.client.clientId,
      client_secret: client.clientSecret,
      ...parameters,
    },
  };
}

async function tokenOf(client: CreatedClient, from: Authorization = authorization): Promise<string> {
  return (await from.issueToken(by(client))).access_token;
}

function announce({ client }: CreatedClient): Promise<void> {
  return test.database.transaction((tx) => authorization.clientChanged(tx, client.id));
}

async function change(sql: string): Promise<void> {
  await test.database.query(sql);
}

describe("issuing tokens", () => {
  it("gives an opaque token of 256 bits, stored as a hash only", async () => {
    const client = await addClient();
    const token = await tokenOf(client);
    expect(token).toMatch(/^[\w-]{43}$/);
    const stored = await test.database.query("select * from oauth_token");
    const secrets = await test.database.query("select * from oauth_client_secret");
    expect(stored).toHaveLength(1);
    expect(JSON.stringify([stored, secrets])).not.toContain(token);
    expect(JSON.stringify([stored, secrets])).not.toContain(client.clientSecret);
  });

  it.each([
    { asked: undefined, granted: "scim:read scim:write" },
    { asked: "", granted: "scim:read scim:write" },
    { asked: "scim:read", granted: "scim:read" },
    { asked: "scim:write  scim:read", granted: "scim:write scim:read" },
    { asked: "scim:read scim:read", granted: "scim:read" },
  ])("grants '$granted' to a SCIM client asking for '$asked'", async ({ asked, granted }) => {
    const request = by(await addClient(), asked === undefined ? {} : { scope: asked });
    expect((await authorization.issueToken(request)).scope).toBe(granted);
  });

  it.each(["admin", "scim:read admin", "scim:delete", "SCIM:READ", "scim:read\u00e9"])(
    "refuses the scope %o of a SCIM client",
    async (scope) => {
      await expect(authorization.issueToken(by(await addClient(), { scope }))).rejects.toMatchObject({
        code: "invalid_scope",
      });
    },
  );

  it.each([
    { profile: "idaas", granted: "scim:read scim:write" },
    { profile: "auto", granted: "scim:read scim:write" },
    { profile: "interop", granted: undefined },
  ])(
    "takes the scope 'read', which IDaaS 1.x always asks for, as none: $profile",
    async ({ profile, granted }) => {
      const client = await addClient({ profile, scopes: ["scim:read", "scim:write", "admin"] });
      const issued = authorization.issueToken(by(client, { scope: "read" }));
      if (granted) expect((await issued).scope).toBe(granted);
      else await expect(issued).rejects.toMatchObject({ code: "invalid_scope" });
    },
  );

  it("accepts each of several secrets until it expires", async () => {
    const client = await addClient();
    await change(`insert into oauth_client_secret
      select tenant_id, gen_random_uuid(), client_ref, encode(sha256('second'), 'hex'), 'cond', created_at,
             '2026-01-05T09:00:00Z' from oauth_client_secret`);
    const second = { ...client, clientSecret: "second" };
    await expect(tokenOf(client)).resolves.toBeTruthy();
    await expect(tokenOf(second)).resolves.toBeTruthy();
    await clock.advance(3_600_000);
    await expect(tokenOf(client)).resolves.toBeTruthy();
    await expect(tokenOf(second)).rejects.toMatchObject({ code: "invalid_client" });
  });

  it("gives the same answer for an unknown client, a wrong secret and a disabled client", async () => {
    const client = await addClient();
    const refusals: unknown[] = [];
    const ask = (request: Parameters<Authorization["issueToken"]>[0]) =>
      authorization
        .issueToken(request)
        .catch((error: Error) => refusals.push({ ...error, message: error.message }));
    await ask(by(client, { client_id: "nobody" }));
    await ask(by(client, { client_secret: "wrong" }));
    await change("update oauth_client set enabled = false");
    await ask(by(client));
    expect(refusals).toHaveLength(3);
    expect(refusals[1]).toEqual(refusals[0]);
    expect(refusals[2]).toEqual(refusals[0]);
  });

  it("holds a client to its ways of authenticating", async () => {
    const client = await addClient({ authMethods: ["client_secret_basic"] });
    await expect(tokenOf(client)).rejects.toMatchObject({ code: "invalid_client" });
    const pair = `${client.client.clientId}:${client.clientSecret}`;
    const authorizationHeader = `Basic ${Buffer.from(pair).toString("base64")}`;
    const parameters = { grant_type: "client_credentials" };
    await expect(
      authorization.issueToken({ authorization: authorizationHeader, parameters }),
    ).resolves.toMatchObject({ token_type: "Bearer" });
  });

  it("refuses a client that may not use the grant", async () => {
    const client = await addClient();
    await change("update oauth_client set grant_types = '{}'");
    await expect(tokenOf(client)).rejects.toMatchObject({ code: "unauthorized_client" });
  });

  it("lets a failure of the database through as it is", async () => {
    const client = await addClient();
    await change("alter table oauth_token rename to oauth_token_away");
    try {
      await expect(tokenOf(client)).rejects.toMatchObject({ name: "StatementError" });
    } finally {
      await change("alter table oauth_token_away rename to oauth_token");
    }
  });

  it("removes expired tokens now and then", async () => {
    const client = await addClient({ accessTokenLifetimeS: 300 });
    await tokenOf(client);
    await clock.advance(700_000);
    await tokenOf(client);
    expect(await test.database.query("select 1 from oauth_token")).toHaveLength(1);
  });
});

describe("authenticating", () => {
  it("tells who the caller is and what they may do", async () => {
    const client = await addClient({ clientId: "idaas", profile: "idaas" });
    expect(await authorization.authenticate(await tokenOf(client))).toEqual({
      tenantId: defaultTenantId,
      clientRef: client.client.id,
      clientId: "idaas",
      scopes: ["scim:read", "scim:write"],
      profile: "idaas",
      authMethod: "access_token",
      ipAllowList: [],
      rateLimit: null,
      expiresAt: new Date("2026-01-05T09:00:00Z"),
    });
  });

  it("tells which user the client is bound to", async () => {
    const userId = "0a1b2c3d-0000-4000-8000-0000000000aa";
    const client = await addClient({ clientId: "bound", userId });
    expect(await authorization.authenticate(await tokenOf(client))).toMatchObject({ userId });
  });

  it.each(["", "x", "A".repeat(43), "' or 1=1 --"])("knows nobody behind %o", async (bearer) => {
    expect(await authorization.authenticate(bearer)).toBeUndefined();
  });

  it.each([300, 3600, 86_400])(
    "ends a token after its client's %i seconds, to the millisecond",
    async (lifetimeS) => {
      const client = await addClient({ accessTokenLifetimeS: lifetimeS });
      const { access_token: token, expires_in: expiresIn } = await authorization.issueToken(by(client));
      expect(expiresIn).toBe(lifetimeS);
      await clock.advance(lifetimeS * 1000 - 1);
      expect(await authorization.authenticate(token)).toBeDefined();
      await clock.advance(1);
      expect(await authorization.authenticate(token)).toBeUndefined();
    },
  );

  it.each([299, 86_401, 0, 1.5, Number.NaN])(
    "makes no client whose tokens live %d seconds",
    async (lifetimeS) => {
      await expect(addClient({ accessTokenLifetimeS: lifetimeS })).rejects.toThrow(RangeError);
    },
  );

  it("asks the database nothing while the grant is cached", async () => {
    const token = await tokenOf(await addClient());
    const query = vi.spyOn(test.database, "query");
    // On PostgreSQL the news of the client's making may come after the first look-up, which is then forgotten once.
    await vi.waitFor(async () => {
      await authorization.authenticate(token);
      query.mockClear();
      for (let time = 0; time < 5; time += 1) await authorization.authenticate(token);
      expect(query).not.toHaveBeenCalled();
    });
    query.mockRestore();
  });
});

describe("the last use of a client", () => {
  it("is noted when a token is issued or used, but not more often than every five minutes", async () => {
    const client = await addClient();
    const noted = async () =>
      (await test.database.query<{ at: Date | null }>("select last_used_at as at from oauth_client"))[0]?.at;
    expect(await noted()).toBeNull();
    const token = await tokenOf(client);
    expect(await noted()).toEqual(new Date("2026-01-05T08:00:00Z"));
    await clock.advance(299_999);
    await authorization.authenticate(token);
    expect(await noted()).toEqual(new Date("2026-01-05T08:00:00Z"));
    await clock.advance(10_000);
    await authorization.authenticate(token);
    expect(await noted()).toEqual(new Date("2026-01-05T08:05:09.999Z"));
  });
});

describe("revoking", () => {
  it("takes effect at once, also on a cached token", async () => {
    const client = await addClient();
    const token = await tokenOf(client);
    expect(await authorization.authenticate(token)).toBeDefined();
    await authorization.revokeToken(by(client, { token }));
    expect(await authorization.authenticate(token)).toBeUndefined();
  });

  it("reaches another process through the database's notification", async () => {
    const other = await open();
    const client = await addClient();
    const token = await tokenOf(client, other);
    expect(await authorization.authenticate(token)).toBeDefined();
    await other.revokeToken(by(client, { token }));
    // The clock stands still, so the cache's own lifetime cannot be what ends it.
    await vi.waitFor(async () => expect(await authorization.authenticate(token)).toBeUndefined(), 2000);
    await other.close();
  });

  it("reaches another process within the cache's lifetime where the notification is lost", async () => {
    const client = await addClient();
    const token = await tokenOf(client);
    expect(await authorization.authenticate(token)).toBeDefined();
    await change("update oauth_token set revoked_at = now()");
    await clock.advance(10_000);
    expect(await authorization.authenticate(token)).toBeUndefined();
  });

  it("counts an unknown token as revoked", async () => {
    const client = await addClient();
    await expect(authorization.revokeToken(by(client, { token: "unknown" }))).resolves.toBeUndefined();
  });

  it("refuses another client's token and leaves it valid", async () => {
    const token = await tokenOf(await addClient());
    const stranger = await addClient();
    await expect(authorization.revokeToken(by(stranger, { token }))).rejects.toMatchObject({
      code: "unauthorized_client",
    });
    expect(await authorization.authenticate(token)).toBeDefined();
  });

  it("needs a token and the client's secret", async () => {
    const client = await addClient();
    await expect(authorization.revokeToken(by(client))).rejects.toMatchObject({ code: "invalid_request" });
    await expect(
      authorization.revokeToken(by(client, { token: "x", client_secret: "wrong" })),
    ).rejects.toMatchObject({ code: "invalid_client" });
  });

  it("follows a change of the client once it is announced, in every process", async () => {
    const other = await open();
    const client = await addClient();
    const token = await tokenOf(client);
    await authorization.authenticate(token);
    await other.authenticate(token);
    await change("update oauth_client set scopes = '{scim:read}'");
    await announce(client);
    expect((await authorization.authenticate(token))?.scopes).toEqual(["scim:read"]);
    await vi.waitFor(
      async () => expect((await other.authenticate(token))?.scopes).toEqual(["scim:read"]),
      2000,
    );
    await change("update oauth_client set enabled = false");
    await announce(client);
    expect(await authorization.authenticate(token)).toBeUndefined();
    await other.close();
  });
});

describe("introspection", () => {
  it("tells a client about its own token", async () => {
    const client = await addClient({ clientId: "idp" });
    const token = await tokenOf(client);
    const iat = Date.parse("2026-01-05T08:00:00Z") / 1000;
    expect(await authorization.introspect(by(client, { token }))).toEqual({
      active: true,
      scope: "scim:read scim:write",
      client_id: "idp",
      token_type: "Bearer",
      iat,
      exp: iat + 3600,
    });
  });

  it("tells nothing about expired, revoked, unknown and other clients' tokens", async () => {
    const client = await addClient();
    const revoked = await tokenOf(client);
    await authorization.revokeToken(by(client, { token: revoked }));
    const expired = await tokenOf(client);
    await clock.advance(3_600_000);
    const foreign = await tokenOf(await addClient());
    for (const token of [revoked, expired, foreign, "unknown"]) {
      expect(await authorization.introspect(by(client, { token }))).toEqual({ active: false });
    }
  });

  it("tells an administrator's client about every token of its tenant", async () => {
    const administrator = await addClient({ scopes: ["admin"] });
    const token = await tokenOf(await addClient({ clientId: "idp" }));
    expect(await authorization.introspect(by(administrator, { token }))).toMatchObject({ client_id: "idp" });
  });
});

describe("the bootstrap client", () => {
  it("is generated once, when there is no client, with all scopes", async () => {
    const made = await authorization.ensureBootstrapClient({});
    const parameters = {
      grant_type: "client_credentials",
      client_id: made?.clientId ?? "",
      client_secret: made?.clientSecret ?? "",
    };
    expect((await authorization.issueToken({ parameters })).scope).toBe(SCOPES.join(" "));
    expect(await authorization.ensureBootstrapClient({})).toBeUndefined();
  });

  it("is made by one of two processes that start at the same moment", async () => {
    const other = await open();
    const made = await Promise.all([
      authorization.ensureBootstrapClient({}),
      other.ensureBootstrapClient({}),
    ]);
    expect(made.filter((client) => client?.clientSecret)).toHaveLength(1);
    await other.close();
  });

  it("is made from the configuration, and follows it", async () => {
    const ask = (clientSecret: string) =>
      authorization.issueToken({
        parameters: { grant_type: "client_credentials", client_id: "idp", client_secret: clientSecret },
      });
    const configure = (clientSecret: string) =>
      authorization.ensureBootstrapClient({ bootstrap: { clientId: "idp", clientSecret } });

    expect(await configure("the-first-secret")).toEqual({ clientId: "idp" });
    await expect(ask("the-first-secret")).resolves.toMatchObject({ scope: SCOPES.join(" ") });
    await change("update oauth_client set enabled = false, scopes = '{}'");
    await configure("the-first-secret");
    expect(await test.database.query("select 1 from oauth_client_secret")).toHaveLength(1);
    await expect(ask("the-first-secret")).resolves.toMatchObject({ scope: SCOPES.join(" ") });
    await configure("the-second-secret");
    await expect(ask("the-second-secret")).resolves.toMatchObject({ scope: SCOPES.join(" ") });
    await expect(ask("the-first-secret")).rejects.toMatchObject({ code: "invalid_client" });
  });

  it("does not take over a client id that is in use", async () => {
    await addClient({ clientId: "gateway" });
    await expect(addClient({ clientId: "gateway" })).rejects.toThrow(UniqueViolation);
    expect(await authorization.ensureBootstrapClient({})).toBeUndefined();
  });
});
