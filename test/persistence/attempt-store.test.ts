import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { insertAttempt, listAttempts, type NewAttempt } from "../../src/persistence/attempt-store.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";

const test = shareTestDatabase();
const [deliveryId, connectionId, resourceId] = [randomUUID(), randomUUID(), randomUUID()];

beforeAll(async () => {
  await test.database.query(
    `insert into delivery (tenant_id, id, connection_id, resource_id, resource_type, state, requested_at, next_attempt_at)
     values ($1, $2, $3, $4, 'User', 'pending', $5, $5)`,
    [defaultTenantId, deliveryId, connectionId, resourceId, new Date(0)],
  );
});

const attempt = (number: number): NewAttempt => ({
  tenantId: defaultTenantId,
  id: randomUUID(),
  deliveryId,
  connectionId,
  resourceId,
  number,
  generation: "9007199254740993",
  trigger: "change",
  action: "create",
  outcome: "retry",
  startedAt: new Date(number * 1000),
  durationMs: 12,
  code: "90018",
  message: "too many calls",
  remedy: null,
  remoteId: "r-1",
  zh: { message: "钉钉返回系统繁忙。" },
  calls: [{ method: "POST", path: "/topapi/v2/user/create", outcome: "90018" }],
  correlationId: "c-1",
});

describe("the attempt store", () => {
  it("lists a delivery's attempts page by page, the newest first", async () => {
    const attempts = [attempt(1), attempt(2), attempt(3)];
    for (const one of attempts) await insertAttempt(test.database, one);
    const delivery = { tenantId: defaultTenantId, deliveryId };
    const first = await listAttempts(test.database, delivery, { limit: 2 });
    expect(first).toEqual([
      { ...attempts[2], seq: expect.any(String) },
      { ...attempts[1], seq: expect.any(String) },
    ]);
    const second = await listAttempts(test.database, delivery, { before: first[1]?.seq, limit: 2 });
    expect(second.map(({ number }) => number)).toEqual([1]);
    expect(
      await listAttempts(test.database, { ...delivery, deliveryId: randomUUID() }, { limit: 2 }),
    ).toEqual([]);
  });
});
