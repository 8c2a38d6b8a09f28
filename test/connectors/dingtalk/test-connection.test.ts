import { afterEach, describe, expect, it } from "vitest";
import { createDingTalkConnector } from "../../../src/connectors/dingtalk/index.js";
import type { PermissionPoint, SimulatorOptions } from "../../../src/simulator/index.js";
import { type OpenSession, openSession } from "./session.js";

const context = { correlationId: "req-1" };
const PERMISSIONS: PermissionPoint[] = [
  "qyapi_get_department_list",
  "qyapi_get_department_member",
  "qyapi_get_member",
  "qyapi_get_member_by_mobile",
  "qyapi_manage_addresslist",
];

let open: OpenSession | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function start(simulator: SimulatorOptions = {}, settings: Record<string, unknown> = {}) {
  open = await openSession({ simulator, settings });
  const add = (name: string, parent_id = 1) => {
    open?.simulator.act("/topapi/v2/department/create", { name, parent_id });
    return open?.simulator.state().departments.find((department) => department.name === name)?.dept_id ?? 0;
  };
  return { ...open, add };
}

function grants(permissions: PermissionPoint[], departments = [1]) {
  return { grants: { permissions, userFields: [], contactScope: { departments, users: [] } } };
}

describe("the connection test", () => {
  it("finds everything granted, counts, and changes nothing [002-10]", async () => {
    const { session, simulator, add } = await start();
    const parent = add("甲");
    add("乙", parent);
    const mobile = "13800138000";
    simulator.act("/topapi/v2/user/create", { userid: "u1", name: "李", mobile, dept_id_list: "1" });
    const before = simulator.state();
    const report = await session.test(context);
    expect(report).toMatchObject({
      ok: true,
      problems: [],
      scope: { wholeCompany: true, departmentRemoteIds: ["1"] },
      counts: { departments: 2, people: 1 },
    });
    expect(report.permissions).toEqual(
      [...PERMISSIONS, "auth_user_field.mobile"].map((name) => ({ name, state: "granted" })),
    );
    expect(simulator.state()).toEqual(before);
    expect(
      simulator.requests.all({ where: ({ applied, path }) => applied && /create|delete/.test(path) }),
    ).toEqual([]);
  });

  it("counts only what lies below another root department", async () => {
    const { simulator, clock, add } = await start();
    const root = add("根");
    const child = add("子", root);
    add("别处");
    for (const [userid, dept_id_list] of [
      ["a", `${root}`],
      ["b", `${root},${child}`],
      ["c", "1"],
    ] as const) {
      const mobile = `1380013800${userid.charCodeAt(0) % 10}`;
      simulator.act("/topapi/v2/user/create", { userid, name: userid, mobile, dept_id_list });
    }
    const connector = createDingTalkConnector();
    const input = { ...simulator.credentials, oapiBaseUrl: simulator.url, rootDepartmentId: root };
    const session = connector.open(connector.parseSettings(input), {
      clock,
      pacer: { reserve: async () => undefined, penalise: async () => undefined },
    });
    expect((await session.test(context)).counts).toEqual({ departments: 1, people: 2 });
    await session.close();
  });

  it.each(PERMISSIONS)("names %s when it is missing, and only that", async (missing) => {
    const { session } = await start(grants(PERMISSIONS.filter((permission) => permission !== missing)));
    const report = await session.test(context);
    expect(report.ok).toBe(false);
    const states = Object.fromEntries(report.permissions.map(({ name, state }) => [name, state]));
    for (const name of PERMISSIONS) expect(states[name]).toBe(name === missing ? "missing" : "granted");
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]?.message).toContain(missing);
    expect(report.counts).toBeUndefined();
  });

  it("tells a narrow contact scope and the missing grant for mobiles [002-10]", async () => {
    const { session, simulator, add } = await start();
    const department = add("部分");
    simulator.configure(grants(PERMISSIONS, [department]));
    const report = await session.test(context);
    expect(report.scope).toEqual({
      wholeCompany: false,
      departmentRemoteIds: [String(department)],
      userRemoteIds: [],
    });
    expect(report.ok).toBe(false);
    expect(report.problems.map(({ code }) => code)).toContain("50004");
    expect(report.permissions.at(-1)).toEqual({ name: "auth_user_field.mobile", state: "missing" });
  });

  it("shows the address that DingTalk refused", async () => {
    const { session } = await start({ allowedIps: ["203.0.113.1"] });
    const report = await session.test(context);
    expect(report).toMatchObject({ ok: false, refusedAddress: "127.0.0.1" });
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]).toMatchObject({ code: "60020", remedy: expect.stringContaining("127.0.0.1") });
    expect(report.permissions.every(({ state }) => state === "unknown")).toBe(true);
  });

  it("stops at wrong credentials with one problem", async () => {
    const { session, simulator } = await start({}, { appSecret: "wrong" });
    const report = await session.test(context);
    expect(report.ok).toBe(false);
    expect(report.problems.map(({ code }) => code)).toEqual(["invalidClientIdOrSecret"]);
    expect(simulator.requests.count()).toBe(1);
  });

  it("reports an unreachable host instead of throwing", async () => {
    const { session } = await start(
      {},
      { oapiBaseUrl: "http://127.0.0.1:1", apiBaseUrl: "http://127.0.0.1:1" },
    );
    const report = await session.test(context);
    expect(report).toMatchObject({ ok: false, problems: [{ code: "refused-connection" }] });
  });

  it("says that a root department does not exist", async () => {
    const { session } = await start({}, { rootDepartmentId: "424242" });
    const report = await session.test(context);
    expect(report.ok).toBe(false);
    expect(report.problems.map(({ code }) => code)).toContain("60003");
  });
});
