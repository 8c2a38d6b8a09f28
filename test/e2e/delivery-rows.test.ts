import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { type RunningGateway, startRunningGateway } from "../support/running-gateway.js";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ORGANIZATION = "urn:ietf:params:scim:schemas:extension:organization:2.0:Group";
const DICTIONARY_GROUP = "urn:ietf:params:scim:schemas:extension:dictionary:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const WRITES = /\/(create|update|delete)$/;

let running: RunningGateway;
let client: RunningGateway["client"];
let hq: Simulator;
let branch: Simulator;
let hqConnection: string;

beforeAll(async () => {
  [hq, branch] = await Promise.all([
    startSimulator({ ratePerSecond: 100 }),
    startSimulator({ ratePerSecond: 100, corpId: "dingbranch" }),
  ]);
  running = await startRunningGateway();
  client = running.client;
  hqConnection = await running.connect(hq, "HQ");
}, 60_000);
afterAll(async () => {
  await running.close();
  await Promise.all([hq.close(), branch.close()]);
});
beforeEach(() => hq.faults.clear());

let mobiles = 0;
async function addUser(displayName: string): Promise<string> {
  mobiles += 1;
  const name = `person-${mobiles}`;
  const value = `1770000${String(mobiles).padStart(4, "0")}`;
  const phoneNumbers = [{ type: "mobile", value }];
  const user = { schemas: [USER], externalId: name, userName: name, displayName, phoneNumbers };
  const id = await client.create("Users", user);
  await client.waitUntilDelivered();
  return id;
}
async function addGroup(displayName: string, extra: object = {}): Promise<string> {
  const id = await client.create("Groups", {
    schemas: [GROUP],
    externalId: displayName,
    displayName,
    ...extra,
  });
  await client.waitUntilDelivered();
  return id;
}
const patch = (path: string, ...Operations: object[]) =>
  client.send("PATCH", `/scim/v2${path}`, { schemas: [PATCH], Operations });

/** The writes that reached the vendor while `work` was done and delivered. */
async function writesOf(simulator: Simulator, work: () => Promise<unknown>): Promise<string[]> {
  const before = simulator.requests.all().length;
  await work();
  await client.waitUntilDelivered();
  return simulator.requests
    .all()
    .slice(before)
    .map(({ path }) => path)
    .filter((path) => WRITES.test(path));
}

async function deliveryOf(resource: string, connection = hqConnection) {
  const path = `/admin/v1/deliveries?connection=${connection}&resource=${resource}`;
  const [item] = (await client.send("GET", path)).body["items"] as {
    state: string;
    remoteId: string;
    reason: { code: string; message: string; remedy: string; zh: { message: string } };
  }[];
  return item;
}

it("a create, a change and a removal make one write each, and a PUT of the same makes none [000-03] [001-41]", async () => {
  let id = "";
  const create = async () => {
    id = await addUser("李一");
  };
  expect(await writesOf(hq, create)).toEqual(["/topapi/v2/user/create"]);
  const title = { op: "replace", path: "title", value: "经理" };
  expect(await writesOf(hq, () => patch(`/Users/${id}`, title))).toEqual(["/topapi/v2/user/update"]);
  const { body } = await client.send("GET", `/scim/v2/Users/${id}`);
  expect(await writesOf(hq, () => client.send("PUT", `/scim/v2/Users/${id}`, body))).toEqual([]);
  expect(await writesOf(hq, () => client.send("DELETE", `/scim/v2/Users/${id}`))).toEqual([
    "/topapi/v2/user/delete",
  ]);
});

it("the id of an account or department is written back after the create, and is nobody else's then [001-38] [001-39]", async () => {
  const user = await addUser("李二");
  const group = await addGroup("财务部");
  const department = hq.state().departments.find(({ name }) => name === "财务部");
  const read = (await client.send("GET", `/scim/v2/Groups/${group}`)).body;
  expect(read[DICTIONARY_GROUP]).toEqual({ ddtalkId: String(department?.dept_id) });
  const taken = await client.send("POST", "/scim/v2/Groups", {
    schemas: [GROUP, DICTIONARY_GROUP],
    displayName: "另一个部门",
    [DICTIONARY_GROUP]: { ddtalkId: String(department?.dept_id) },
  });
  expect([taken.status, taken.body["scimType"]]).toEqual([409, "uniqueness"]);
  const urn = "urn:ietf:params:scim:schemas:extension:dictionary:2.0:User";
  const twin = { schemas: [USER, urn], userName: "twin", [urn]: { ddaccountid: user } };
  const refused = await client.send("POST", "/scim/v2/Users", twin);
  expect([refused.status, refused.body["scimType"]]).toEqual([409, "uniqueness"]);
});

