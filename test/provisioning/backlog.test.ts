import { describe, expect, it } from "vitest";
import { ORGANIZATION_GROUP_URN as ORGANIZATION } from "../../src/scim/schema/urns.js";
import { shareEngine } from "./share-engine.js";

const { engine, addGroup, addUser, join, query } = shareEngine();

const below = (parent: string) => ({ [ORGANIZATION]: { parent: { value: parent } } });
const off = () => engine.connections.disable(engine.context, engine.connectionId);
const on = () => engine.connections.enable(engine.context, engine.connectionId);

/** Two departments at the top, three below each, and in each of the eight two people; one person more in none. */
async function foundCompany() {
  const top = [await addGroup("研发"), await addGroup("销售")];
  const sub: string[] = [];
  for (const parent of top) for (let n = 0; n < 3; n++) sub.push(await addGroup(`${n}组`, below(parent)));
  const people: string[] = [];
  for (const department of [...top, ...sub]) {
    for (let n = 0; n < 2; n++) {
      const person = await addUser(`员工${people.length}`);
      await join(department, person);
      people.push(person);
    }
  }
  return { top, sub, people, alone: await addUser("独行") };
}

const statesOf = (ids: string[]) =>
  query<{ state: string; code: string | null }>(
    "select distinct state, reason->>'code' as code from delivery where resource_id = any($1::uuid[])",
    [ids],
  );

/** Delivers everything; answers how many claims that took. */
async function claimsUntilDelivered(): Promise<number> {
  let claims = 0;
  for (;;) {
    const claimed = await engine.step();
    claims += claimed;
    if (claimed > 0) continue;
    const [row] = await query<{ at: Date | null }>(
      "select min(next_attempt_at) as at from delivery where state = 'pending'",
    );
    if (!row?.at) return claims;
    await engine.clock.advance(Math.max(1, row.at.getTime() - engine.clock.now().getTime()));
  }
}

describe("a connection that is switched on for a company that is there", () => {
  it("begins with the departments at the top, and takes nobody up before their department is there", async () => {
    await off();
    const { top, sub, people, alone } = await foundCompany();
    await on();
    expect(await statesOf([...top, alone])).toEqual([{ state: "pending", code: null }]);
    expect(await statesOf([...sub, ...people])).toEqual([{ state: "blocked", code: "department-first" }]);
    // Whoever is in no department waits a moment for one, as ever.
    expect(await claimsUntilDelivered()).toBe(2 + 6 + 16 + 2);
    expect(await statesOf([...top, ...sub, ...people, alone])).toEqual([{ state: "synced", code: null }]);
    expect([engine.vendor.departments.size, engine.vendor.users.size]).toEqual([8 + 1, 17]);
  });

  it("takes up everybody at once who is there already, and whose department is", async () => {
    const { top, sub, people } = await foundCompany();
    await claimsUntilDelivered();
    await off();
    const [department = ""] = sub;
    const newcomer = await addUser("新人");
    await join(department, newcomer);
    await on();
    expect(await statesOf([...top, ...sub, ...people, newcomer])).toEqual([{ state: "pending", code: null }]);
  });

  it("goes on with those whose department cannot be there", async () => {
    await off();
    const department = await addGroup(" ");
    const person = await addUser("王一");
    await join(department, person);
    await on();
    expect(await statesOf([person])).toEqual([{ state: "blocked", code: "department-first" }]);
    await claimsUntilDelivered();
    expect(await engine.stateOf(department)).toMatchObject({ state: "parked", code: "name-missing" });
    expect(await engine.stateOf(person)).toMatchObject({ state: "blocked", code: "waiting-for-reference" });
  });
});
