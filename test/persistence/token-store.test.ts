import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { upsertClient } from "../../src/persistence/client-store.js";
import {
  deleteExpiredTokens,
  findToken,
  insertToken,
  type OauthToken,
  revokeToken,
} from "../../src/persistence/token-store.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";

const test = shareTestDatabase();
const clientRef = randomUUID();
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

beforeEach(async () => {
  await test.database.query("delete from oauth_client");
  await upsertClient(test.database, {
    tenantId: defaultTenantId,
    id: clientRef,
    clientId: "hr",
    name: "HR system",
    scopes: ["scim:read"],
    grantTypes: ["client_credentials"],
    authMethods: ["client_secret_post"],
    accessTokenLifetimeS: 600,
    profile: "rfc",
    jwks: null,
    ipAllowList: [],
    requestsPerSecond: null,
    requestBurst: null,
    userId: null,
    enabled: true,
    createdAt: at(0),
    modifiedAt: at(0),
    lastUsedAt: null,
  });
});

const token = (tokenHash: string, change: Partial<OauthToken> = {}): OauthToken => ({
  tenantId: defaultTenantId,
  tokenHash,
  clientRef,
  scopes: ["scim:read"],
  issuedAt: at(0),
  expiresAt: at(10),
  revokedAt: null,
  ...change,
});

describe("the token store", () => {
  it("finds a token by its hash together with its client", async () => {
    await insertToken(test.database, token("a"));
    expect(await findToken(test.database, "a")).toEqual({
      token: token("a"),
      client: {
        tenantId: defaultTenantId,
        id: clientRef,
        clientId: "hr",
        scopes: ["scim:read"],
        authMethods: ["client_secret_post"],
        profile: "rfc",
        ipAllowList: [],
        requestsPerSecond: null,
        requestBurst: null,
        userId: null,
        enabled: true,
        lastUsedAt: null,
      },
    });
    expect(await findToken(test.database, "b")).toBeUndefined();
  });

  it("revokes a token once and keeps the moment", async () => {
    await insertToken(test.database, token("a"));
    expect(await revokeToken(test.database, "a", at(3))).toBe(true);
    expect(await revokeToken(test.database, "a", at(4))).toBe(false);
    expect(await revokeToken(test.database, "unknown", at(4))).toBe(false);
    expect((await findToken(test.database, "a"))?.token.revokedAt).toEqual(at(3));
  });

  it("removes expired tokens, the oldest first, a limited number at a time", async () => {
    for (const minute of [1, 2, 3, 20])
      await insertToken(test.database, token(`t${minute}`, { expiresAt: at(minute) }));
    expect(await deleteExpiredTokens(test.database, at(10), 2)).toBe(2);
    expect(await findToken(test.database, "t3")).toBeDefined();
    expect(await deleteExpiredTokens(test.database, at(10), 2)).toBe(1);
    expect(await deleteExpiredTokens(test.database, at(10), 2)).toBe(0);
    expect(await findToken(test.database, "t20")).toBeDefined();
  });

  it("forgets the tokens of a removed client", async () => {
    await insertToken(test.database, token("a"));
    await test.database.query("delete from oauth_client where id = $1", [clientRef]);
    expect(await findToken(test.database, "a")).toBeUndefined();
  });
});
