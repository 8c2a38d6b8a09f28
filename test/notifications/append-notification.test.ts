import { beforeEach, describe, expect, it } from "vitest";
import {
  appendNotification,
  DEFAULT_QUIET_MS,
  type NewNotification,
} from "../../src/notifications/append-notification.js";
import { listNotifications } from "../../src/notifications/list-notifications.js";
import { newId } from "../../src/platform/ids.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";

const test = shareTestDatabase();
const start = new Date("2026-03-01T08:00:00Z");
const later = (ms: number) => new Date(start.getTime() + ms);
let connectionId: string;

beforeEach(() => {
  connectionId = newId();
});

function told(code: string, extra: Partial<NewNotification> = {}): Promise<boolean> {
  return test.database.transaction((tx) =>
    appendNotification(tx, {
      tenantId: defaultTenantId,
      connectionId,
      kind: "quarantine",
      reason: { code, message: `It is ${code}.` },
      correlationId: "c-1",
      now: start,
      ...extra,
    }),
  );
}

const list = () => listNotifications(test.database, defaultTenantId, { connectionId, limit: 100 });

describe("a notification", () => {
  it("holds kind, subject, reason, numbers and correlation id", async () => {
    const subject = { type: "Run" as const, id: newId() };
    await told("limit", { kind: "removals-held", subject, numbers: { held: 30, limit: 10 } });
    expect(await list()).toEqual([
      {
        tenantId: defaultTenantId,
        id: expect.any(String),
        connectionId,
        kind: "removals-held",
        subject,
        reason: { code: "limit", message: "It is limit." },
        numbers: { held: 30, limit: 10 },
        repeats: 0,
        correlationId: "c-1",
        createdAt: start,
        lastAt: start,
      },
    ]);
  });

  it("disappears with the transaction that appended it, and its quiet interval too", async () => {
    const failing = test.database.transaction(async (tx) => {
      const reason = { code: "a", message: "a" };
      const input = { tenantId: defaultTenantId, connectionId, reason, correlationId: null, now: start };
      await appendNotification(tx, { ...input, kind: "quarantine" });
      throw new Error("rolled back");
    });
    await expect(failing).rejects.toThrow("rolled back");
    expect(await list()).toEqual([]);
    expect(await told("a")).toBe(true);
  });

  it("is told once in the quiet interval; repetitions are counted", async () => {
    expect(await told("a")).toBe(true);
    expect(await told("a", { now: later(1_000) })).toBe(false);
    expect(await told("a", { now: later(DEFAULT_QUIET_MS - 1) })).toBe(false);
    expect(await list()).toMatchObject([{ repeats: 2, lastAt: later(DEFAULT_QUIET_MS - 1) }]);
    expect(await told("a", { now: later(DEFAULT_QUIET_MS) })).toBe(true);
  });

  it.each([
    ["another reason of a state", {}, ["a", "b", "a"], [true, true, true]],
    [
      "single deliveries failing for reasons in turn",
      { kind: "delivery-failed" },
      ["a", "b", "a"],
      [true, true, false],
    ],
  ] as const)("is told again or not after %s", async (_title, extra, codes, expected) => {
    const results: boolean[] = [];
    for (const [second, code] of codes.entries()) {
      results.push(await told(code, { ...extra, now: later(second * 1_000) }));
    }
    expect(results).toEqual(expected);
  });

  it("is told again at once when the connection had recovered meanwhile", async () => {
    await told("a");
    await told("recovered", { kind: "recovered", now: later(1_000) });
    expect(await told("a", { now: later(2_000) })).toBe(true);
    expect((await list()).map(({ kind }) => kind)).toEqual(["quarantine", "recovered", "quarantine"]);
  });

  it("of one connection does not quieten another", async () => {
    await told("a");
    expect(await told("a", { connectionId: newId() })).toBe(true);
  });

  it("of many transactions at once is told once", async () => {
    const results = await Promise.all(Array.from({ length: 8 }, () => told("a")));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await list()).toMatchObject([{ repeats: 7 }]);
  });
});
