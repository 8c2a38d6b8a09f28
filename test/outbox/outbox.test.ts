import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { appendDeliveries } from "../../src/outbox/append.js";
import { appendBacklog } from "../../src/outbox/append-backlog.js";
import { claimDeliveries, handBack, nextDueAt } from "../../src/outbox/claim.js";
import { type ClaimedDelivery, DELIVERY_CHANNEL } from "../../src/outbox/delivery.js";
import { holdsLease, type Outcome, type SettleResult, settle } from "../../src/outbox/settle.js";
import type { Database } from "../../src/persistence/database.js";
import { defaultTenantId, openTestDatabase, type TestDatabase } from "../support/database.js";
import {
  claimOf,
  endLeases,
  insertConnectionRow,
  insertGroupRow,
  later,
  readDelivery,
  start,
} from "../support/outbox-rows.js";

let test: TestDatabase;
let database: Database;

beforeAll(async () => {
  test = await openTestDatabase();
  database = test.database;
});
afterAll(() => test.close());

beforeEach(async () => {
  await database.query("delete from delivery_wait");
  await database.query("delete from delivery");
  await database.query("delete from connection");
});

function append(ids: string[], now = start, correlationId = "c1"): Promise<void> {
  const resources = ids.map((id) => ({ type: "Group" as const, id }));
  return database.transaction((tx) =>
    appendDeliveries(tx, { tenantId: defaultTenantId, correlationId, now, resources }),
  );
}

function claim(now = start, limit = 10): Promise<ClaimedDelivery[]> {
  return claimDeliveries(database, { now, leaseMs: 30_000, limit });
}

function settleAs(
  delivery: ClaimedDelivery,
  outcome: Outcome,
  now = start,
  inDoubt = false,
): Promise<SettleResult> {
  return database.transaction(async (tx) =>
    (await holdsLease(tx, delivery)) ? settle(tx, delivery, outcome, { now, inDoubt }) : "lost",
  );
}

const synced: Outcome = { kind: "synced", notes: [], awaited: [] };
const reason = { code: "x", message: "x" };

describe("an appended delivery", () => {
  it("goes to every enabled connection and to no other", async () => {
    const [first, second] = [await insertConnectionRow(database), await insertConnectionRow(database)];
    await insertConnectionRow(database, false);
    const group = await insertGroupRow(database);
    await append([group, group]);
    const claimed = await claim();
    expect(claimed.map((delivery) => delivery.connectionId).sort()).toEqual([first, second].sort());
  });

  it("disappears with the transaction that appended it", async () => {
    await insertConnectionRow(database);
    const group = await insertGroupRow(database);
    const failing = database.transaction(async (tx) => {
      await appendDeliveries(tx, {
        tenantId: defaultTenantId,
        correlationId: "c",
        now: start,
        resources: [{ type: "Group", id: group }],
      });
      throw new Error("the change is refused");
    });
    await expect(failing).rejects.toThrow("the change is refused");
    expect(await claim()).toEqual([]);
  });

  it("coalesces with the one that waits: one row, the newest correlation id", async () => {
    await insertConnectionRow(database);
    const group = await insertGroupRow(database);
    for (let change = 1; change <= 10; change++) await append([group], later(change), `c${change}`);
    const claimed = await claim(later(20));
    expect(claimed).toHaveLength(1);
    expect(claimed[0]).toMatchObject({ generation: 10n, correlationId: "c10", requestedAt: later(10) });
  });

  it("tells listeners after the commit", async () => {
    await insertConnectionRow(database);
    const group = await insertGroupRow(database);
    let hear: () => void = () => undefined;
    const heard = new Promise<void>((resolve) => {
      hear = resolve;
    });
    await database.listen(DELIVERY_CHANNEL, hear);
    await append([group]);
    await heard;
  });

  it("revives a parked one at once, with its tries forgotten", async () => {
    await insertConnectionRow(database);
    const group = await insertGroupRow(database);
    await append([group]);
    await settleAs(claimOf(await claim(), group), { kind: "parked", reason });
    expect(await claim(later(1))).toEqual([]);
    await append([group], later(2));
    expect(await claim(later(2))).toHaveLength(1);
  });
});

