import { afterEach, describe, expect, it } from "vitest";
import type { CompanyAccount, FirstPassword, UserProfile } from "../../../src/connectors/profiles.js";
import { failsWith } from "../contract/fails-with.js";
import { type OpenSession, openSession } from "./session.js";

const context = { correlationId: "req-1" };
const USER = "/topapi/v2/user";

let open: OpenSession | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function start(settings: Record<string, unknown> = {}) {
  const opened = await openSession({
    simulator: {
      enterpriseAccounts: true,
      ...(settings["corpRegion"] === "other" && { corpRegion: "other" as const }),
    },
    settings,
  });
  open = opened;
  const { simulator, session } = opened;
  const add = (name: string) => {
    const made = simulator.act("/topapi/v2/department/create", { name, parent_id: 1 });
    return String((made as { result: { dept_id: number } }).result.dept_id);
  };
  const create = (profile: Partial<UserProfile>, firstPassword?: FirstPassword) =>
    session.users.create({
      ...context,
      remoteId: "u1",
      profile: { name: "李娜", departmentRemoteIds: ["1"], ...profile },
      ...(firstPassword && { firstPassword }),
    });
  const update = (changes: Parameters<typeof session.users.update>[0]["changes"], account?: CompanyAccount) =>
    session.users.update({
      ...context,
      remoteId: "u1",
      changes,
      previousDepartmentRemoteIds: [],
      ...(account && { account }),
    });
  return {
    ...opened,
    add,
    create,
    update,
    sent: (path: string) => simulator.requests.all(path).map(({ parameters }) => parameters),
    read: () => simulator.act(`${USER}/get`, { userid: "u1" }) as { result: Record<string, unknown> },
  };
}

const mobile = "13800138000";

describe("every field of a person", () => {
  it("is sent on creation in DingTalk's names and forms; the language with an update of its own", async () => {
    const { create, sent, read, add } = await start();
    const [first, second] = [add("甲"), add("乙")];
    await create({
      mobile,
      hideMobile: true,
      seniorMode: true,
      remark: "外聘",
      orgEmail: "li@corp.example",
      language: "en_US",
      customFields: { 工牌: "77" },
      departmentRemoteIds: [second, first],
      departmentOrders: [{ departmentRemoteId: first, order: "176362815342598513" }],
      positions: [
        { departmentRemoteId: second, title: "顾问", isMain: true },
        { departmentRemoteId: first, isMain: false },
      ],
    });
    expect(sent(`${USER}/create`)).toEqual([
      {
        userid: "u1",
        name: "李娜",
        mobile,
        hide_mobile: true,
        senior_mode: true,
        remark: "外聘",
        org_email: "li@corp.example",
        extension: '{"工牌":"77"}',
        dept_id_list: `${second},${first}`,
        // The simulator reads integers of 16 and more digits as their text; on the wire they are bare.
        dept_order_list: [{ dept_id: Number(first), order: "176362815342598513" }],
        dept_position_list: [
          { dept_id: Number(second), title: "顾问", is_main: true },
          { dept_id: Number(first), title: "", is_main: false },
        ],
      },
    ]);
    expect(sent(`${USER}/update`)).toEqual([{ userid: "u1", language: "en_US" }]);
    expect(read().result).toMatchObject({ hide_mobile: true, senior: true, remark: "外聘" });
  });

  it.each<[string, Parameters<Awaited<ReturnType<typeof start>>["update"]>[0], object | undefined, number]>([
    ["remark", { remark: "新" }, { remark: "新" }, 0],
    ["no remark", { remark: null }, { remark: "" }, 0],
    ["hiding of the number", { hideMobile: false }, { hide_mobile: false }, 0],
    ["no hiding", { hideMobile: null }, undefined, 1],
    ["no senior mode", { seniorMode: null }, undefined, 1],
    ["language", { language: "zh_CN" }, { language: "zh_CN" }, 0],
    ["no language", { language: null }, undefined, 1],
    ["mailbox", { orgEmail: "a@corp.example" }, { org_email: "a@corp.example" }, 0],
    ["no mailbox: it would be frozen", { orgEmail: null }, undefined, 1],
    [
      "custom fields, beside those of others",
      { customFields: { 工牌: "1", 车牌: "" } },
      { extension: '{"工牌":"1","车牌":""}', ext_attrs_update_mode: 1 },
      0,
    ],
    [
      "order of more digits than a number holds",
      { departmentOrders: [{ departmentRemoteId: "1", order: "9007199254740993" }] },
      { dept_order_list: [{ dept_id: 1, order: "9007199254740993" }] },
      0,
    ],
    ["no order", { departmentOrders: null }, undefined, 1],
    [
      "no titles in departments",
      { positions: null },
      { dept_position_list: [{ dept_id: 1, title: "", is_main: true }] },
      0,
    ],
    ["a mobile number never", { mobile: "13900139000" }, undefined, 1],
  ])("is updated by what changed: %s", async (_title, changes, body, warned) => {
    const { create, update, sent } = await start();
    await create({ mobile });
    const { warnings } = await update(changes);
    expect(sent(`${USER}/update`)).toEqual(body === undefined ? [] : [{ userid: "u1", ...body }]);
    expect(warnings).toHaveLength(warned);
  });

  it("keeps custom fields that somebody else filled", async () => {
    const { simulator, create, update, read } = await start();
    await create({ mobile, customFields: { 工牌: "77" } });
    simulator.act(`${USER}/update`, { userid: "u1", extension: '{"餐卡":"9"}', ext_attrs_update_mode: 1 });
    await update({ customFields: { 工牌: "78" } });
    expect(JSON.parse(String(read().result["extension"]))).toEqual({ 工牌: "78", 餐卡: "9" });
  });

  it("has a mainland number with +86- in a company registered abroad", async () => {
    const { create, sent } = await start({ corpRegion: "other" });
    await create({ mobile });
    expect(sent(`${USER}/create`)).toMatchObject([{ mobile: "+86-13800138000" }]);
  });
});

