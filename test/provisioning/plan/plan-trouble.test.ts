import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readScimRequest } from "../../../src/http/admin/scim-request-input.js";
import { PlanBusyError, VendorSilentError } from "../../../src/provisioning/plan/plan-errors.js";
import { ScimError } from "../../../src/scim/errors.js";
import { USER_URN } from "../../../src/scim/schema/urns.js";
import { shareEngine } from "../share-engine.js";
import { dumpTables } from "./dump-tables.js";
import { createSimulatedEngine } from "./simulated-engine.js";

const { engine, query, database, addGroup, addUser, patch, join } = shareEngine();
const all = { limit: 200, unsettledOnly: false };
const planAll = () => engine.plans.planConnection(engine.context, engine.connectionId, all);

describe("a plan", () => {
  it("shows what deletion protection would hold, and counts nothing itself", async () => {
    await query("delete from removal");
    const rules = { deletionProtection: { users: { number: 1, percent: 0 } } };
    await query("update connection set policy = $1::jsonb", [JSON.stringify(rules)]);
    const people: string[] = [];
    for (let n = 0; n < 3; n += 1) people.push(await addUser(`员工${n}`));
    await engine.drain();
    for (const id of people) await engine.directory.remove(engine.context, "User", id);
    const before = await dumpTables(query);
    for (const plan of [await planAll(), await planAll()]) {
      expect(plan.calls.filter((call) => call.path === "users.remove")).toHaveLength(1);
      const held = plan.items.filter((item) => item.outcome === "held");
      expect(held.map((item) => item.reason?.code)).toEqual(["deletion-protection", "deletion-protection"]);
    }
    expect(await dumpTables(query)).toEqual(before);
  });

  it("never lets a change fail that is made meanwhile", async () => {
    const group = await addGroup("研发");
    const people: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      const person = await addUser(`员工${n}`);
      await join(group, person);
      people.push(person);
    }
    await engine.drain();
    const plans = [planAll(), planAll()].map((plan) =>
      plan.then(
        () => "planned",
        (error: unknown) => (error instanceof PlanBusyError ? "busy" : Promise.reject(error)),
      ),
    );
    const changes = people.flatMap((person) =>
      ["经理", "总监"].map((value) => patch("User", person, { op: "replace", path: "title", value })),
    );
    await Promise.all(changes);
    for (const plan of plans) expect(["planned", "busy"]).toContain(await plan);
    await engine.drain();
    expect((await planAll()).calls).toEqual([]);
  });

  it("of a body that means nothing tells SCIM's refusal", async () => {
    const base = "https://gateway.example/scim/v2";
    const bodies: unknown[] = [7, null, [], "x", {}, { schemas: USER_URN }, { userName: { a: 1 } }];
    for (const body of bodies) {
      const given = { method: "POST", path: "/Users", body } as const;
      const request = readScimRequest(given, base, engine.context.dialect);
      const { outcomes, plans } = await engine.plans.planChange(engine.context, { request });
      expect(outcomes).toMatchObject([{ error: { status: 400 } }]);
      expect(plans.flatMap((plan) => plan.calls)).toEqual([]);
    }
    for (const body of [7, null, { Operations: {} }]) {
      const given = { method: "POST", path: "/Bulk", body } as const;
      expect(() => readScimRequest(given, base, engine.context.dialect)).toThrow(ScimError);
    }
  });
});

describe("a plan at DingTalk", () => {
  let dingtalk: Awaited<ReturnType<typeof createSimulatedEngine>>;
  beforeEach(async () => {
    await query("delete from connection");
    dingtalk = await createSimulatedEngine(database());
  });
  afterEach(() => dingtalk.close());

  it("is refused with DingTalk's reason where DingTalk can not be read, and pauses nothing", async () => {
    await addUser("王一");
    dingtalk.simulator.configure({ allowedIps: ["203.0.113.7"] });
    const plan = dingtalk.plans.planConnection(dingtalk.context, dingtalk.connectionId, all);
    const refused = await plan.catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(VendorSilentError);
    expect(refused).toMatchObject({ facts: { code: "60020" } });
    expect(await query("select paused_until from connection")).toEqual([{ paused_until: null }]);
  });
});
