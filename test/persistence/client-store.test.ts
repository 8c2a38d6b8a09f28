import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  deleteClientSecret,
  insertClientSecret,
  listClientSecrets,
  type OauthClientSecret,
} from "../../src/persistence/client-secret-store.js";
import {
  findClientByClientId,
  hasClients,
  insertClient,
  type OauthClient,
  upsertClient,
} from "../../src/persistence/client-store.js";
import { UniqueViolation } from "../../src/persistence/database.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";

const test = shareTestDatabase();

const early = new Date("2026-01-01T00:00:00.123Z");
const late = new Date("2026-01-02T00:00:00Z");
const otherTenantId = "00000000-0000-0000-0000-000000000002";

function client(change: Partial<OauthClient> = {}): OauthClient {
  return {
    tenantId: defaultTenantId,
    id: randomUUID(),
    clientId: `client-${randomUUID()}`,
    name: "HR system",
    scopes: ["scim:read", "scim:write"],
    grantTypes: ["client_credentials"],
    authMethods: ["client_secret_basic"],
    accessTokenLifetimeS: 3600,
    profile: "auto",
    jwks: null,
    ipAllowList: [],
    requestsPerSecond: null,
    requestBurst: null,
    userId: null,
    enabled: true,
    createdAt: early,
    modifiedAt: early,
    lastUsedAt: null,
    ...change,
  };
}

function secretOf(owner: OauthClient, change: Partial<OauthClientSecret> = {}): OauthClientSecret {
  return {
    tenantId: owner.tenantId,
    id: randomUUID(),
    clientRef: owner.id,
    secretHash: "hash",
    hint: "abcd",
    createdAt: early,
    expiresAt: null,
    ...change,
  };
}

describe("the client store", () => {
  it("knows no client at first, and whether there is one afterwards", async () => {
    expect(await hasClients(test.database, defaultTenantId)).toBe(false);
    await insertClient(test.database, client());
    expect(await hasClients(test.database, defaultTenantId)).toBe(true);
    expect(await hasClients(test.database, otherTenantId)).toBe(false);
  });

  it("finds a client by its public identifier, exactly as it was stored", async () => {
    const stored = client();
    await insertClient(test.database, stored);
    expect(await findClientByClientId(test.database, stored.clientId)).toEqual(stored);
    expect(await findClientByClientId(test.database, stored.clientId.toUpperCase())).toBeUndefined();
  });

  it("leaves the given object alone", async () => {
    const given = Object.freeze(client());
    await insertClient(test.database, given);
    expect(await findClientByClientId(test.database, given.clientId)).toEqual(given);
  });

  it("refuses a second client of the same public identifier", async () => {
    const stored = client();
    await insertClient(test.database, stored);
    await expect(insertClient(test.database, client({ clientId: stored.clientId }))).rejects.toMatchObject({
      name: "UniqueViolation",
      constraint: "oauth_client_client_id",
    });
  });

  it("upserts: a known client keeps its id and creation and takes every other setting", async () => {
    const first = await upsertClient(test.database, client());
    const again = client({
      clientId: first.clientId,
      name: "renamed",
      scopes: ["admin"],
      authMethods: ["client_secret_post"],
      accessTokenLifetimeS: 300,
      profile: "okta",
      enabled: false,
      createdAt: late,
      modifiedAt: late,
    });
    const expected = { ...again, id: first.id, createdAt: early };
    expect(await upsertClient(test.database, again)).toEqual(expected);
    expect(await findClientByClientId(test.database, first.clientId)).toEqual(expected);
  });

  it("never takes over a client of another tenant", async () => {
    await test.database.query("insert into tenant (id, name) values ($1, 'other')", [otherTenantId]);
    const stored = await upsertClient(test.database, client());
    await expect(
      upsertClient(test.database, client({ tenantId: otherTenantId, clientId: stored.clientId })),
    ).rejects.toBeInstanceOf(UniqueViolation);
    expect(await findClientByClientId(test.database, stored.clientId)).toEqual(stored);
  });

  it.each([299, 86_401])("refuses a token lifetime of %i seconds", async (accessTokenLifetimeS) => {
    await expect(insertClient(test.database, client({ accessTokenLifetimeS }))).rejects.toMatchObject({
      sqlState: "23514",
    });
  });

  it("keeps several secrets of a client, oldest first, and removes one at a time", async () => {
    const owner = client();
    const older = secretOf(owner, { expiresAt: late });
    const newer = secretOf(owner, { createdAt: late });
    await insertClient(test.database, owner);
    await insertClientSecret(test.database, newer);
    await insertClientSecret(test.database, older);
    expect(await listClientSecrets(test.database, owner)).toEqual([older, newer]);
    expect(await deleteClientSecret(test.database, client(), older.id)).toBe(false);
    expect(await deleteClientSecret(test.database, owner, older.id)).toBe(true);
    expect(await deleteClientSecret(test.database, owner, older.id)).toBe(false);
    expect(await listClientSecrets(test.database, owner)).toEqual([newer]);
  });

  it("joins the caller's transaction", async () => {
    const owner = client();
    const work = test.database.transaction(async (tx) => {
      await insertClient(tx, owner);
      await insertClientSecret(tx, secretOf(owner));
      expect(await findClientByClientId(tx, owner.clientId)).toEqual(owner);
      throw new Error("undo");
    });
    await expect(work).rejects.toThrow("undo");
    expect(await findClientByClientId(test.database, owner.clientId)).toBeUndefined();
    expect(await listClientSecrets(test.database, owner)).toEqual([]);
  });
});
