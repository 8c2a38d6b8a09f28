import { beforeEach, describe, expect, it } from "vitest";
import { appendDeliveries } from "../../src/outbox/append.js";
import { claimDeliveries } from "../../src/outbox/claim.js";
import type { ClaimedDelivery } from "../../src/outbox/delivery.js";
import { LeaseLostError, orderAgain, recordIntent } from "../../src/outbox/intent.js";
import { createLeaseWatch } from "../../src/outbox/lease-watch.js";
import { holdsLease, settle } from "../../src/outbox/settle.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";
import { createFakeClock } from "../support/fake-clock.js";
import {
  claimOf,
  endLeases,
  insertConnectionRow,
  insertGroupRow,
  later,
  readDelivery,
  start,
} from "../support/outbox-rows.js";

const test = shareTestDatabase();
const synced = { kind: "synced" as const, notes: [], awaited: [] };

beforeEach(async () => {
  await test.database.query("truncate delivery_wait, delivery, connection");
});

/** A group whose delivery a worker has. */
async function claimed(): Promise<ClaimedDelivery> {
  await insertConnectionRow(test.database);
  const id = await insertGroupRow(test.database);
  await test.database.transaction((tx) =>
    appendDeliveries(tx, {
      tenantId: defaultTenantId,
      correlationId: "c",
      now: start,
      resources: [{ type: "Group", id }],
    }),
  );
  return claimAgain(id, start);
}

async function claimAgain(id: string, now: Date): Promise<ClaimedDelivery> {
  return claimOf(await claimDeliveries(test.database, { now, leaseMs: 30_000, limit: 10 }), id);
}

const settled = (delivery: ClaimedDelivery, now: Date, doubt = { inDoubt: false, onItsWay: false }) =>
  test.database.transaction(async (tx) =>
    (await holdsLease(tx, delivery)) ? settle(tx, delivery, synced, { now, ...doubt }) : "lost",
  );
const rowOf = ({ resourceId }: ClaimedDelivery) => readDelivery(test.database, resourceId);

describe("a lease ends", () => {
  it("when it was watched for as long as it lasts, and not before", async () => {
    const delivery = await claimed();
    const clock = createFakeClock(start);
    const watch = createLeaseWatch({ database: test.database, clock, leaseMs: 30_000 });
    expect(await watch.look()).toBe(0);
    await clock.advance(29_999);
    expect(await watch.look()).toBe(0);
    expect(watch.nextEndMs()).toBe(1);
    await clock.advance(1);
    expect(await watch.look()).toBe(1);
    expect((await claimAgain(delivery.resourceId, later(30_000))).claims).toBe(2);
  });

  it("neither sooner nor later for a clock that is put forward or back", async () => {
    await claimed();
    const clock = createFakeClock(start);
    let skewMs = 0;
    const skewed = { ...clock, now: () => new Date(clock.now().getTime() + skewMs) };
    const watch = createLeaseWatch({ database: test.database, clock: skewed, leaseMs: 30_000 });
    await watch.look();
    skewMs = 3_600_000;
    expect(await watch.look()).toBe(0);
    skewMs = -3_600_000;
    await clock.advance(30_000);
    expect(await watch.look()).toBe(1);
  });

  it("for the new holder as late as for the first", async () => {
    const { resourceId } = await claimed();
    const clock = createFakeClock(start);
    const watch = createLeaseWatch({ database: test.database, clock, leaseMs: 30_000 });
    await watch.look();
    await clock.advance(30_000);
    await watch.look();
    await claimAgain(resourceId, clock.now());
    expect(await watch.look()).toBe(0);
    await clock.advance(29_999);
    expect(await watch.look()).toBe(0);
  });
});

describe("without the lease", () => {
  it("nothing can be noted, so that nothing is written", async () => {
    const delivery = await claimed();
    await recordIntent(test.database, delivery, { name: "一" });
    await recordIntent(test.database, delivery, { name: "一" });
    expect((await rowOf(delivery)).intents).toEqual([{ name: "一" }]);
    await endLeases(test.database, later(30_000));
    await expect(recordIntent(test.database, delivery, { name: "二" })).rejects.toThrow(LeaseLostError);
    await claimAgain(delivery.resourceId, later(30_000));
    await expect(recordIntent(test.database, delivery, { name: "二" })).rejects.toThrow(LeaseLostError);
    expect((await rowOf(delivery)).intents).toEqual([{ name: "一" }]);
  });

  it("what was written makes the delivery due again, and its notes outlast the settle of who has it", async () => {
    const delivery = await claimed();
    await endLeases(test.database, later(30_000));
    const other = await claimAgain(delivery.resourceId, later(30_000));
    await test.database.transaction((tx) => orderAgain(tx, delivery, [{ name: "一" }], later(30_001)));
    expect(await settled(other, later(30_002))).toBe("settled");
    expect(await rowOf(delivery)).toMatchObject({ state: "synced", intents: [{ name: "一" }] });
    await endLeases(test.database, later(90_001));
    expect((await claimAgain(delivery.resourceId, later(90_001))).intents).toEqual([{ name: "一" }]);
  });
});

describe("a write that nobody saw answered", () => {
  it.each(["its worker died", "the answer was lost"])(
    "is remembered after the next settle, and looked for once more a minute later (%s)",
    async (how) => {
      const first = await claimed();
      await recordIntent(test.database, first, { name: "一" });
      if (how === "its worker died") await endLeases(test.database, start);
      else await settled(first, start, { inDoubt: true, onItsWay: true });
      if (how !== "its worker died")
        await test.database.query("update delivery set state = 'pending', next_attempt_at = $1", [start]);
      const second = await claimAgain(first.resourceId, later(1));
      expect(await settled(second, later(2))).toBe("settled");
      expect(await rowOf(first)).toMatchObject({ state: "synced", intents: [{ name: "一" }] });

      await endLeases(test.database, later(59_999));
      expect((await rowOf(first)).state).toBe("synced");
      await endLeases(test.database, later(60_000));
      const third = await claimAgain(first.resourceId, later(60_000));
      expect(third.intents).toEqual([{ name: "一" }]);
      await settled(third, later(60_001));
      expect(await rowOf(first)).toMatchObject({ state: "synced", intents: [], doubt_until: null });
    },
  );

  it("is over with the settle of a claim that knows the answer", async () => {
    const delivery = await claimed();
    await recordIntent(test.database, delivery, { name: "一" });
    await settled(delivery, later(1));
    expect(await rowOf(delivery)).toMatchObject({ intents: [], doubt_until: null });
  });
});
