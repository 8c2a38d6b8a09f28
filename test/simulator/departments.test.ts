import { describe, expect, it } from "vitest";
import { startTenant } from "./tenant.js";

const CREATE = "v2/department/create";
const UPDATE = "v2/department/update";
const DELETE = "v2/department/delete";

describe("creating a department", () => {
  it("answers an id of its own making, larger each time and far from 1, 2, 3", async () => {
    const tenant = await startTenant();
    const ids = [
      await tenant.addDepartment("甲"),
      await tenant.addDepartment("乙"),
      await tenant.addDepartment("丙"),
    ];
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(ids[0]).toBeGreaterThan(400_000_000);
    expect(ids.every(Number.isSafeInteger)).toBe(true);
  });

  it("keeps the source identifier for get alone", async () => {
    const tenant = await startTenant();
    const id = await tenant.addDepartment("甲", 1, { source_identifier: "scim-1", order: 7 });
    const read = await tenant.call("v2/department/get", { dept_id: id });
    expect(read.result).toMatchObject({ dept_id: id, parent_id: 1, source_identifier: "scim-1", order: 7 });
    const { result } = await tenant.call("v2/department/listsub");
    expect(result).toEqual([
      { dept_id: id, name: "甲", parent_id: 1, create_dept_group: false, auto_add_user: false },
    ]);
  });

  it.each<[string, Record<string, unknown>, number]>([
    ["a name of 64 characters", { name: "部".repeat(64) }, 0],
    ["no name", { name: undefined }, 40035],
    ["an empty name", { name: "" }, 60001],
    ["a name of 65 characters", { name: "部".repeat(65) }, 60001],
    ["a hyphen in the name", { name: "R&D-APAC" }, 60009],
    ["a comma in the name", { name: "a,b" }, 60009],
    ["a full-width comma in the name", { name: "甲，乙" }, 60009],
    ["a slash in the name", { name: "甲/乙" }, 0],
    ["no parent", { parent_id: undefined }, 40035],
    ["a malformed parent", { parent_id: "root" }, 40010],
    ["parent 0", { parent_id: 0 }, 40010],
    ["an unknown parent", { parent_id: 77 }, 60004],
    ["the parent as digits", { parent_id: "1" }, 0],
    ["a taken name", { name: "已有" }, 60008],
    ["a malformed order", { order: "first" }, 40011],
    ["51 permitted departments", { dept_permits: Array.from({ length: 51 }, (_, i) => i + 2).join() }, 60109],
    ["51 permitted people", { user_permits: Array.from({ length: 51 }, (_, i) => `u${i}`).join() }, 600109],
    ["outer permits without outer_dept", { outer_permit_users: "u1" }, 60510],
    ["outer permits with outer_dept", { outer_permit_users: "u1", outer_dept: true }, 0],
  ])("with %s", async (_case, change, code) => {
    const tenant = await startTenant();
    await tenant.addDepartment("已有");
    expect(await tenant.codeOf(CREATE, { name: "新部门", parent_id: 1, ...change })).toBe(code);
    expect(tenant.simulator.state().departments).toHaveLength(code === 0 ? 3 : 2);
  });

  it("allows a name again below another parent", async () => {
    const tenant = await startTenant();
    const a = await tenant.addDepartment("甲");
    await tenant.addDepartment("甲", a);
  });

  it("answers 60021 for a taken name when the tenant is set so", async () => {
    const tenant = await startTenant({ duplicateNameCode: 60021 });
    await tenant.addDepartment("甲");
    expect(await tenant.codeOf(CREATE, { name: "甲", parent_id: 1 })).toBe(60021);
  });

  it("stops at the depth limit, also for a subtree that is moved", async () => {
    const tenant = await startTenant({ maxDepartmentDepth: 3 });
    const a = await tenant.addDepartment("甲");
    const b = await tenant.addDepartment("乙", a);
    const c = await tenant.addDepartment("丙", b);
    expect(await tenant.codeOf(CREATE, { name: "丁", parent_id: c })).toBe(60002);
    const d = await tenant.addDepartment("丁");
    await tenant.addDepartment("戊", d);
    expect(await tenant.codeOf(UPDATE, { dept_id: d, parent_id: b })).toBe(60002);
    expect(await tenant.codeOf(UPDATE, { dept_id: d, parent_id: a })).toBe(0);
  });
});

