import { describe, expect, it } from "vitest";
import { startTenant } from "./tenant.js";

const BASE = { userid: "u1", name: "张三", mobile: "13900000001", dept_id_list: "1" };

describe("creating a person", () => {
  it("answers the userid and, with a capital I, the union id; reads spell it small", async () => {
    const tenant = await startTenant();
    const created = await tenant.call("v2/user/create", {
      ...BASE,
      email: "a@example.cn",
      hired_date: 1_700_000_000_000,
    });
    expect(created).toMatchObject({ errcode: 0, request_id: expect.any(String), result: { userid: "u1" } });
    const read = await tenant.resultOf("v2/user/get", { userid: "u1" });
    expect(created.result).toHaveProperty("unionId", read["unionid"]);
    expect(read).toMatchObject({
      unionid: expect.stringMatching(/\S/),
      mobile: "13900000001",
      state_code: "86",
      email: "a@example.cn",
      dept_id_list: [1],
      leader_in_dept: [{ dept_id: 1, leader: false }],
      hired_date: 1_700_000_000_000,
      active: false,
    });
    expect(read).not.toHaveProperty("title");
    const found = await tenant.resultOf("user/getbyunionid", { unionid: read["unionid"] });
    expect(found).toEqual({ userid: "u1", contact_type: 0 });
  });

  it("makes an id of 19 digits when none is sent", async () => {
    const tenant = await startTenant();
    const { userid: _none, ...withoutId } = BASE;
    const created = await tenant.resultOf("v2/user/create", withoutId);
    expect(created["userid"]).toMatch(/^\d{19}$/);
  });

  it.each<[string, Record<string, unknown>, number]>([
    ["no name", { name: undefined }, 40035],
    ["a blank name", { name: " " }, 60112],
    ["a name of 81 characters", { name: "名".repeat(81) }, 60112],
    ["a name of 80 characters", { name: "名".repeat(80) }, 0],
    ["a userid of 64 characters", { userid: "x".repeat(64) }, 0],
    ["a userid of 65 characters", { userid: "x".repeat(65) }, 400002],
    ["an empty userid", { userid: "" }, 400002],
    ["no mobile", { mobile: undefined }, 60103],
    ["an empty mobile", { mobile: "" }, 60103],
    ["a mobile with spaces", { mobile: "139 0000 0001" }, 60103],
    ["a mobile of 10 digits", { mobile: "1390000000" }, 60103],
    ["a mobile sent as a number", { mobile: 13_900_000_001 }, 60103],
    ["a mainland mobile with country code", { mobile: "+86-13900000001" }, 60103],
    ["a mobile in E.164", { mobile: "+8613900000001" }, 60103],
    ["a mobile abroad", { mobile: "+852-51000001" }, 0],
    ["no departments", { dept_id_list: undefined }, 40035],
    ["an empty department list", { dept_id_list: "" }, 40066],
    ["departments as a JSON list", { dept_id_list: [1] }, 40066],
    ["departments with a blank", { dept_id_list: "1, 2" }, 40066],
    ["departments with a word", { dept_id_list: "1,null" }, 40066],
    ["101 departments", { dept_id_list: Array.from({ length: 101 }, (_, i) => i + 1).join() }, 40066],
    ["an unknown department", { dept_id_list: "1,77" }, 60003],
    ["a bad e-mail address", { email: "nobody" }, 60105],
    ["an e-mail address of 51 characters", { email: `${"a".repeat(40)}@example.cn` }, 60105],
    ["a telephone of 51 characters", { telephone: "1".repeat(51) }, 40063],
    ["a job number of 51 characters", { job_number: "1".repeat(51) }, 60123],
    ["a title of 201 characters", { title: "t".repeat(201) }, 60119],
    ["a work place of 101 characters", { work_place: "w".repeat(101) }, 40064],
    ["a remark of 2001 characters", { remark: "r".repeat(2_001) }, 40065],
    ["an unknown manager", { manager_userid: "nobody" }, 60128],
    ["an empty manager", { manager_userid: "" }, 0],
    ["a hiring day as text", { hired_date: "2024-01-01" }, 400002],
    ["a hiring day of 0", { hired_date: 0 }, 400002],
    ["a flag that is a word", { hide_mobile: "yes" }, 400002],
    ["an extension that is an object", { extension: { a: "b" } }, 60122],
    ["an extension that is no JSON", { extension: "a=b" }, 60122],
    ["an extension of 2001 characters", { extension: JSON.stringify({ a: "b".repeat(2_000) }) }, 60122],
    ["an extension as JSON text", { extension: '{"爱好":"棋"}' }, 0],
    [
      "two main positions",
      {
        dept_position_list: [
          { dept_id: 1, is_main: true },
          { dept_id: 2, is_main: true },
        ],
      },
      400002,
    ],
    ["an order list that is no list", { dept_order_list: { dept_id: 1, order: 1 } }, 400002],
    ["an enterprise account", { exclusive_account: true }, 400002],
    ["a mail-service address, which is passed over", { org_email: "a@corp.example" }, 0],
  ])("with %s", async (_case, change, code) => {
    const tenant = await startTenant();
    expect(await tenant.codeOf("v2/user/create", { ...BASE, ...change })).toBe(code);
    expect(tenant.simulator.state().users).toHaveLength(code === 0 ? 1 : 0);
  });

  it.each<[string, Record<string, unknown>, number]>([
    ["userid", { userid: "u1" }, 60102],
    ["mobile", { mobile: BASE.mobile }, 60104],
    ["e-mail address in other case", { email: "A@Example.cn" }, 60106],
    ["telephone", { telephone: "8001" }, 40100],
    ["job number, which need not be unique", { job_number: "J1" }, 0],
    ["name", { name: BASE.name }, 0],
  ])("with the same %s as another", async (_case, same, code) => {
    const tenant = await startTenant();
    await tenant.addUser("u1", { ...BASE, email: "a@example.cn", telephone: "8001", job_number: "J1" });
    const other = { userid: "u2", name: "李四", mobile: "13900000002", dept_id_list: "1" };
    expect(await tenant.codeOf("v2/user/create", { ...other, ...same })).toBe(code);
  });

  it("takes +86 numbers, and only those, in a company registered abroad", async () => {
    const tenant = await startTenant({ corpRegion: "other" });
    expect(await tenant.codeOf("v2/user/create", BASE)).toBe(60103);
    expect(await tenant.codeOf("v2/user/create", { ...BASE, mobile: "+86-13900000001" })).toBe(0);
  });

  it("answers the other e-mail code when the tenant is set so", async () => {
    const tenant = await startTenant({ duplicateEmailCode: 40101 });
    await tenant.addUser("u1", { email: "a@example.cn" });
    const other = {
      userid: "u2",
      name: "李四",
      mobile: "13900000002",
      dept_id_list: "1",
      email: "a@example.cn",
    };
    expect(await tenant.codeOf("v2/user/create", other)).toBe(40101);
  });

  it("frees unique values when the holder changes them or is deleted", async () => {
    const tenant = await startTenant();
    await tenant.addUser("u1", { ...BASE, email: "a@example.cn", telephone: "8001" });
    await tenant.call("v2/user/update", { userid: "u1", email: "b@example.cn" });
    await tenant.addUser("u2", { email: "a@example.cn" });
    expect(await tenant.codeOf("v2/user/update", { userid: "u2", email: "b@example.cn" })).toBe(60106);
    await tenant.call("v2/user/delete", { userid: "u1" });
    await tenant.addUser("u1", { ...BASE, email: "b@example.cn", telephone: "8001" });
  });
});

