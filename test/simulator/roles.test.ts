import { describe, expect, it } from "vitest";
import { z } from "zod";
import { startTenant, type Tenant } from "./tenant.js";

const answers = z.looseObject({
  errcode: z.coerce.number(),
  groupId: z.number().optional(),
  roleId: z.number().optional(),
});

/** Calls one of the role APIs that are not below `/topapi/`. */
async function callOld(tenant: Tenant, name: string, parameters: Record<string, unknown>) {
  const response = await tenant.fetch(`/role/${name}?access_token=${tenant.token}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(parameters),
  });
  return answers.parse(await response.json());
}

async function addGroup(tenant: Tenant, name = "SCIM"): Promise<number> {
  return z.number().parse((await callOld(tenant, "add_role_group", { name })).groupId);
}

async function addRole(tenant: Tenant, groupId: number, roleName: string): Promise<number> {
  return z.number().parse((await callOld(tenant, "add_role", { groupId, roleName })).roleId);
}

const holders = (tenant: Tenant) =>
  tenant.simulator.state().roleGroups.flatMap(({ roles }) => roles.map(({ userid_list }) => userid_list));

describe("roles", () => {
  it("are made in a role group, renamed and deleted", async () => {
    const tenant = await startTenant();
    const groupId = await addGroup(tenant);
    const roleId = await addRole(tenant, groupId, "审批人");
    expect(await tenant.call("role/getrole", { roleId })).toMatchObject({
      role: { name: "审批人", groupId },
    });
    expect((await callOld(tenant, "update_role", { roleId, roleName: "财务" })).errcode).toBe(0);
    expect(await tenant.call("role/getrolegroup", { group_id: groupId })).toMatchObject({
      role_group: { group_name: "SCIM", roles: [{ role_id: roleId, role_name: "财务" }] },
    });
    expect(await tenant.codeOf("role/deleterole", { role_id: roleId })).toBe(0);
    expect(tenant.simulator.state().roleGroups).toEqual([{ groupId, name: "SCIM", roles: [] }]);
  });

  it.each<[string, string, (ids: { group: number; role: number; builtIn: number }) => object, number]>([
    ["a role without a name", "add_role", ({ group }) => ({ groupId: group, roleName: "" }), 34018],
    ["a role in no group", "add_role", () => ({ groupId: 7, roleName: "甲" }), 34020],
    [
      "a role of a name that is taken",
      "add_role",
      ({ group }) => ({ groupId: group, roleName: "已有" }),
      34021,
    ],
    [
      "another name for a role that is not there",
      "update_role",
      () => ({ roleId: 7, roleName: "甲" }),
      33011,
    ],
    ["no name", "update_role", ({ role }) => ({ roleId: role, roleName: "" }), 660000],
    [
      "another name for a role of DingTalk's own",
      "update_role",
      ({ builtIn }) => ({ roleId: builtIn, roleName: "甲" }),
      23004,
    ],
  ])("refuse %s", async (_case, api, parameters, code) => {
    const tenant = await startTenant();
    const group = await addGroup(tenant);
    const role = await addRole(tenant, group, "已有");
    const { list } = z
      .object({ list: z.array(z.object({ roles: z.array(z.object({ id: z.number() })) })) })
      .parse(await tenant.resultOf("role/list"));
    const builtIn = list[0]?.roles[0]?.id ?? 0;
    expect((await callOld(tenant, api, { ...parameters({ group, role, builtIn }) })).errcode).toBe(code);
    expect(await tenant.codeOf("role/addrolesforemps", { roleIds: "7", userIds: "u1" })).toBe(33011);
    expect(await tenant.codeOf("role/addrolesforemps", { roleIds: String(role), userIds: "u1" })).toBe(33012);
  });

  it("are given to at most 20 people a call and taken from at most 100, all of them or nobody", async () => {
    const tenant = await startTenant();
    const roleId = await addRole(tenant, await addGroup(tenant), "员工");
    const people = Array.from({ length: 101 }, (_, index) => `u${index}`);
    for (const userid of people) await tenant.addUser(userid);
    const give = (userids: string[]) =>
      tenant.codeOf("role/addrolesforemps", { roleIds: String(roleId), userIds: userids.join() });
    const take = (userids: string[]) =>
      tenant.codeOf("role/removerolesforemps", { roleIds: String(roleId), userIds: userids.join() });
    expect(await give(people.slice(0, 21))).toBe(33012);
    expect(await give(["u0", "nobody"])).toBe(33012);
    expect(holders(tenant)).toEqual([[]]);
    expect(await give(people.slice(0, 20))).toBe(0);
    expect(await give(["u0"])).toBe(0);
    expect(holders(tenant)).toEqual([people.slice(0, 20)]);
    expect(await take(people)).toBe(33012);
    expect(await take(people.slice(0, 100))).toBe(0);
    expect(holders(tenant)).toEqual([[]]);
  });

  it("list their holders page by page, and are told with the person", async () => {
    const tenant = await startTenant();
    const roleId = await addRole(tenant, await addGroup(tenant), "员工");
    for (const userid of ["u1", "u2", "u3"]) await tenant.addUser(userid);
    await tenant.call("role/addrolesforemps", { roleIds: String(roleId), userIds: "u1,u2,u3" });
    expect(await tenant.resultOf("role/simplelist", { role_id: roleId, size: 2, offset: 0 })).toMatchObject({
      hasMore: true,
      nextCursor: 2,
      list: [{ userid: "u1" }, { userid: "u2" }],
    });
    expect(await tenant.resultOf("role/simplelist", { role_id: roleId, size: 2, offset: 2 })).toMatchObject({
      hasMore: false,
      list: [{ userid: "u3" }],
    });
    expect(await tenant.codeOf("role/simplelist", { role_id: roleId, size: 101, offset: 0 })).toBe(40069);
    expect(await tenant.resultOf("v2/user/get", { userid: "u1" })).toMatchObject({
      role_list: [{ id: roleId, name: "员工", group_name: "SCIM" }],
    });
    await tenant.call("v2/user/delete", { userid: "u1" });
    expect(holders(tenant)).toEqual([["u2", "u3"]]);
  });

  it("list the role groups page by page, DingTalk's own first", async () => {
    const tenant = await startTenant();
    for (const name of ["甲", "乙", "丙"]) await addGroup(tenant, name);
    const names = async (offset: number) => {
      const page = await tenant.resultOf("role/list", { size: 2, offset });
      return [
        page["hasMore"],
        z
          .array(z.object({ name: z.string() }))
          .parse(page["list"])
          .map(({ name }) => name),
      ];
    };
    expect(await names(0)).toEqual([true, ["默认", "甲"]]);
    expect(await names(2)).toEqual([false, ["乙", "丙"]]);
  });
});