describe("an enterprise account", () => {
  const sso: CompanyAccount = { signIn: "sso" };
  const vendor: CompanyAccount = { signIn: "vendor", loginId: "li.na" };

  it("is created for sign-in at the company without a mobile number [000-23]", async () => {
    const { create, sent } = await start();
    await create({ account: sso });
    expect(sent(`${USER}/create`)).toEqual([
      {
        userid: "u1",
        name: "李娜",
        dept_id_list: "1",
        exclusive_account: true,
        exclusive_account_type: "sso",
      },
    ]);
  });

  it("is created with login name and number, and its password is in no record", async () => {
    const password = "Corp-pass-1";
    const { create, sent, session, calls } = await start({ defaultPassword: password });
    await create({ account: vendor, mobile }, { from: "default", send: true });
    expect(sent(`${USER}/create`)).toMatchObject([
      {
        exclusive_account_type: "dingtalk",
        login_id: "li.na",
        exclusive_mobile: "+86-13800138000",
        send_password_to_user: true,
      },
    ]);
    const created = calls.find(({ path }) => path === `${USER}/create`);
    expect(created?.request).toMatchObject({ init_password: "[redacted]" });
    expect(JSON.stringify(calls)).not.toContain(password);
    expect(await session.users.get({ ...context, remoteId: "u1" })).toMatchObject({ account: vendor });
  });

  it("is compared by its account, and never by its number, which DingTalk shows to nobody", async () => {
    const { create, session } = await start();
    await create({ account: vendor, mobile }, { from: "generated", send: true });
    const granted = ["mobile", "email"] as const;
    const record = await session.users.read({ ...context, remoteId: "u1", granted });
    expect(record?.contents).toMatchObject({ account: vendor, email: null });
    expect(record?.contents).not.toHaveProperty("mobile");
  });

  it("gets a password of its own where the rules say so", async () => {
    const { create, calls } = await start();
    await create({ account: vendor }, { from: "generated", send: true });
    expect(calls.find(({ path }) => path === `${USER}/create`)).toMatchObject({ outcome: "ok" });
  });

  it.each<[string, CompanyAccount, FirstPassword, string]>([
    [
      "a default password that is not set",
      vendor,
      { from: "default", send: true },
      "default-password-missing",
    ],
    ["no login name", { signIn: "vendor" }, { from: "generated", send: true }, "login-id-missing"],
  ])("is not sent with %s", async (_title, account, firstPassword, code) => {
    const { create, simulator } = await start();
    await failsWith(create({ account }, firstPassword), "rejected", { code });
    expect(simulator.requests.count()).toBe(0);
  });

  it("is updated with its departments, and by loginId", async () => {
    const { create, update, sent } = await start();
    await create({ account: vendor }, { from: "generated", send: false });
    await update({ account: { ...vendor, loginId: "li.na2" }, title: "主任" }, vendor);
    await update({ mobile: "13900139000" }, vendor);
    expect(sent(`${USER}/update`)).toEqual([
      { userid: "u1", title: "主任", loginId: "li.na2", dept_id_list: "1" },
      { userid: "u1", exclusive_mobile: "+86-13900139000", dept_id_list: "1" },
    ]);
  });

  it("has titles in departments in their older form", async () => {
    const { create, sent } = await start();
    const positions = [{ departmentRemoteId: "1", title: "顾问", isMain: true }];
    await create({ account: sso, positions });
    expect(sent(`${USER}/create`)).toMatchObject([{ dept_title_list: [{ dept_id: 1, title: "顾问" }] }]);
  });

  it("of sign-in at the company keeps its number with a warning", async () => {
    const { create, update, sent } = await start();
    await create({ account: sso });
    expect((await update({ mobile }, sso)).warnings).toHaveLength(1);
    expect(sent(`${USER}/update`)).toEqual([]);
  });
});
