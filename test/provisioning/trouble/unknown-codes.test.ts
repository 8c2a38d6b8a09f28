import { expect, it } from "vitest";
import { createUnknownCodes } from "../../../src/provisioning/trouble/unknown-codes.js";
import { defaultTenantId } from "../../support/database.js";
import { shareEngine } from "../share-engine.js";

const { engine, query, addUser, fail } = shareEngine();

it("a code that nobody knows is tried three more times, given up, and listed once with its count", async () => {
  const unheardOf = { code: "77777", giveUpAfter: 4, unlisted: "unheard of", vendorRequestId: "r-1" };
  for (let n = 0; n < 4; n++) fail("users.create", "transient", {}, unheardOf);
  const person = await addUser("王一");
  const start = engine.clock.now();
  await engine.drain();
  expect(await engine.stateOf(person)).toMatchObject({ state: "failed", code: "77777" });
  const listed = await createUnknownCodes({ database: { query } }).list(defaultTenantId, {
    connectionId: engine.connectionId,
    limit: 10,
  });
  expect(listed).toMatchObject([
    { code: "77777", sample: "unheard of", vendorRequestId: "r-1", times: 4, path: expect.any(String) },
  ]);
  const [one] = listed;
  expect(one?.firstAt.getTime()).toBeGreaterThanOrEqual(start.getTime());
  expect(one?.lastAt.getTime()).toBeGreaterThan(one?.firstAt.getTime() ?? Number.POSITIVE_INFINITY);
  const [{ pause_count } = { pause_count: -1 }] = await query<{ pause_count: number }>(
    "select pause_count from connection",
  );
  expect(pause_count).toBe(0);
});