const departmentFirst = { code: "department-first", message: "later" };

describe("the backlog of a connection that is switched on", () => {
  it("holds every living resource once", async () => {
    const group = await insertGroupRow(database);
    const connectionId = await insertConnectionRow(database);
    const input = {
      tenantId: defaultTenantId,
      connectionId,
      correlationId: "on",
      now: start,
      departmentFirst,
    };
    await database.transaction((tx) => appendBacklog(tx, input));
    await database.transaction((tx) => appendBacklog(tx, input));
    const claimed = await claim(start, 1_000);
    expect(claimed.filter((delivery) => delivery.resourceId === group)).toHaveLength(1);
  });
});

describe("a claim", () => {
  it("is exclusive until it is settled, whatever the hour is", async () => {
    await insertConnectionRow(database);
    const group = await insertGroupRow(database);
    await append([group]);
    expect(await claim()).toHaveLength(1);
    expect(await claim(later(86_400_000))).toEqual([]);
  });

  it("never gives one delivery to two claimers that ask at the same time", async () => {
    await insertConnectionRow(database);
    const groups = await Promise.all(Array.from({ length: 30 }, () => insertGroupRow(database)));
    await append(groups);
    const rounds = await Promise.all(Array.from({ length: 10 }, () => claim(start, 4)));
    const taken = rounds.flat().map((delivery) => delivery.resourceId);
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken).toHaveLength(30);
  });

  it("takes the oldest first", async () => {
    await insertConnectionRow(database);
    const [young, old] = [await insertGroupRow(database), await insertGroupRow(database)];
    await append([old], later(1));
    await append([young], later(2));
    expect((await claim(later(5), 1))[0]?.resourceId).toBe(old);
  });

  it("leaves a paused connection alone until the pause ends", async () => {
    const connection = await insertConnectionRow(database);
    const group = await insertGroupRow(database);
    await append([group]);
    await database.query("update connection set paused_until = $2 where id = $1", [
      connection,
      later(60_000),
    ]);
    expect(await claim(later(59_000))).toEqual([]);
    expect(await claim(later(60_000))).toHaveLength(1);
  });

  it("that is handed back counts for nothing", async () => {
    await insertConnectionRow(database);
    const group = await insertGroupRow(database);
    await append([group]);
    await handBack(database, claimOf(await claim(), group));
    expect(claimOf(await claim(), group).claims).toBe(1);
  });
});

describe("a settle", () => {
  it("by a worker whose lease has passed on writes nothing", async () => {
    await insertConnectionRow(database);
    const group = await insertGroupRow(database);
    await append([group]);
    const late = claimOf(await claim(), group);
    await endLeases(database, later(40_000));
    const present = claimOf(await claim(later(40_000)), group);
    expect(await settleAs(late, { kind: "parked", reason }, later(40_001))).toBe("lost");
    expect((await readDelivery(database, group)).state).toBe("claimed");
    expect(await settleAs(present, synced, later(40_002))).toBe("settled");
  });

  it("puts the delivery back when the resource changed meanwhile", async () => {
    await insertConnectionRow(database);
    const group = await insertGroupRow(database);
    await append([group]);
    const claimed = claimOf(await claim(), group);
    await append([group], later(5));
    expect((await readDelivery(database, group)).state).toBe("claimed");
    await settleAs(claimed, synced, later(10));
    expect(await claim(later(10))).toHaveLength(1);
  });

  it("schedules a retry and counts the try only when it is charged", async () => {
    await insertConnectionRow(database);
    const group = await insertGroupRow(database);
    await append([group]);
    await settleAs(claimOf(await claim(), group), {
      kind: "retry",
      reason,
      at: later(1_000),
      charged: false,
    });
    expect(await readDelivery(database, group)).toMatchObject({ state: "pending", tries: 0, claims: 0 });
    expect(await nextDueAt(database)).toEqual(later(1_000));
    const retry: Outcome = { kind: "retry", reason, at: later(3_000), charged: true };
    await settleAs(claimOf(await claim(later(1_000)), group), retry, later(1_001), true);
    expect(await readDelivery(database, group)).toMatchObject({ tries: 1, claims: 1 });
  });

  it("in doubt keeps the claim counted, so that the next worker looks before it creates", async () => {
    await insertConnectionRow(database);
    const group = await insertGroupRow(database);
    await append([group]);
    await settleAs(
      claimOf(await claim(), group),
      { kind: "retry", reason, at: start, charged: true },
      start,
      true,
    );
    expect(claimOf(await claim(), group).claims).toBe(2);
  });
});

