import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/scim/schema/attribute.js";
import {
  ENTERPRISE_USER_URN as ENTERPRISE,
  GROUP_URN,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
  USER_URN,
} from "../../../src/scim/schema/urns.js";
import { shareTestDatabase } from "../../support/database.js";
import { createSimulatedEngine } from "../plan/simulated-engine.js";
import { makeReport } from "./make-report.js";

const test = shareTestDatabase();
let engine: Awaited<ReturnType<typeof createSimulatedEngine>>;

beforeEach(async () => {
  engine = await createSimulatedEngine(test.database);
  await engine.connections.disable(engine.context, engine.connectionId);
});
afterEach(async () => {
  await engine.close();
  await test.database.query(
    "truncate membership, resource_unique_value, link, delivery, delivery_wait, attempt, connection, resource, adoption_proposal, adoption_report, adoption_entry, adoption_pair",
  );
});

let count = 0;
async function addUser(displayName: string, mobile: string, extra: JsonObject = {}): Promise<string> {
  count += 1;
  const body = {
    schemas: [USER_URN, ENTERPRISE],
    userName: `user-${count}`,
    displayName,
    phoneNumbers: [{ type: "mobile", value: mobile }],
    ...extra,
  };
  return (await engine.directory.create(engine.context, "User", body)).id;
}

async function addGroup(displayName: string, parent?: string): Promise<string> {
  const organization = parent === undefined ? {} : { [ORGANIZATION]: { parent: { value: parent } } };
  const body = { schemas: [GROUP_URN, ORGANIZATION], displayName, ...organization };
  return (await engine.directory.create(engine.context, "Group", body)).id;
}

const act = (path: string, parameters: Record<string, unknown>) =>
  engine.simulator.act(`/topapi/v2/${path}`, parameters);
const hire = (userid: string, name: string, mobile: string, extra = {}) =>
  act("user/create", { userid, name, mobile, dept_id_list: "1", ...extra });
const made = async () =>
  makeReport({
    database: test.database,
    clock: engine.clock,
    connections: engine.openConnections,
    context: engine.context,
    connectionId: engine.connectionId,
  });
const stateOf = async (resourceId: string) => {
  const [row] = await test.database.query<{ state: string; code: string | null }>(
    "select state, reason->>'code' as code from delivery where resource_id = $1",
    [resourceId],
  );
  return row;
};

describe("a company that is in DingTalk already [001-29]", () => {
  it("is reported before the first run, decided, and taken over without a second account or department", async () => {
    act("department/create", { name: "研发", parent_id: 1 });
    hire("m1", "王一", "13900000001", { job_number: "E1" });
    hire("m2", "李二", "13900000002", { job_number: "X2" });
    hire("m3", "别人", "13900000003");
    hire("m4", "外人", "13900000004");
    await engine.connections.update(engine.context, engine.connectionId, {
      policy: { adoption: { mode: "manual" } },
    });
    const group = await addGroup("研发");
    const one = await addUser("王一", "+86 13900000001", { [ENTERPRISE]: { employeeNumber: "E1" } });
    const two = await addUser("李二", "13900000002", { [ENTERPRISE]: { employeeNumber: "E2" } });
    const three = await addUser("张三", "13900000003");
    const four = await addUser("新人", "13900000009");

    engine.simulator.requests.clear();
    const { report, adoption } = await made();
    expect(report).toMatchObject({
      status: "succeeded",
      summary: { people: { unlinked: 4, toBeCreated: 1, leftAlone: 1 }, departments: { toBeCreated: 0 } },
    });
    const paths = new Set(engine.simulator.requests.all({}).map(({ path }) => path));
    expect([...paths].filter((path) => /getbymobile|user\/get|create|update/.test(path))).toEqual([]);
    const { connectionId, context } = engine;
    const listed = await adoption.proposals.list(context.tenantId, { connectionId, limit: 100 });
    expect(listed.map((p) => `${p.resourceName} ${p.remoteName} ${p.strength}`).sort()).toEqual(
      ["王一 王一 certain", "李二 李二 probable", "张三 别人 weak", "研发 研发 certain"].sort(),
    );
    expect(listed.find((p) => p.remoteId === "m1")?.remoteMobile).toMatch(/^139\*+01$/);

    const confidences = ["certain", "probable"] as const;
    await adoption.proposals.decideAll(context, connectionId, { confidences }, "approved");
    await engine.connections.enable(context, connectionId);
    await engine.drain();
    const { users, departments } = engine.simulator.state();
    expect(users.map((user) => user.userid).sort()).toEqual(["m1", "m2", "m3", "m4", four].sort());
    expect(departments.filter((d) => d.name === "研发")).toHaveLength(1);
    expect(await stateOf(group)).toMatchObject({ state: "synced" });
    expect(await stateOf(one)).toMatchObject({ state: "synced" });
    expect(await stateOf(two)).toMatchObject({ state: "synced" });
    expect(await stateOf(three)).toMatchObject({ state: "parked", code: "adoption-approval" });

    const weak = listed.find((p) => p.resourceId === three);
    await adoption.proposals.decide(context, connectionId, weak?.id ?? "", "rejected");
    await engine.drain();
    expect(await stateOf(three)).toMatchObject({ state: "parked", code: "adoption-rejected" });
    expect(engine.simulator.state().users.find((user) => user.userid === "m3")?.name).toBe("别人");
  });

  it("is taken over in automatic mode, but for what is not clear", async () => {
    hire("m1", "王一", "13900000001");
    hire("m2", "李二", "13900000002");
    const one = await addUser("王一", "13900000001");
    const twins = [await addUser("李二", "13900000002"), await addUser("李二", "13900000002")];
    await made();
    await engine.connections.enable(engine.context, engine.connectionId);
    await engine.drain();
    expect(await stateOf(one)).toMatchObject({ state: "synced" });
    for (const twin of twins) {
      expect(await stateOf(twin)).toMatchObject({ state: "parked", code: "adoption-conflict" });
    }
    expect(engine.simulator.state().users).toHaveLength(2);
  });
});

describe("a report of a company of many pages", () => {
  it("reads all of them, and finds everybody once", async () => {
    for (let n = 0; n < 230; n++) {
      hire(`m${n}`, `员工${n}`, `1390000${String(n).padStart(4, "0")}`);
      if (n % 2 === 0) await addUser(`员工${n}`, `1390000${String(n).padStart(4, "0")}`);
    }
    const { report, adoption } = await made();
    expect(report.summary).toMatchObject({ people: { unlinked: 115, toBeCreated: 0, leftAlone: 115 } });
    const { proposals } = await adoption.reports.overview(engine.context.tenantId, engine.connectionId);
    expect(proposals).toEqual([{ state: "open", resourceType: "User", confidence: "certain", count: 115 }]);
  });
});