describe("updating a department", () => {
  it("moves it with its people and keeps id and everything not sent", async () => {
    const tenant = await startTenant();
    const a = await tenant.addDepartment("甲");
    const b = await tenant.addDepartment("乙", 1, { source_identifier: "s-b" });
    const c = await tenant.addDepartment("丙", b);
    await tenant.addUser("u1", { dept_id_list: String(c) });
    expect(await tenant.call(UPDATE, { dept_id: b, parent_id: a })).not.toHaveProperty("result");
    const up = await tenant.resultOf("v2/department/listparentbydept", { dept_id: c });
    expect(up["parent_id_list"]).toEqual([c, b, a, 1]);
    const ofUser = await tenant.resultOf("v2/department/listparentbyuser", { userid: "u1" });
    expect(ofUser["parent_list"]).toEqual([{ parent_dept_id_list: [c, b, a, 1] }]);
    expect((await tenant.call("v2/department/get", { dept_id: b })).result).toMatchObject({
      name: "乙",
      source_identifier: "s-b",
      member_count: 1,
    });
    expect((await tenant.resultOf("v2/department/listsubid", { dept_id: 1 }))["dept_id_list"]).toEqual([a]);
  });

  it.each<[string, (ids: { a: number; b: number }) => Record<string, unknown>, number]>([
    ["no id", () => ({ name: "X" }), 40035],
    ["a malformed id", () => ({ dept_id: "a b" }), 40009],
    ["the root", () => ({ dept_id: 1, name: "X" }), 60018],
    ["an unknown id", () => ({ dept_id: 77, name: "X" }), 60003],
    ["itself as parent", ({ a }) => ({ dept_id: a, parent_id: a }), 60010],
    ["its child as parent", ({ a, b }) => ({ dept_id: a, parent_id: b }), 60010],
    ["an unknown parent", ({ a }) => ({ dept_id: a, parent_id: 77 }), 60004],
    ["a sibling's name", ({ a }) => ({ dept_id: a, name: "丙" }), 60008],
    [
      "a move below a parent where the name is taken",
      ({ b }) => ({ dept_id: b, parent_id: 1, name: "丙" }),
      60008,
    ],
    ["a forbidden character", ({ a }) => ({ dept_id: a, name: "a-b" }), 60009],
    [
      "a manager who is no direct member",
      ({ a }) => ({ dept_id: a, dept_manager_userid_list: "inB" }),
      40031,
    ],
    ["a group owner who is no member", ({ a }) => ({ dept_id: a, org_dept_owner: "inB" }), 40093],
    ["a code of 31 characters", ({ a }) => ({ dept_id: a, code: "c".repeat(31) }), 400002],
    ["its own name", ({ a }) => ({ dept_id: a, name: "甲" }), 0],
    ["its own parent", ({ a }) => ({ dept_id: a, parent_id: 1 }), 0],
    ["a manager who is a direct member", ({ b }) => ({ dept_id: b, dept_manager_userid_list: "inB" }), 0],
  ])("with %s", async (_case, change, code) => {
    const tenant = await startTenant();
    const a = await tenant.addDepartment("甲");
    const b = await tenant.addDepartment("乙", a);
    await tenant.addDepartment("丙");
    await tenant.addUser("inB", { dept_id_list: String(b) });
    const before = tenant.simulator.state();
    expect(await tenant.codeOf(UPDATE, { order: 3, ...change({ a, b }) })).toBe(code);
    if (code !== 0) expect(tenant.simulator.state()).toEqual(before);
  });

  it("clears managers only when forced, shows them as leaders, and drops who leaves the department", async () => {
    const tenant = await startTenant();
    const a = await tenant.addDepartment("甲");
    await tenant.addUser("u1", { dept_id_list: String(a) });
    await tenant.addUser("u2", { dept_id_list: String(a) });
    const managers = async () =>
      (await tenant.resultOf("v2/department/get", { dept_id: a }))["dept_manager_userid_list"];
    await tenant.call(UPDATE, { dept_id: a, dept_manager_userid_list: "u1,u2" });
    expect((await tenant.resultOf("v2/user/get", { userid: "u1" }))["leader_in_dept"]).toEqual([
      { dept_id: a, leader: true },
    ]);
    await tenant.call("v2/user/update", { userid: "u2", dept_id_list: "1" });
    expect(await managers()).toEqual(["u1"]);
    await tenant.call(UPDATE, { dept_id: a, dept_manager_userid_list: "" });
    expect(await managers()).toEqual(["u1"]);
    await tenant.call(UPDATE, { dept_id: a, force_update_fields: "dept_manager_userid_list" });
    expect(await managers()).toEqual([]);
  });
});

