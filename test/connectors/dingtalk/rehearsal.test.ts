import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ConnectorSession, VendorCall } from "../../../src/connectors/connector.js";
import { createDingTalkConnector } from "../../../src/connectors/dingtalk/index.js";
import type { ConnectorError } from "../../../src/connectors/errors.js";
import { type OpenSession, openSession } from "./session.js";

let open: OpenSession;
let session: ConnectorSession;
const calls: VendorCall[] = [];
const written = new Map<string, unknown>();
const reserved: string[] = [];
const context = { correlationId: "c-1" };

beforeAll(async () => {
  open = await openSession();
  const connector = createDingTalkConnector();
  const { simulator, clock } = open;
  session = connector.open(
    connector.parseSettings({
      ...simulator.credentials,
      oapiBaseUrl: simulator.url,
      apiBaseUrl: simulator.url,
    }),
    {
      clock,
      pacer: { reserve: async (path) => void reserved.push(path), penalise: async () => undefined },
      onCall: (call) => calls.push(call),
      rehearsal: { written, read: (_key, send) => send() },
    },
  );
});
afterAll(async () => {
  await session.close();
  await open.close();
});
beforeEach(() => {
  calls.length = 0;
  reserved.length = 0;
  written.clear();
});

const planned = () => calls.filter((call) => call.planned).map(({ path, outcome }) => [path, outcome]);
const refused = (work: Promise<unknown>): Promise<ConnectorError> =>
  work.then(
    () => Promise.reject(new Error("it was not refused")),
    (error: ConnectorError) => error,
  );
const department = (name: string, parentRemoteId = "1") => ({ name, parentRemoteId, sourceId: `of ${name}` });
const person = (mobile: string, ...departmentRemoteIds: string[]) => ({
  name: "王一",
  mobile,
  departmentRemoteIds,
});

