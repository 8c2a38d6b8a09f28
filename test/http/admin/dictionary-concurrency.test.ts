import type { Express } from "express";
import { beforeAll, describe, expect, it } from "vitest";
import { DICTIONARY_USER_URN as URN, USER_URN } from "../../../src/scim/schema/urns.js";
import { openProcess, scimRequest, shareDictionaryProcess } from "./dictionary-process.js";

const { test, patch, remove, create, user } = shareDictionaryProcess();

/** A process that nobody tells of changes and whose clock stands still: it would never look by itself. */
let stale: Express;
beforeAll(() => {
  stale = openProcess(test.database).scim;
});

const holding = (userName: string, costCentre: string) => ({
  schemas: [USER_URN, URN],
  userName,
  [URN]: { costCentre },
});
const patchBody = (costCentre: string) => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations: [{ op: "replace", path: `${URN}:costCentre`, value: costCentre }],
});
/** Lets the process read the dictionary as it is now. */
const catchUp = async () => {
  const { body } = await scimRequest(stale, "post", "/Users").send({
    schemas: [USER_URN],
    userName: "catch.up",
  });
  return String(body.id);
};

async function leftovers() {
  const [row] = await test.database.query(
    `select (select count(*) from resource where doc::text like '%costCentre%') as documents,
            (select count(*) from resource_value where attribute like '%costCentre') as entries,
            (select count(*) from resource_unique_value where attribute = 'costcentre') as claims`,
  );
  return row;
}
const NOTHING = { documents: "0", entries: "0", claims: "0" };

describe("a process that has not heard of a change yet", () => {
  it.each([
    ["post", () => "/Users", holding("late", "A")],
    ["put", (id: string) => `/Users/${id}`, holding("catch.up", "A")],
    ["patch", (id: string) => `/Users/${id}`, patchBody("A")],
  ] as const)("stores nothing by %s under a field that is removed", async (method, path, body) => {
    const { id } = await create({ unique: true });
    const userId = await catchUp();
    expect((await remove(id)).status).toBe(204);
    const answer = await scimRequest(stale, method, path(userId)).send(body);
    expect(answer.status).toBeLessThan(500);
    expect(await leftovers()).toEqual(NOTHING);
  });

  it.each([
    ["post", () => "/Users", holding("late", "A")],
    ["put", (id: string) => `/Users/${id}`, holding("catch.up", "A")],
    ["patch", (id: string) => `/Users/${id}`, patchBody("A")],
  ] as const)("refuses by %s a value that became unique and is taken", async (method, path, body) => {
    const { id } = await create();
    await user("holder", { costCentre: "A" });
    const userId = await catchUp();
    expect((await patch(id, { unique: true })).status).toBe(200);
    const answer = await scimRequest(stale, method, path(userId)).send(body);
    expect([answer.status, answer.body.scimType]).toEqual([409, "uniqueness"]);
  });
});

it("a bulk request of such a process stores nothing under a field that is removed either", async () => {
  const { id } = await create({ unique: true });
  await catchUp();
  expect((await remove(id)).status).toBe(204);
  const operations = ["a", "b"].map((name) => ({
    method: "POST",
    path: "/Users",
    bulkId: name,
    data: holding(name, name),
  }));
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
  const answer = await scimRequest(stale, "post", "/Bulk").send({ schemas, Operations: operations });
  expect(answer.body.Operations).toHaveLength(2);
  expect(await leftovers()).toEqual(NOTHING);
});

it("a field that is removed while requests write it leaves nothing behind, and no request fails", async () => {
  const { id } = await create({ unique: true });
  const writes = Array.from({ length: 30 }, (_, n) => user(`u${n}`, { costCentre: `A${n}` }));
  const removals = [remove(id, "?values=remove"), ...writes.slice(0, 1)];
  const answers = await Promise.all([...removals, ...writes]);
  expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  expect(answers[0]?.status).toBe(204);
  expect(await leftovers()).toEqual(NOTHING);
});
