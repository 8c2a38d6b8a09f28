import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import {
  type Connection,
  deleteConnection,
  findConnection,
  insertConnection,
  listConnections,
  pauseConnection,
  resumeConnection,
  setConnectionEnabled,
  updateConnection,
} from "../../src/persistence/connection-store.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";

const test = shareTestDatabase();
beforeEach(async () => {
  await test.database.query("delete from connection");
});

const early = new Date("2026-01-01T00:00:00Z");
const late = new Date("2026-01-02T00:00:00Z");

function connection(change: Partial<Connection> = {}): Connection {
  const id = randomUUID();
  return {
    tenantId: defaultTenantId,
    id,
    connector: "dingtalk",
    name: "Main corp",
    corpKey: `ding${id}`,
    config: { appKey: "key", nested: { list: [1, "二", null] } },
    secrets: { appSecret: "encrypted" },
    scope: {},
    mapping: { user: { name: ["displayName"] } },
    policy: {},
    schedule: {},
    enabled: false,
    version: 1,
    pausedUntil: null,
    pausedSince: null,
    pauseReason: null,
    pauseCount: 0,
    createdAt: early,
    modifiedAt: early,
    ...change,
  };
}

async function stored(change: Partial<Connection> = {}): Promise<Connection> {
  const made = connection(change);
  await insertConnection(test.database, made);
  return made;
}

describe("the connection store", () => {
  it("returns a connection as it was stored, and only to its tenant", async () => {
    const made = await stored();
    expect(await findConnection(test.database, made)).toEqual(made);
    expect(await findConnection(test.database, { tenantId: randomUUID(), id: made.id })).toBeUndefined();
  });

  it("refuses a second connection of the same connector to the same corp", async () => {
    const made = await stored();
    await expect(stored({ corpKey: made.corpKey })).rejects.toMatchObject({
      name: "UniqueViolation",
      constraint: "connection_corp",
    });
    await expect(stored({ corpKey: made.corpKey, connector: "memory" })).resolves.toBeDefined();
  });

  it("lists page by page in the order of ids", async () => {
    const ids = (await Promise.all([stored(), stored(), stored()])).map(({ id }) => id).sort();
    const first = await listConnections(test.database, defaultTenantId, { limit: 2 });
    expect(first.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await listConnections(test.database, defaultTenantId, { after: first[1]?.id, limit: 2 });
    expect(second.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(await listConnections(test.database, randomUUID(), { limit: 2 })).toEqual([]);
  });

  it("changes only what is given, and raises the version", async () => {
    const made = await stored();
    const changed = await updateConnection(
      test.database,
      made,
      1,
      { name: "Renamed", policy: { inactive: "keep" } },
      late,
    );
    const expected = { ...made, name: "Renamed", policy: { inactive: "keep" }, version: 2, modifiedAt: late };
    expect(changed).toEqual(expected);
    expect(await findConnection(test.database, made)).toEqual(expected);
  });

  it("changes nothing when somebody else was faster", async () => {
    const made = await stored();
    await updateConnection(test.database, made, 1, { name: "first" }, late);
    expect(await updateConnection(test.database, made, 1, { name: "second" }, late)).toBeUndefined();
    expect(await updateConnection(test.database, { ...made, id: randomUUID() }, 1, {}, late)).toBeUndefined();
    expect((await findConnection(test.database, made))?.name).toBe("first");
  });

  it("refuses a change to the corp of another connection", async () => {
    const [one, two] = [await stored(), await stored()];
    await expect(
      updateConnection(test.database, one, 1, { corpKey: two.corpKey }, late),
    ).rejects.toMatchObject({
      constraint: "connection_corp",
    });
  });

  it("is switched on and off", async () => {
    const made = await stored();
    expect(await setConnectionEnabled(test.database, made, true, late)).toMatchObject({
      enabled: true,
      version: 2,
    });
    expect(await setConnectionEnabled(test.database, made, false, late)).toMatchObject({
      enabled: false,
      version: 3,
    });
    expect(
      await setConnectionEnabled(test.database, { ...made, id: randomUUID() }, true, late),
    ).toBeUndefined();
  });

  it("counts pauses until it is resumed, at the same version", async () => {
    const made = await stored();
    const reason = { code: "40089", message: "the app secret is wrong", remedy: "enter it again" };
    await pauseConnection(test.database, made, {
      until: late,
      reason: { code: "first", message: "first" },
      now: early,
    });
    await pauseConnection(test.database, made, { until: late, reason, now: late });
    expect(await findConnection(test.database, made)).toEqual({
      ...made,
      pausedSince: early,
      pausedUntil: late,
      pauseReason: reason,
      pauseCount: 2,
    });
    await resumeConnection(test.database, made);
    expect(await findConnection(test.database, made)).toEqual(made);
  });

  it("is removed once", async () => {
    const made = await stored();
    expect(await deleteConnection(test.database, made)).toBe(true);
    expect(await deleteConnection(test.database, made)).toBe(false);
  });
});
