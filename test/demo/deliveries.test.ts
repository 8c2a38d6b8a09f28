import { describe, expect, it } from "vitest";
import { listDeliveries, waitUntilDelivered } from "../../src/demo/deliveries.js";
import type { GatewayClient } from "../../src/demo/gateway-client.js";
import type { Clock } from "../../src/platform/clock.js";

const delivery = {
  id: "d1",
  resourceId: "r1",
  resourceName: "王明",
  state: "pending",
  reason: { code: "90018", message: "too many calls" },
};

function createGateway(pages: { items: unknown[]; nextCursor: string | null }[]) {
  const paths: string[] = [];
  const gateway: GatewayClient = {
    async send(_method, path) {
      paths.push(path);
      return pages.length > 1 ? pages.shift() : pages[0];
    },
    text: async () => "",
    token: async () => "",
    traffic: () => ({ requests: 0, repeated: 0 }),
  };
  return { gateway, paths };
}

function createClock(): Clock {
  let now = 0;
  return {
    now: () => new Date(now),
    elapsedMs: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
}

describe("listing deliveries", () => {
  it("follows the cursor to the last page", async () => {
    const { gateway, paths } = createGateway([
      { items: [delivery], nextCursor: "abc" },
      { items: [delivery], nextCursor: null },
    ]);
    expect(await listDeliveries(gateway, ["parked", "failed"])).toEqual([delivery, delivery]);
    expect(paths).toEqual([
      "/admin/v1/deliveries?state=parked,failed&limit=200",
      "/admin/v1/deliveries?state=parked,failed&limit=200&cursor=abc",
    ]);
  });
});

describe("waiting for deliveries", () => {
  it("ends when none is under way, and tells how many were at each look", async () => {
    const { gateway } = createGateway([
      { items: [delivery, delivery], nextCursor: null },
      { items: [delivery], nextCursor: null },
      { items: [], nextCursor: null },
    ]);
    const counts: number[] = [];
    const onLeft = (count: number) => counts.push(count);
    await waitUntilDelivered(gateway, { clock: createClock(), deadlineMs: 1_000, onLeft });
    expect(counts).toEqual([2, 1, 0]);
  });

  it("fails after the deadline and names who is stuck and why", async () => {
    const { gateway } = createGateway([{ items: [delivery], nextCursor: null }]);
    const waiting = waitUntilDelivered(gateway, {
      clock: createClock(),
      deadlineMs: 1_000,
      onLeft: () => undefined,
    });
    await expect(waiting).rejects.toThrow(
      "Deliveries still under way after 1 s: 1.\n- 王明: pending (90018: too many calls)",
    );
  });
});
