import { beforeEach, describe, expect, it } from "vitest";
import { type Connection, findConnection, pauseConnection } from "../../src/persistence/connection-store.js";
import { newId } from "../../src/platform/ids.js";
import { measureQueue } from "../../src/provisioning/connections/connection-queue.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";
import { insertConnectionRow, later, start } from "../support/outbox-rows.js";

const test = shareTestDatabase();
let id: string;

beforeEach(async () => {
  id = await insertConnectionRow(test.database);
});

async function connection(): Promise<Connection> {
  const found = await findConnection(test.database, { tenantId: defaultTenantId, id });
  if (found === undefined) throw new Error("there is no connection");
  return found;
}

async function add(count: number, state: string, settledAt: (n: number) => Date | null): Promise<void> {
  for (let n = 0; n < count; n++) {
    await test.database.query(
      `insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, requested_at,
                             next_attempt_at, settled_at)
       values ($1, $2, $3, $2, 'User', $4, $5, $5, $6)`,
      [defaultTenantId, newId(), id, state, start, settledAt(n)],
    );
  }
}

describe("the estimate of a queue", () => {
  it("is nothing where nothing waits", async () => {
    await add(3, "synced", () => start);
    await add(1, "parked", () => start);
    expect(await measureQueue(test.database, await connection(), start)).toEqual({
      pending: 0,
      estimatedDrainSeconds: 0,
      createsStopped: null,
    });
  });

  it("goes by the pace of the last minute", async () => {
    await add(20, "synced", (n) => later(n * 500));
    await add(12, "pending", () => null);
    await add(4, "blocked", () => null);
    expect(await measureQueue(test.database, await connection(), later(10_000))).toEqual({
      pending: 16,
      estimatedDrainSeconds: 8,
      createsStopped: null,
    });
  });

  it("goes by the configured rate where little was delivered", async () => {
    await test.database.query(`update connection set config = '{"ratePerSecond": "4"}' where id = $1`, [id]);
    await add(10, "pending", () => null);
    await add(9, "synced", () => start);
    const measured = await measureQueue(test.database, await connection(), later(1_000));
    expect(measured).toMatchObject({ pending: 10, estimatedDrainSeconds: 3 });
  });

  it("says that nothing moves in quarantine and when the connection is off", async () => {
    await add(2, "pending", () => null);
    const pause = { until: later(60_000), reason: { code: "60020", message: "refused" }, now: start };
    await pauseConnection(test.database, { tenantId: defaultTenantId, id }, pause);
    const still = { pending: 2, estimatedDrainSeconds: null, createsStopped: null };
    expect(await measureQueue(test.database, await connection(), start)).toEqual(still);
    await test.database.query(
      "update connection set enabled = false, pause_count = 0, paused_until = null where id = $1",
      [id],
    );
    expect(await measureQueue(test.database, await connection(), start)).toEqual(still);
  });
});