describe("waiting for another resource", () => {
  async function parentAndChild() {
    await insertConnectionRow(database);
    const [parent, child] = [await insertGroupRow(database), await insertGroupRow(database)];
    await append([parent, child]);
    const claimed = await claim();
    return { parent: claimOf(claimed, parent), child: claimOf(claimed, child) };
  }
  const blockedOn = (resourceId: string, settles: bigint): Outcome => ({
    kind: "blocked",
    reason,
    awaited: [{ resourceId, settles }],
  });

  it("ends when that resource is settled", async () => {
    const { parent, child } = await parentAndChild();
    await settleAs(child, blockedOn(parent.resourceId, 0n));
    expect((await readDelivery(database, child.resourceId)).state).toBe("blocked");
    expect(await claim(later(999_999))).toEqual([]);
    await settleAs(parent, synced, later(5));
    expect((await claim(later(5)))[0]?.resourceId).toBe(child.resourceId);
  });

  it("does not begin when it was settled since it was looked at", async () => {
    const { parent, child } = await parentAndChild();
    await settleAs(parent, synced, later(5));
    await settleAs(child, blockedOn(parent.resourceId, 0n), later(6));
    expect((await claim(later(6)))[0]?.resourceId).toBe(child.resourceId);
  });

  it.each([
    ["parked", { kind: "parked", reason } as Outcome, "pending"],
    ["skipped", { kind: "skipped", reason, awaited: [] } as Outcome, "pending"],
    ["retried", { kind: "retry", reason, at: later(1), charged: true } as Outcome, "blocked"],
  ])("is reconsidered accordingly when that resource is %s", async (_word, outcome, state) => {
    const { parent, child } = await parentAndChild();
    await settleAs(child, blockedOn(parent.resourceId, 0n));
    await settleAs(parent, outcome, later(5));
    expect((await readDelivery(database, child.resourceId)).state).toBe(state);
  });

  it("also brings back a synced delivery that left the reference out", async () => {
    const { parent, child } = await parentAndChild();
    await settleAs(child, {
      kind: "synced",
      notes: ["manager missing"],
      awaited: [{ resourceId: parent.resourceId, settles: 0n }],
    });
    expect((await readDelivery(database, child.resourceId)).state).toBe("synced");
    await settleAs(parent, synced, later(5));
    expect((await readDelivery(database, child.resourceId)).state).toBe("pending");
  });

  it("misses no settle when two that wait for each other settle at the same time", async () => {
    for (let round = 0; round < 10; round++) {
      const { parent: a, child: b } = await parentAndChild();
      const leaveOut = (other: ClaimedDelivery): Outcome => ({
        kind: "synced",
        notes: [],
        awaited: [{ resourceId: other.resourceId, settles: 0n }],
      });
      await Promise.all([settleAs(a, leaveOut(b), later(5)), settleAs(b, leaveOut(a), later(5))]);
      const states = [await readDelivery(database, a.resourceId), await readDelivery(database, b.resourceId)];
      expect(states.map((row) => row.state)).toContain("pending");
      await database.query("delete from delivery_wait");
      await database.query("delete from delivery");
      await database.query("delete from connection");
    }
  });
});