describe("updating a person", () => {
  it("keeps what is not sent and replaces the whole department list", async () => {
    const tenant = await startTenant();
    const [a, b] = [await tenant.addDepartment("甲"), await tenant.addDepartment("乙")];
    await tenant.addUser("u1", { title: "工程师", dept_id_list: `1,${a}`, extension: '{"x":"1","y":"2"}' });
    expect(await tenant.call("v2/user/update", { userid: "u1", dept_id_list: String(b) })).not.toHaveProperty(
      "result",
    );
    const { result } = await tenant.call("v2/user/get", { userid: "u1" });
    expect(result).toMatchObject({ title: "工程师", dept_id_list: [b] });
    expect((await tenant.resultOf("user/listid", { dept_id: a }))["userid_list"]).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["an empty title clears it", { title: "" }, { title: undefined }],
    ["an empty manager alone keeps the manager", { manager_userid: "" }, { manager_userid: "boss" }],
    [
      "an empty manager that is forced clears the manager",
      { manager_userid: "", force_update_fields: "manager_userid" },
      { manager_userid: undefined },
    ],
    ["an extension replaces all custom fields", { extension: '{"y":"3"}' }, { extension: '{"y":"3"}' }],
    [
      "an extension in merge mode keeps the others",
      { extension: '{"y":"3"}', ext_attrs_update_mode: 1 },
      { extension: '{"x":"1","y":"3"}' },
    ],
    ["the same mobile is harmless", { mobile: "13900000001", name: "新名" }, { name: "新名" }],
  ])("%s", async (_case, change, expected) => {
    const tenant = await startTenant();
    await tenant.addUser("boss");
    await tenant.addUser("u1", {
      ...BASE,
      title: "工程师",
      manager_userid: "boss",
      extension: '{"x":"1","y":"2"}',
    });
    expect(await tenant.codeOf("v2/user/update", { userid: "u1", ...change })).toBe(0);
    const read = await tenant.resultOf("v2/user/get", { userid: "u1" });
    for (const [field, value] of Object.entries(expected)) expect(read[field]).toEqual(value);
  });

  it.each<[string, Record<string, unknown>, number]>([
    ["no userid", { userid: undefined }, 40035],
    ["an unknown userid", { userid: "nobody" }, 60121],
    ["another mobile", { mobile: "13900000009" }, 40022],
    ["the same mobile in another spelling", { mobile: "+86-13900000001" }, 40022],
    ["an unknown department", { dept_id_list: "77" }, 60003],
    ["an empty department list", { dept_id_list: "" }, 40066],
    ["an unknown manager", { manager_userid: "nobody" }, 60128],
    ["a taken e-mail address", { email: "other@example.cn" }, 60106],
    ["a name too long", { name: "名".repeat(81) }, 60112],
  ])("is refused for %s and changes nothing", async (_case, change, code) => {
    const tenant = await startTenant();
    await tenant.addUser("other", { email: "other@example.cn" });
    await tenant.addUser("u1", BASE);
    const before = tenant.simulator.state();
    expect(await tenant.codeOf("v2/user/update", { userid: "u1", title: "X", ...change })).toBe(code);
    expect(tenant.simulator.state()).toEqual(before);
  });

  it("passes over empty strings when the tenant is set so", async () => {
    const tenant = await startTenant({ emptyStringClears: false });
    await tenant.addUser("u1", { title: "工程师" });
    await tenant.call("v2/user/update", { userid: "u1", title: "" });
    expect((await tenant.resultOf("v2/user/get", { userid: "u1" }))["title"]).toBe("工程师");
  });

  it("keeps 18-digit sort values exact, which a plain JSON.parse does not", async () => {
    const tenant = await startTenant();
    await tenant.addUser("u1");
    const read = async () => {
      const path = `/topapi/v2/user/get?access_token=${tenant.token}`;
      const headers = { "content-type": "application/json" };
      const response = await tenant.fetch(path, { method: "POST", headers, body: '{"userid":"u1"}' });
      return /"order":(\d+)/.exec(await response.text())?.[1];
    };
    const order = await read();
    expect(order).toMatch(/^\d{18}$/);
    const careless = JSON.stringify({
      userid: "u1",
      dept_order_list: [{ dept_id: 1, order: Number(order) }],
    });
    const write = async (body: string) => {
      const path = `/topapi/v2/user/update?access_token=${tenant.token}`;
      await tenant.fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body });
    };
    await write(careless);
    expect(await read()).not.toBe(order);
    await write(`{"userid":"u1","dept_order_list":[{"dept_id":1,"order":${order}}]}`);
    expect(await read()).toBe(order);
  });
});

describe("deleting a person", () => {
  it("ends membership, leadership and being somebody's manager", async () => {
    const tenant = await startTenant();
    const a = await tenant.addDepartment("甲");
    await tenant.addUser("boss", { dept_id_list: String(a) });
    await tenant.addUser("u1", { manager_userid: "boss" });
    await tenant.call("v2/department/update", { dept_id: a, dept_manager_userid_list: "boss" });
    expect(await tenant.call("v2/user/delete", { userid: "boss" })).toMatchObject({ errcode: 0 });
    expect(await tenant.codeOf("v2/user/get", { userid: "boss" })).toBe(60121);
    expect(tenant.simulator.state().users).toMatchObject([{ userid: "u1", manager_userid: null }]);
    expect((await tenant.resultOf("v2/department/get", { dept_id: a }))["dept_manager_userid_list"]).toEqual(
      [],
    );
  });

  it.each([60121, 33012] as const)("answers %i for somebody unknown, as set", async (code) => {
    const tenant = await startTenant({ deleteUnknownUserCode: code });
    expect(await tenant.codeOf("v2/user/delete", { userid: "nobody" })).toBe(code);
  });
});
