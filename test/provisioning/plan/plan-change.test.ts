import { describe, expect, it } from "vitest";
import { readScimRequest } from "../../../src/http/admin/scim-request-input.js";
import { DELIVERY_CHANNEL } from "../../../src/outbox/delivery.js";
import type { PlannedChange } from "../../../src/provisioning/plan/change-plans.js";
import { PlanOutdatedError } from "../../../src/provisioning/plan/plan-errors.js";
import type { JsonObject } from "../../../src/scim/schema/attribute.js";
import { GROUP_URN, ORGANIZATION_GROUP_URN, USER_URN } from "../../../src/scim/schema/urns.js";
import { nothing, shareEngine } from "../share-engine.js";
import { dumpTables } from "./dump-tables.js";

const { engine, query, database, addGroup, addUser, patch, join } = shareEngine();
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const BASE = "https://gateway.example/scim/v2";

function changeOf(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: JsonObject,
): PlannedChange {
  return { request: readScimRequest({ method, path, body }, BASE, engine.context.dialect) };
}
const patchOf = (...Operations: JsonObject[]) => ({ schemas: [PATCH], Operations });
const plan = (change: PlannedChange) => engine.plans.planChange(engine.context, change);
const apply = (change: PlannedChange, hash: string) => engine.plans.applyChange(engine.context, change, hash);

/** A department with a person in it, delivered. */
async function smallCompany() {
  const group = await addGroup("研发");
  const person = await addUser("王一");
  await join(group, person);
  await engine.drain();
  return { group, person };
}

describe("the plan of a SCIM change", () => {
  it("tells the calls that the change would lead to, for every method and for both types", async () => {
    const { group, person } = await smallCompany();
    const phone = [{ type: "mobile", value: "19911112222" }];
    const user = { schemas: [USER_URN], userName: "user-1", displayName: "王二", phoneNumbers: phone };
    const cases: [PlannedChange, string[]][] = [
      [changeOf("POST", "/Users", { ...user, userName: "new" }), ["users.create"]],
      [changeOf("POST", "/Groups", { schemas: [GROUP_URN], displayName: "市场" }), ["departments.create"]],
      [
        changeOf("PUT", `/Users/${person}`, { schemas: [USER_URN], userName: "user-1", displayName: "王二" }),
        ["users.update"],
      ],
      [
        changeOf(
          "PATCH",
          `/scim/v2/Users/${person}`,
          patchOf({ op: "replace", path: "title", value: "经理" }),
        ),
        ["users.update"],
      ],
      [
        changeOf(
          "PATCH",
          `${BASE}/Groups/${group}`,
          patchOf({ op: "replace", path: "displayName", value: "研究" }),
        ),
        ["departments.update"],
      ],
      [changeOf("DELETE", `/Users/${person}`), ["users.remove"]],
      [changeOf("DELETE", `/Groups/${group}`), ["users.update", "departments.remove"]],
      [
        changeOf("POST", "/Bulk", {
          schemas: [BULK],
          Operations: [
            { method: "POST", path: "/Users", bulkId: "u", data: { ...user, userName: "new" } },
            {
              method: "POST",
              path: "/Groups",
              bulkId: "g",
              data: {
                schemas: [GROUP_URN, ORGANIZATION_GROUP_URN],
                displayName: "市场",
                members: [{ value: "bulkId:u" }],
              },
            },
          ],
        }),
        ["departments.create", "users.create"],
      ],
    ];
    const before = await dumpTables(query);
    const vendor = structuredClone([...engine.vendor.departments.values(), ...engine.vendor.users.values()]);
    const calls = engine.vendor.calls.length;
    for (const [change, expected] of cases) {
      const made = await plan(change);
      expect(made.outcomes.every((outcome) => !("error" in outcome))).toBe(true);
      expect(made.plans.flatMap((one) => one.calls.map((call) => call.path))).toEqual(expected);
    }
    expect(await dumpTables(query)).toEqual(before);
    expect([...engine.vendor.departments.values(), ...engine.vendor.users.values()]).toEqual(vendor);
    expect(engine.vendor.calls).toHaveLength(calls);
  });

  it("tells the SCIM refusal, and no calls, where the change would be refused", async () => {
    const { person } = await smallCompany();
    const cases: [PlannedChange, number, string | undefined][] = [
      [changeOf("POST", "/Users", { schemas: [USER_URN] }), 400, "invalidValue"],
      [
        changeOf("POST", "/Users", { schemas: [USER_URN], userName: await userNameOf(person) }),
        409,
        "uniqueness",
      ],
      [changeOf("DELETE", "/Users/00000000-0000-4000-8000-000000000000"), 404, undefined],
      [changeOf("PATCH", "/Users", {}), 405, undefined],
      [changeOf("DELETE", "/Schemas/x"), 404, undefined],
    ];
    for (const [change, status, scimType] of cases) {
      const made = await plan(change);
      expect(made.plans.flatMap((one) => one.calls)).toEqual([]);
      expect(made.outcomes).toMatchObject([{ error: { status, scimType } }]);
    }
  });

  it("wakes no worker and orders nothing at another connection", async () => {
    const { person } = await smallCompany();
    let hints = 0;
    const unlisten = await database().listen(DELIVERY_CHANNEL, () => {
      hints += 1;
    });
    const change = changeOf(
      "PATCH",
      `/Users/${person}`,
      patchOf({ op: "replace", path: "title", value: "经理" }),
    );
    await plan(change);
    expect(hints).toBe(0);
    await unlisten();
    expect(await engine.step()).toBe(0);
  });

  it("is made for a connection that is off too, as if it were on", async () => {
    const { person } = await smallCompany();
    await query("update connection set enabled = false");
    const change = changeOf(
      "PATCH",
      `/Users/${person}`,
      patchOf({ op: "replace", path: "title", value: "经理" }),
    );
    expect((await plan(change)).plans).toEqual([]);
    const made = await plan({ ...change, connectionId: engine.connectionId });
    expect(made.plans.map((one) => one.calls.map((call) => call.path))).toEqual([["users.update"]]);
    const named = { ...change, connectionId: engine.connectionId };
    await expect(apply(named, made.hash)).rejects.toThrow("is off");
    const rows = await query<{ enabled: boolean }>("select enabled from connection");
    expect(rows).toEqual([{ enabled: false }]);
  });
});

