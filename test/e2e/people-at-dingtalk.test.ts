import { afterAll, beforeAll, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { type RunningGateway, startRunningGateway } from "../support/running-gateway.js";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PLACE = "urn:ietf:params:scim:schemas:extension:organization:2.0:User";
const ORGANIZATION = "urn:ietf:params:scim:schemas:extension:organization:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const DEFAULT_PASSWORD = "Corp-Pass-2026";

let running: RunningGateway;
let client: RunningGateway["client"];
let company: Simulator;
let connection: string;

beforeAll(async () => {
  company = await startSimulator({ ratePerSecond: 200, enterpriseAccounts: true });
  running = await startRunningGateway();
  client = running.client;
  connection = await running.connect(company, "HQ");
}, 60_000);
afterAll(async () => {
  await running.close();
  await company.close();
});

const change = (body: object) => client.send("PATCH", `/admin/v1/connections/${connection}`, body);
const patch = (path: string, ...Operations: object[]) =>
  client.send("PATCH", `/scim/v2${path}`, { schemas: [PATCH], Operations });
const delivered = () => client.waitUntilDelivered();

let people = 0;
async function addUser(displayName: string, extra: object = {}): Promise<string> {
  people += 1;
  const phoneNumbers = [{ type: "mobile", value: `1780000${String(people).padStart(4, "0")}` }];
  const name = `Person-${people}`;
  return client.create("Users", {
    schemas: [USER, PLACE],
    externalId: name,
    userName: name,
    displayName,
    phoneNumbers,
    ...extra,
  });
}
const addGroup = (displayName: string, extra: object = {}) =>
  client.create("Groups", { schemas: [GROUP, ORGANIZATION], externalId: displayName, displayName, ...extra });
const join = (group: string, ...users: string[]) =>
  patch(`/Groups/${group}`, { op: "add", path: "members", value: users.map((value) => ({ value })) });

const departmentOf = (name: string) => company.state().departments.find((one) => one.name === name);
const userOf = (userid: string) => company.state().users.find((one) => one.userid === userid);
const read = (userid: string) =>
  (company.act("/topapi/v2/user/get", { userid }) as { result: Record<string, unknown> }).result;
const sentTo = (path: string, userid: string) =>
  company.requests
    .all(path)
    .map(({ parameters }) => parameters)
    .filter((parameters) => parameters["userid"] === userid);

async function deliveryOf(resource: string) {
  const { body } = await client.send("GET", `/admin/v1/deliveries?resource=${resource}`);
  const [item] = body["items"] as { id: string; state: string; reason: { code: string } | null }[];
  return item;
}

it("a mapping fills every kind of field, and a field that is switched off stays as it is", async () => {
  await change({
    mapping: {
      fields: { remark: { from: "nickName" }, language: { from: "preferredLanguage" } },
      customFields: { 称呼: "name.honorificPrefix" },
    },
  });
  const [first, second] = [await addGroup("研发部"), await addGroup("项目部")];
  const person = await addUser("李娜", {
    nickName: "小李",
    preferredLanguage: "en",
    title: "工程师",
    name: { honorificPrefix: "博士" },
    [PLACE]: { mainDepartment: second, departments: [{ value: first, title: "顾问", order: 9 }] },
  });
  await join(first, person);
  await join(second, person);
  await delivered();
  const ids = [departmentOf("项目部")?.dept_id, departmentOf("研发部")?.dept_id];
  expect(read(person)).toMatchObject({
    name: "李娜",
    title: "工程师",
    remark: "小李",
    extension: '{"称呼":"博士"}',
    dept_position_list: [
      { dept_id: ids[0], is_main: true },
      { dept_id: ids[1], title: "顾问", is_main: false },
    ],
  });
  expect(sentTo("/topapi/v2/user/update", person)).toContainEqual({ userid: person, language: "en_US" });

  await change({ mapping: { fields: { title: false } } });
  await delivered();
  await patch(`/Users/${person}`, { op: "replace", path: "title", value: "主任" });
  await delivered();
  expect(read(person)).toMatchObject({ title: "工程师", remark: "小李", extension: '{"称呼":"博士"}' });
  await change({ mapping: {} });
  await delivered();
  expect(read(person)).toMatchObject({ title: "主任" });
});

it("departments are led by people who have joined them, in whatever order all of it arrives", async () => {
  const group = await addGroup("市场部", { [ORGANIZATION]: { managers: [{ value: "later" }] } });
  await delivered();
  const boss = await addUser("王强", { externalId: "later" });
  await join(group, boss);
  await delivered();
  expect(departmentOf("市场部")?.dept_manager_userid_list).toEqual([boss]);
  await patch(`/Groups/${group}`, { op: "remove", path: `${ORGANIZATION}:managers` });
  await delivered();
  expect(departmentOf("市场部")?.dept_manager_userid_list).toEqual([]);
});

it("a changed mobile number waits for an approval and then has the account created anew, once", async () => {
  await change({ policy: { settleMs: 0, mobileChange: "recreate" } });
  const person = await addUser("赵敏");
  await delivered();
  const value = [{ type: "mobile", value: "17899990001" }];
  await patch(`/Users/${person}`, { op: "replace", path: "phoneNumbers", value });
  await delivered();
  const waiting = await deliveryOf(person);
  expect(waiting).toMatchObject({ state: "parked", reason: { code: "mobile-change-approval" } });
  expect(userOf(person)?.mobile).not.toBe("17899990001");
  expect((await client.send("POST", `/admin/v1/deliveries/${waiting?.id}/approve`)).status).toBe(200);
  await delivered();
  expect(userOf(person)?.mobile).toBe("17899990001");
  expect(await deliveryOf(person)).toMatchObject({ state: "synced" });
  expect(sentTo("/topapi/v2/user/delete", person)).toHaveLength(1);
  expect(sentTo("/topapi/v2/user/update", person).some((sent) => "mobile" in sent)).toBe(false);
});

it("enterprise accounts need no mobile number, and their password stands nowhere [000-23]", async () => {
  const firstPassword = { from: "default", send: false };
  await change({
    config: { defaultPassword: DEFAULT_PASSWORD },
    policy: { settleMs: 0, accounts: { kind: "enterprise", type: "dingtalk", firstPassword } },
  });
  const person = await addUser("孙悦", { userName: "sun.yue", phoneNumbers: [] });
  await delivered();
  expect(read(person)).toMatchObject({
    exclusive_account: true,
    exclusive_account_type: "dingtalk",
    login_id: "sun.yue",
  });
  await patch(
    `/Users/${person}`,
    { op: "replace", path: "userName", value: "sun.y" },
    { op: "add", path: "title", value: "主管" },
  );
  await delivered();
  expect(read(person)).toMatchObject({ login_id: "sun.y", title: "主管" });
  const detail = await client.send("GET", `/admin/v1/deliveries/${(await deliveryOf(person))?.id}`);
  expect(JSON.stringify(detail.body)).toContain("init_password");
  const { database } = running.test;
  const kept = [
    detail.body,
    await database.query("select * from attempt"),
    await database.query("select * from link"),
  ];
  expect(JSON.stringify(kept)).not.toContain(DEFAULT_PASSWORD);
});

it("a run afterwards finds all of it as it was sent", async () => {
  const { body: begun } = await client.send("POST", `/admin/v1/connections/${connection}/runs`, {
    dryRun: true,
  });
  const run = async () =>
    (await client.send("GET", `/admin/v1/connections/${connection}/runs/${String(begun["id"])}`)).body;
  await expect.poll(async () => (await run())["status"], { timeout: 20_000 }).toBe("succeeded");
  const { summary, rows } = await run();
  expect(rows).toMatchObject({ items: [] });
  expect(summary).toMatchObject({ same: expect.any(Number) });
});