it("a child made with its parent in one bulk request is created below the id that was written back [001-45]", async () => {
  const { status } = await client.send("POST", "/scim/v2/Bulk", {
    schemas: [BULK],
    Operations: [
      {
        method: "POST",
        path: "/Groups",
        bulkId: "parent",
        data: { schemas: [GROUP], displayName: "总公司" },
      },
      {
        method: "POST",
        path: "/Groups",
        bulkId: "child",
        data: {
          schemas: [GROUP, ORGANIZATION],
          displayName: "分公司",
          [ORGANIZATION]: { parent: { value: "bulkId:parent" } },
        },
      },
    ],
  });
  expect(status).toBe(200);
  await client.waitUntilDelivered();
  const { departments } = hq.state();
  const parent = departments.find(({ name }) => name === "总公司");
  expect(departments.find(({ name }) => name === "分公司")?.parent_id).toBe(parent?.dept_id);
});

it("two companies do not touch each other, and one mobile number is a link in each [000-20]", async () => {
  const first = await addUser("李三");
  const branchConnection = await running.connect(branch, "Branch");
  await client.waitUntilDelivered();
  const present = (simulator: Simulator) =>
    simulator.state().users.find(({ name }) => name === "李三")?.mobile;
  expect(present(branch)).toBe(present(hq));
  // The id that a department has at one company is no order to take over an object of that id at the other.
  expect(branch.state().departments.map(({ path }) => path)).toContain("总公司/分公司");
  const links = [await deliveryOf(first), await deliveryOf(first, branchConnection)];
  expect(links).toMatchObject([
    { state: "synced", remoteId: first },
    { state: "synced", remoteId: first },
  ]);

  branch.faults.add({ kind: "error", path: "/topapi/v2/user/update", code: 60119 });
  const title = { op: "replace", path: "title", value: "主任" };
  await patch(`/Users/${first}`, title);
  await client.waitUntilDelivered();
  expect(await deliveryOf(first)).toMatchObject({ state: "synced" });
  expect(await deliveryOf(first, branchConnection)).toMatchObject({
    state: "parked",
    reason: { code: "60119" },
  });
  expect(branch.state().users.find(({ name }) => name === "李三")?.title).toBeUndefined();
  await client.send("PATCH", `/admin/v1/connections/${branchConnection}`, { enabled: false });
});

it("accounts and departments have addresses of their own, which work alone [001-31]", async () => {
  const account = await client.send("POST", "/api/application/scim/account", {
    userName: "idaas-1",
    displayName: "李四",
    externalId: "idaas-1",
  });
  expect(account.status).toBe(200);
  const organization = await client.send("POST", "/api/application/scim/organization", {
    organizationName: "采购部",
    organizationUuid: "ou-9",
    externalId: "ou-9",
  });
  expect(organization.status).toBe(200);
  const people = await client.send(
    "GET",
    '/scim/v2/Users?filter=userName eq "idaas-1"'.replaceAll(" ", "%20"),
  );
  expect(people.body["totalResults"]).toBe(1);
  const groups = await client.send(
    "GET",
    '/scim/v2/Groups?filter=displayName eq "采购部"'.replaceAll(" ", "%20"),
  );
  expect(groups.body["totalResults"]).toBe(1);
});