describe("applying the plan of a SCIM change", () => {
  it("makes the change and orders its deliveries, with the ids of the plan", async () => {
    const phone = [{ type: "mobile", value: "19911112222" }];
    const body = { schemas: [USER_URN], userName: "new", displayName: "王二", phoneNumbers: phone };
    const change = changeOf("POST", "/Users", { ...body, password: "secret-1" });
    const made = await plan(change);
    const applied = await apply(change, made.hash);
    expect(applied.outcomes).toMatchObject([{ id: made.plans[0]?.items[0]?.resourceId }]);
    await engine.drain();
    expect([...engine.vendor.users.values()]).toMatchObject([{ name: "王二" }]);
    expect(await query("select 1 from resource where password_hash is not null")).toHaveLength(1);
    expect(await query("select 1 from audit_entry where action = 'plan.applied'")).not.toHaveLength(0);
  });

  it("is refused, with nothing changed, when what it depends on has changed", async () => {
    const { person } = await smallCompany();
    const change = changeOf(
      "PATCH",
      `/Users/${person}`,
      patchOf({ op: "replace", path: "title", value: "经理" }),
    );
    const { hash } = await plan(change);
    await patch("User", person, { op: "replace", path: "displayName", value: "王小一" });
    const before = await dumpTables(query);
    const refused = await apply(change, hash).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PlanOutdatedError);
    expect(await dumpTables(query)).toEqual(before);
    if (refused instanceof PlanOutdatedError) await apply(change, refused.presentHash);
    await engine.drain();
    expect([...engine.vendor.users.values()]).toMatchObject([{ name: "王小一", title: "经理" }]);
  });

  it("is refused when the vendor holds something else by now", async () => {
    const body = {
      schemas: [USER_URN],
      userName: "new",
      displayName: "王二",
      phoneNumbers: [{ type: "mobile", value: "19911112222" }],
    };
    const change = changeOf("POST", "/Users", body);
    const { hash } = await plan(change);
    engine.vendor.users.set("x", {
      remoteId: "x",
      name: "别人",
      mobile: "19911112222",
      departmentRemoteIds: ["1"],
    });
    await expect(apply(change, hash)).rejects.toBeInstanceOf(PlanOutdatedError);
  });

  it("of a change with an If-Match condition keeps to it", async () => {
    const { person } = await smallCompany();
    const body = patchOf({ op: "replace", path: "title", value: "经理" });
    const request = readScimRequest(
      { method: "PATCH", path: `/Users/${person}`, body, ifMatch: 'W/"99"' },
      BASE,
      engine.context.dialect,
    );
    expect((await plan({ request })).outcomes).toMatchObject([{ error: { status: 412 } }]);
  });
});

describe("applying the plan of a connection", () => {
  const all = { limit: 100, unsettledOnly: false };
  const planAll = () => engine.plans.planConnection(engine.context, engine.connectionId, all);
  const applyAll = (hash: string) =>
    engine.plans.applyConnection(engine.context, engine.connectionId, all, hash);

  it("orders the deliveries that it consists of, also of a person whom the vendor has lost", async () => {
    const { person } = await smallCompany();
    engine.vendor.users.delete(person);
    await patch("User", person, { op: "replace", path: "title", value: "经理" });
    const made = await planAll();
    expect(made.calls.map((call) => call.path)).toEqual(["users.update", "users.create"]);
    expect(await applyAll(made.hash)).toEqual({ ordered: 2 });
    await engine.drain();
    expect(engine.vendor.users.get(person)?.title).toBe("经理");
  });

  it("is refused once a resource, a link or the settings have changed", async () => {
    const { person } = await smallCompany();
    const changes = [
      () => patch("User", person, { op: "replace", path: "title", value: "经理" }),
      () => query('update link set last_sent = last_sent || \'{"title":"x"}\''),
      () => query("update connection set version = version + 1"),
    ];
    for (const change of changes) {
      const { hash } = await planAll();
      await change();
      await expect(applyAll(hash)).rejects.toBeInstanceOf(PlanOutdatedError);
    }
    expect(await engine.directory.read(engine.context, "User", person, nothing)).toBeDefined();
  });

  it("pages through a connection, each page whole in itself", async () => {
    const { group } = await smallCompany();
    const team = await addGroup("组", { [ORGANIZATION_GROUP_URN]: { parent: { value: group } } });
    const newcomer = await addUser("王二");
    await join(team, newcomer);
    const pages: string[][] = [];
    let from: Awaited<ReturnType<typeof planAll>>["next"];
    do {
      const page = await engine.plans.planConnection(engine.context, engine.connectionId, {
        limit: 1,
        unsettledOnly: true,
        ...(from && { from }),
      });
      pages.push(page.calls.map((call) => call.path));
      from = page.next;
    } while (from !== undefined);
    expect(pages).toEqual([["departments.create"], ["departments.create", "users.create"]]);
  });
});

async function userNameOf(id: string): Promise<string> {
  const [row] = await query<{ name: string }>("select doc->>'userName' as name from resource where id = $1", [
    id,
  ]);
  return row?.name ?? "";
}
