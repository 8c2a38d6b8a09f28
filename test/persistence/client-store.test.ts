import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  deleteClientSecret,
  findClientByClientId,
  hasClients,
  insertClient,
  insertClientSecret,
  listClientSecrets,
  type OauthClient,
  type OauthClientSecret,
  upsertClient,
} from "../../src/persistence/client-store.js";
import { type Database, UniqueViolation } from "../../src/persistence/database.js";
import { defaultTenantId, openTestDatabase, type TestDatabase } from "../support/database.js";

let opened: TestDatabase;
let db: Database;
beforeAll(async () => {
  opened = await openTestDatabase();
  db = opened.database;
});
afterAll(() => opened.close());

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
    enabled: true,
    createdAt: early,
    modifiedAt: early,
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
    expect(await hasClients(db, defaultTenantId)).toBe(false);
    await insertClient(db, client());
    expect(await hasClients(db, defaultTenantId)).toBe(true);
    expect(await hasClients(db, otherTenantId)).toBe(false);
  });

  it("finds a client by its public identifier, exactly as it was stored", async () => {
    const stored = client();
    await insertClient(db, stored);
    expect(await findClientByClientId(db, stored.clientId)).toEqual(stored);
    expect(await findClientByClientId(db, stored.clientId.toUpperCase())).toBeUndefined();
  });

  it("leaves the given object alone", async () => {
    const given = Object.freeze(client());
    await insertClient(db, given);
    expect(await findClientByClientId(db, given.clientId)).toEqual(given);
  });

  it("refuses a second client of the same public identifier", async () => {
    const stored = client();
    await insertClient(db, stored);
    await expect(insertClient(db, client({ clientId: stored.clientId }))).rejects.toMatchObject({
      name: "UniqueViolation",
      constraint: "oauth_client_client_id",
    });
  });

  it("upserts: a known client keeps its id and creation and takes every other setting", async () => {
    const first = await upsertClient(db, client());
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
    expect(await upsertClient(db, again)).toEqual(expected);
    expect(await findClientByClientId(db, first.clientId)).toEqual(expected);
  });

  it("never takes over a client of another tenant", async () => {
    await db.query("insert into tenant (id, name) values ($1, 'other')", [otherTenantId]);
    const stored = await upsertClient(db, client());
    await expect(
      upsertClient(db, client({ tenantId: otherTenantId, clientId: stored.clientId })),
    ).rejects.toBeInstanceOf(UniqueViolation);
    expect(await findClientByClientId(db, stored.clientId)).toEqual(stored);
  });

  it.each([299, 86_401])("refuses a token lifetime of %i seconds", async (accessTokenLifetimeS) => {
    await expect(insertClient(db, client({ accessTokenLifetimeS }))).rejects.toMatchObject({
      sqlState: "23514",
    });
  });

  it("keeps several secrets of a client, oldest first, and removes one at a time", async () => {
    const owner = client();
    const older = secretOf(owner, { expiresAt: late });
    const newer = secretOf(owner, { createdAt: late });
    await insertClient(db, owner);
    await insertClientSecret(db, newer);
    await insertClientSecret(db, older);
    expect(await listClientSecrets(db, owner)).toEqual([older, newer]);
    expect(await deleteClientSecret(db, older)).toBe(true);
    expect(await deleteClientSecret(db, older)).toBe(false);
    expect(await listClientSecrets(db, owner)).toEqual([newer]);
  });

  it("joins the caller's transaction", async () => {
    const owner = client();
    const work = db.transaction(async (tx) => {
      await insertClient(tx, owner);
      await insertClientSecret(tx, secretOf(owner));
      expect(await findClientByClientId(tx, owner.clientId)).toEqual(owner);
      throw new Error("undo");
    });
    await expect(work).rejects.toThrow("undo");
    expect(await findClientByClientId(db, owner.clientId)).toBeUndefined();
    expect(await listClientSecrets(db, owner)).toEqual([]);
  });
});