describe("deleting a department", () => {
  it.each<[string, (ids: { a: number; b: number; empty: number }) => Record<string, unknown>, number]>([
    ["no id", () => ({}), 40035],
    ["the root", () => ({ dept_id: 1 }), 60007],
    ["an unknown one", () => ({ dept_id: 77 }), 60003],
    ["one with members", ({ b }) => ({ dept_id: b }), 60005],
    ["one with members below it", ({ a }) => ({ dept_id: a }), 60005],
    ["an empty one", ({ empty }) => ({ dept_id: empty }), 0],
  ])("of %s", async (_case, target, code) => {
    const tenant = await startTenant();
    const a = await tenant.addDepartment("甲");
    const b = await tenant.addDepartment("乙", a);
    const empty = await tenant.addDepartment("丙", a);
    await tenant.addUser("u1", { dept_id_list: String(b) });
    expect(await tenant.codeOf(DELETE, target({ a, b, empty }))).toBe(code);
    expect(tenant.simulator.state().departments).toHaveLength(code === 0 ? 3 : 4);
  });

  it.each([
    ["refuse", 60006, 3],
    ["cascade", 0, 1],
  ] as const)("with empty children: %s", async (deleteDepartmentWithEmptyChildren, code, left) => {
    const tenant = await startTenant({ deleteDepartmentWithEmptyChildren });
    const a = await tenant.addDepartment("甲");
    await tenant.addDepartment("乙", a);
    expect(await tenant.codeOf(DELETE, { dept_id: a })).toBe(code);
    expect(tenant.simulator.state().departments).toHaveLength(left);
  });
});

describe("listing departments", () => {
  it("gives direct children only, smaller order first", async () => {
    const tenant = await startTenant();
    const late = await tenant.addDepartment("后", 1, { order: 20 });
    const early = await tenant.addDepartment("前", 1, { order: 10 });
    await tenant.addDepartment("下级", late);
    const { result } = await tenant.call("v2/department/listsub", { dept_id: 1 });
    expect(result).toMatchObject([{ dept_id: early }, { dept_id: late }]);
  });

  it.each(["get", "listsub", "listsubid", "listparentbydept"])(
    "%s answers 60003 for an unknown id",
    async (api) => {
      const tenant = await startTenant();
      expect(await tenant.codeOf(`v2/department/${api}`, { dept_id: 77 })).toBe(60003);
    },
  );

  it("listparentbyuser answers 60121 for somebody unknown", async () => {
    const tenant = await startTenant();
    expect(await tenant.codeOf("v2/department/listparentbyuser", { userid: "nobody" })).toBe(60121);
  });
});