it("a refused list of departments is explained: the department is gone, or outside of the root [001-44]", async () => {
  const group = await addGroup("研发部");
  const department = hq.state().departments.find(({ name }) => name === "研发部");
  hq.act("/topapi/v2/department/delete", { dept_id: department?.dept_id });
  hq.faults.add({ kind: "error", path: "/topapi/v2/user/update", code: 40066 });
  const user = await addUser("李五");
  await patch(`/Groups/${group}`, { op: "add", path: "members", value: [{ value: user }] });
  await client.waitUntilDelivered();
  const delivery = await deliveryOf(user);
  expect(delivery?.reason.code).toBe("40066");
  expect(delivery?.reason.message).toContain(`"研发部" (${department?.dept_id}: not there`);
  expect(delivery?.reason.zh.message).toContain(`“研发部”（${department?.dept_id}：不存在`);
});

it("a refused list of departments is explained: the dictionary field for their ids is off [001-44]", async () => {
  const fields = (await client.send("GET", "/admin/v1/dictionary?category=group")).body["items"] as {
    id: string;
    key: string;
    system: boolean;
  }[];
  const field = fields.find(({ key }) => key === "ddtalkId");
  expect(field?.system).toBe(true);
  const group = await addGroup("市场部");
  await client.send("PATCH", `/admin/v1/dictionary/${field?.id}`, { enabled: false });
  hq.faults.add({ kind: "error", path: "/topapi/v2/user/update", code: 40066 });
  const user = await addUser("李六");
  await patch(`/Groups/${group}`, { op: "add", path: "members", value: [{ value: user }] });
  await client.waitUntilDelivered();
  const delivery = await deliveryOf(user);
  await client.send("PATCH", `/admin/v1/dictionary/${field?.id}`, { enabled: true });
  expect(delivery?.reason).toMatchObject({
    code: "40066",
    remedy: expect.stringContaining("Enable the field"),
  });
  expect(delivery?.reason.zh.message).toContain("字典字段“ddtalkId”");
});

it("a run opens to its rows, and a row to the history of its object [004-19]", async () => {
  const user = await addUser("李八");
  hq.act("/topapi/v2/user/update", { userid: user, name: "被改的名字" });
  const path = `/admin/v1/connections/${hqConnection}/runs`;
  const { id } = (await client.send("POST", path, {})).body;
  let run: Record<string, unknown> = {};
  for (let looks = 0; looks < 200 && run["endedAt"] == null; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    run = (await client.send("GET", `${path}/${String(id)}?kind=drift`)).body;
  }
  const { items } = run["rows"] as { items: { resourceId: string; result: string; drifts: object[] }[] };
  const row = items.find(({ resourceId }) => resourceId === user);
  expect(row).toMatchObject({ result: "done", drifts: [{ field: "name" }] });
  const history = `/admin/v1/users/${user}/timeline?correlation=${String(run["correlationId"])}`;
  const timeline = (await client.send("GET", history)).body;
  expect(timeline["items"]).toMatchObject([
    { kind: "delivery", delivery: { action: "update", outcome: "synced", calls: expect.any(Array) } },
    { kind: "comparison", comparison: { action: "push", drifts: [{ field: "name" }] } },
  ]);
});

// The last, since it stops the connection.
it("a refused address is told with the address and the masked app key, and the connection rests [001-43] [000-12]", async () => {
  hq.configure({ allowedIps: ["203.0.113.1"] });
  const name = "person-refused";
  const phoneNumbers = [{ type: "mobile", value: "17700009999" }];
  const user = { schemas: [USER], externalId: name, userName: name, displayName: "李七", phoneNumbers };
  const id = await client.create("Users", user);
  const path = `/admin/v1/connections/${hqConnection}`;
  let connection: Record<string, unknown> = {};
  for (let looks = 0; looks < 100 && connection["state"] !== "quarantined"; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    connection = (await client.send("GET", path)).body;
  }
  const reason = {
    code: "60020",
    message: expect.stringContaining("127.0.0.1 (app ding****01)"),
    remedy: expect.stringContaining("server egress IP list"),
    zh: {
      message: expect.stringContaining("应用 ding****01"),
      remedy: expect.stringContaining("服务器出口 IP"),
    },
  };
  expect(connection).toMatchObject({ state: "quarantined", pauseReason: reason });
  expect(await deliveryOf(id)).toMatchObject({ state: "pending", reason });
  expect(JSON.stringify(await deliveryOf(id))).not.toContain(hq.credentials.appKey);
});
