import { describe, expect, it } from "vitest";
import { BusinessRefusal, contraryReadings, usualReadings } from "../../src/simulator/index.js";
import { startTenant } from "./tenant.js";

const both = { usual: usualReadings(), contrary: contraryReadings() } as const;
type Both<T> = Record<keyof typeof both, T>;

/** What one question is asked with, and the answer under each reading. */
const QUESTIONS: [
  string,
  (tenant: Awaited<ReturnType<typeof startTenant>>) => Promise<unknown>,
  Both<unknown>,
][] = [
  [
    "an empty text in an update",
    async (tenant) => {
      await tenant.addUser("u1", { title: "工程师" });
      await tenant.call("v2/user/update", { userid: "u1", title: "" });
      return tenant.simulator.state().users[0]?.title;
    },
    { usual: undefined, contrary: "工程师" },
  ],
  [
    "deleting a department above an empty one",
    async (tenant) => {
      const dept_id = await tenant.addDepartment("甲");
      await tenant.addDepartment("乙", dept_id);
      return tenant.codeOf("v2/department/delete", { dept_id });
    },
    { usual: 60006, contrary: 0 },
  ],
  [
    "a department name that is taken",
    async (tenant) => {
      await tenant.addDepartment("甲");
      return tenant.codeOf("v2/department/create", { name: "甲", parent_id: 1 });
    },
    { usual: 60008, contrary: 60021 },
  ],
  [
    "a role name that is taken in another role group",
    async ({ simulator }) => {
      const [first, second] = ["甲", "乙"].map((name) => simulator.act("/role/add_role_group", { name }));
      simulator.act("/role/add_role", { groupId: first?.["groupId"], roleName: "审批人" });
      try {
        return typeof simulator.act("/role/add_role", { groupId: second?.["groupId"], roleName: "审批人" });
      } catch (error) {
        return error instanceof BusinessRefusal ? error.code : error;
      }
    },
    { usual: "object", contrary: 34021 },
  ],
  [
    "deleting a role that somebody holds",
    async (tenant) => {
      await tenant.addUser("u1");
      const { groupId } = tenant.simulator.act("/role/add_role_group", { name: "甲" });
      const { roleId } = tenant.simulator.act("/role/add_role", { groupId, roleName: "审批人" });
      await tenant.call("role/addrolesforemps", { roleIds: String(roleId), userIds: "u1" });
      return tenant.codeOf("role/deleterole", { role_id: roleId });
    },
    { usual: 400002, contrary: 0 },
  ],
  [
    "the roles of somebody who has none",
    async (tenant) => {
      await tenant.addUser("u1");
      return (await tenant.resultOf("v2/user/get", { userid: "u1" }))["role_list"];
    },
    { usual: undefined, contrary: [] },
  ],
  [
    "a hyphen in a department name",
    (tenant) => tenant.codeOf("v2/department/create", { name: "R-D", parent_id: 1 }),
    { usual: 60009, contrary: 0 },
  ],
  [
    "a token that ran out, on /topapi",
    async (tenant) => {
      tenant.clock.advance(7_200_000);
      const { errcode, sub_code } = await tenant.call("v2/department/listsub");
      return [Number(errcode), sub_code];
    },
    { usual: [88, "40014"], contrary: [42001, undefined] },
  ],
  [
    "a token that ran out, beside /topapi",
    async (tenant) => {
      tenant.clock.advance(7_200_000);
      const answer = await tenant.fetch(`/auth/scopes?access_token=${tenant.token}`);
      const { errcode, sub_code } = (await answer.json()) as { errcode: number; sub_code?: string };
      return [Number(errcode), sub_code];
    },
    { usual: [40014, undefined], contrary: [88, "42001"] },
  ],
  [
    "deleting nobody",
    (tenant) => tenant.codeOf("v2/user/delete", { userid: "nobody" }),
    { usual: 60121, contrary: 33012 },
  ],
  [
    "an extension field that nobody made",
    async (tenant) => {
      tenant.simulator.configure({ extensionFields: ["爱好"] });
      await tenant.addUser("u1");
      const extension = JSON.stringify({ 爱好: "书", 花名: "阿里" });
      const code = await tenant.codeOf("v2/user/update", { userid: "u1", extension });
      return [code, (await tenant.resultOf("v2/user/get", { userid: "u1" }))["extension"]];
    },
    { usual: [0, '{"爱好":"书"}'], contrary: [60122, undefined] },
  ],
  [
    "departments as a JSON array",
    async (tenant) => {
      await tenant.addUser("u1");
      return tenant.codeOf("v2/user/update", { userid: "u1", dept_id_list: [1] });
    },
    { usual: 40066, contrary: 0 },
  ],
  [
    "the ban of an address",
    async (tenant) => {
      tenant.simulator.faults.add({ kind: "ban" });
      const answer = await tenant.fetch("/topapi/v2/user/get");
      const type = answer.headers.get("content-type")?.split(";")[0];
      return [answer.status, type, answer.headers.get("retry-after")];
    },
    { usual: [200, "application/json", null], contrary: [403, "text/html", "300"] },
  ],
  [
    "an e-mail address that is taken",
    async (tenant) => {
      await tenant.addUser("u1", { email: "a@example.com" });
      const other = { userid: "u2", name: "乙", mobile: "13900000000", dept_id_list: "1" };
      return tenant.codeOf("v2/user/create", { ...other, email: "a@example.com" });
    },
    { usual: 60106, contrary: 40101 },
  ],
  [
    "a text that has no value",
    async (tenant) => {
      await tenant.addUser("u1");
      return (await tenant.resultOf("v2/user/get", { userid: "u1" }))["title"];
    },
    { usual: undefined, contrary: "" },
  ],
  [
    "the spelling of success",
    async (tenant) => {
      await tenant.addUser("u1");
      const init = { method: "POST", headers: { "content-type": "application/json" } };
      const body = JSON.stringify({ userid: "u1" });
      const path = `/topapi/v2/user/delete?access_token=${tenant.token}`;
      const { request_id: _id, ...answer } = (await (
        await tenant.fetch(path, { ...init, body })
      ).json()) as Record<string, unknown>;
      return answer;
    },
    { usual: { errcode: 0, errmsg: "ok" }, contrary: { errcode: "0" } },
  ],
  [
    "the cursor of the last page",
    async (tenant) => {
      const page = await tenant.resultOf("v2/user/list", { dept_id: 1, cursor: 0, size: 10 });
      return page["next_cursor"];
    },
    { usual: undefined, contrary: 0 },
  ],
  [
    "a source_identifier that another department carries",
    async (tenant) => {
      await tenant.addDepartment("甲", 1, { source_identifier: "g1" });
      const other = { name: "乙", parent_id: 1, source_identifier: "g1" };
      return tenant.codeOf("v2/department/create", other);
    },
    { usual: 0, contrary: 400002 },
  ],
];

describe.each(["usual", "contrary"] as const)("under the %s readings of the documents", (reading) => {
  it.each(QUESTIONS)("%s", async (_question, ask, answers) => {
    const tenant = await startTenant(both[reading]);
    expect(await ask(tenant)).toEqual(answers[reading]);
  });
});

it("every reading has a contrary", () => {
  for (const [name, usual] of Object.entries(both.usual)) {
    expect(Object.entries(both.contrary).find(([other]) => other === name)?.[1]).not.toEqual(usual);
  }
});