describe("a rehearsal at DingTalk", () => {
  it("records a write as it would go out, with the number masked, and sends nothing", async () => {
    const { remoteId } = await session.departments.create({ ...context, profile: department("研发") });
    await session.users.create({ ...context, remoteId: "u-1", profile: person("19900001111", remoteId) });
    expect(calls.filter((call) => call.planned)).toMatchObject([
      {
        method: "POST",
        path: "/topapi/v2/department/create",
        outcome: "ok",
        request: { name: "研发", parent_id: 1, source_identifier: "of 研发", create_dept_group: false },
      },
      {
        path: "/topapi/v2/user/create",
        request: { userid: "u-1", name: "王一", mobile: "199******11", dept_id_list: remoteId },
      },
    ]);
    expect(open.simulator.state().users).toEqual([]);
    expect(open.simulator.state().departments.map((one) => one.name)).toHaveLength(1);
    expect(reserved).not.toContain("/topapi/v2/user/create");
  });

  it("goes on as if it had written", async () => {
    const top = await session.departments.create({ ...context, profile: department("总部") });
    const team = await session.departments.create({ ...context, profile: department("组", top.remoteId) });
    await session.users.create({ ...context, remoteId: "u-1", profile: person("19900001111", top.remoteId) });
    expect(await session.departments.get({ ...context, remoteId: team.remoteId })).toEqual({
      remoteId: team.remoteId,
      name: "组",
      parentRemoteId: top.remoteId,
      sourceId: "of 组",
    });
    expect(await session.departments.find({ ...context, ...department("组", top.remoteId) })).toMatchObject({
      remoteId: team.remoteId,
    });
    await session.users.update({
      ...context,
      remoteId: "u-1",
      changes: { departmentRemoteIds: [team.remoteId] },
      previousDepartmentRemoteIds: [top.remoteId],
    });
    expect(await session.users.findByMobile({ ...context, mobile: "19900001111" })).toMatchObject({
      remoteId: "u-1",
      departmentRemoteIds: [team.remoteId],
    });
    await session.users.remove({ ...context, remoteId: "u-1" });
    expect(await session.users.get({ ...context, remoteId: "u-1" })).toBeUndefined();
    await session.departments.remove({ ...context, remoteId: team.remoteId });
    expect(await session.departments.get({ ...context, remoteId: team.remoteId })).toBeUndefined();
  });

  it("gives a department the same stand-in for an id each time, and another one to each", async () => {
    const one = await session.departments.create({ ...context, profile: department("研发") });
    const two = await session.departments.create({ ...context, profile: department("市场") });
    written.clear();
    const again = await session.departments.create({ ...context, profile: department("研发") });
    expect(again.remoteId).toBe(one.remoteId);
    expect(two.remoteId).not.toBe(one.remoteId);
    expect(Number.isSafeInteger(Number(one.remoteId))).toBe(true);
  });

  it("makes, renames and gives roles as if it had, and foresees what stands in the way", async () => {
    const { roles, users } = session;
    await users.create({ ...context, remoteId: "u-1", profile: person("19900001111", "1") });
    const groupRemoteId = await roles.createGroup({ ...context, name: "SCIM" });
    expect(await roles.findGroup({ ...context, name: "SCIM" })).toBe(groupRemoteId);
    const { remoteId } = await roles.create({ ...context, groupRemoteId, name: "审批人" });
    await roles.rename({ ...context, remoteId, name: "财务" });
    expect(await roles.find({ ...context, groupRemoteId, name: "财务" })).toMatchObject({ remoteId });
    expect((await refused(roles.create({ ...context, groupRemoteId, name: "财务" }))).kind).toBe("conflict");
    await roles.assign({ ...context, userRemoteId: "u-1", roleRemoteIds: [remoteId] });
    expect(await roles.listHolders({ ...context, remoteId })).toEqual({ userRemoteIds: ["u-1"] });
    expect((await refused(roles.remove({ ...context, remoteId }))).facts.code).toBe("role-held");
    const nobody = roles.assign({ ...context, userRemoteId: "gone", roleRemoteIds: [remoteId] });
    expect((await refused(nobody)).kind).toBe("not-found");
    await roles.withdraw({ ...context, userRemoteId: "u-1", roleRemoteIds: [remoteId] });
    await roles.remove({ ...context, remoteId });
    expect(await roles.get({ ...context, remoteId })).toBeUndefined();
    expect(planned().map(([path]) => path)).toEqual([
      "/topapi/v2/user/create",
      "/role/add_role_group",
      "/role/add_role",
      "/role/update_role",
      "/role/add_role",
      "/topapi/role/addrolesforemps",
      "/topapi/role/addrolesforemps",
      "/topapi/role/removerolesforemps",
      "/topapi/role/deleterole",
    ]);
    expect(open.simulator.state().roleGroups).toEqual([]);
  });

  it("foresees what DingTalk would refuse, by what is there and by what was rehearsed", async () => {
    const real = await open.session.departments.create({ ...context, profile: department("真") });
    await open.session.users.create({
      ...context,
      remoteId: "real",
      profile: person("19900002222", real.remoteId),
    });
    const expected: [() => Promise<unknown>, string, string][] = [
      [
        () => session.users.create({ ...context, remoteId: "real", profile: person("19900003333", "1") }),
        "conflict",
        "60102",
      ],
      [
        () => session.users.create({ ...context, remoteId: "u-2", profile: person("19900002222", "1") }),
        "conflict",
        "60104",
      ],
      [() => session.departments.create({ ...context, profile: department("真") }), "conflict", "60008"],
      [
        () =>
          session.users.update({
            ...context,
            remoteId: "gone",
            changes: { title: "x" },
            previousDepartmentRemoteIds: [],
          }),
        "not-found",
        "60121",
      ],
      [
        () => session.departments.remove({ ...context, remoteId: real.remoteId }),
        "dependency-missing",
        "60005",
      ],
      [
        () => session.departments.update({ ...context, remoteId: "77777", changes: { name: "y" } }),
        "not-found",
        "60003",
      ],
    ];
    for (const [work, kind, code] of expected) {
      const error = await refused(work());
      expect([error.kind, error.facts.code]).toEqual([kind, code]);
    }
    expect(planned().map(([, outcome]) => outcome)).toEqual(expected.map(([, , code]) => code));
    // Once the person has left in the rehearsal, the department may go.
    await session.users.remove({ ...context, remoteId: "real" });
    await session.departments.remove({ ...context, remoteId: real.remoteId });
    expect(open.simulator.state().users).toHaveLength(1);
  });
});
