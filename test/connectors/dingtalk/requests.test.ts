import { afterEach, describe, expect, it } from "vitest";
import { failsWith } from "../contract/fails-with.js";
import { type OpenSession, openSession } from "./session.js";

const context = { correlationId: "req-1" };
const USER = "/topapi/v2/user";
const DEPARTMENT = "/topapi/v2/department";

let open: OpenSession | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function start() {
  const opened = await openSession();
  open = opened;
  const sent = (path: string) => opened.simulator.requests.all(path).map(({ parameters }) => parameters);
  return { ...opened, sent };
}

async function startWithUser() {
  const started = await start();
  const profile = { name: "李娜", mobile: "13800138000", departmentRemoteIds: ["1"] };
  await started.session.users.create({ ...context, remoteId: "u1", profile });
  const update = (changes: Parameters<typeof started.session.users.update>[0]["changes"], previous = ["1"]) =>
    started.session.users.update({
      ...context,
      remoteId: "u1",
      changes,
      previousDepartmentRemoteIds: previous,
    });
  return { ...started, update };
}

describe("a person's create", () => {
  it("sends the fields in DingTalk's names and forms", async () => {
    const { session, sent, simulator } = await start();
    const parent = simulator.act(`${DEPARTMENT}/create`, { name: "甲", parent_id: 1 }) as {
      result: { dept_id: number };
    };
    const department = String(parent.result.dept_id);
    const mobile = "13800138001";
    simulator.act(`${USER}/create`, { userid: "boss", name: "王", mobile, dept_id_list: "1" });
    const profile = {
      name: "李娜",
      mobile: "+86 138 0013 8000",
      email: "li@example.com",
      title: "工程师",
      jobNumber: "A1",
      telephone: "010-1",
      workPlace: "北京",
      hiredDate: 1_700_000_000_000,
      managerRemoteId: "boss",
      departmentRemoteIds: ["1", department],
    };
    await session.users.create({ ...context, remoteId: "u1", profile });
    expect(sent(`${USER}/create`)).toEqual([
      {
        userid: "u1",
        name: "李娜",
        mobile: "13800138000",
        email: "li@example.com",
        title: "工程师",
        job_number: "A1",
        telephone: "010-1",
        work_place: "北京",
        hired_date: 1_700_000_000_000,
        manager_userid: "boss",
        dept_id_list: `1,${department}`,
      },
    ]);
  });

  it("is not sent with a mobile or a department that can not be written", async () => {
    const { session, simulator } = await start();
    const create = (mobile: string, departmentRemoteIds: string[]) =>
      session.users.create({
        ...context,
        remoteId: "u1",
        profile: { name: "李", mobile, departmentRemoteIds },
      });
    const bad = await failsWith(create("12", ["1"]), "rejected", { code: "invalid-mobile", field: "mobile" });
    expect(bad.message).not.toContain("12");
    for (const ids of [["9007199254740993"], ["-7"], ["1,2"], ["abc"]]) {
      await failsWith(create("13800138000", ids), "rejected", { field: "departmentRemoteIds" });
    }
    await failsWith(create("13800138000", []), "rejected", { code: "no-department" });
    expect(simulator.requests.count()).toBe(0);
  });

  it("that leads to an invitation is awaited", async () => {
    const { session, simulator } = await start();
    simulator.faults.add({ kind: "error", code: 40103, path: `${USER}/create`, times: 1 });
    const profile = { name: "李", mobile: "13800138000", departmentRemoteIds: ["1"] };
    await failsWith(session.users.create({ ...context, remoteId: "u1", profile }), "awaiting", {
      code: "40103",
    });
  });
});

describe("a person's update", () => {
  it("sends what changed and nothing else", async () => {
    const { update, sent } = await startWithUser();
    await update({ title: "主任" });
    expect(sent(`${USER}/update`)).toEqual([{ userid: "u1", title: "主任" }]);
  });

  it("forces an empty manager, and clears texts by an empty text", async () => {
    const { update, sent } = await startWithUser();
    await update({ managerRemoteId: null, title: null, workPlace: null });
    expect(sent(`${USER}/update`)).toEqual([
      { userid: "u1", title: "", work_place: "", manager_userid: "", force_update_fields: "manager_userid" },
    ]);
  });

  it("makes no call when only what DingTalk can not change has changed", async () => {
    const { update, sent } = await startWithUser();
    const { warnings } = await update({ mobile: "13900139000", hiredDate: null, name: null });
    expect(warnings).toHaveLength(3);
    expect(sent(`${USER}/update`)).toEqual([]);
  });

  it("leaves the departments out when the person is in them already", async () => {
    const { update, sent } = await startWithUser();
    await update({ departmentRemoteIds: ["1"] }, []);
    expect(sent(`${USER}/get`)).toHaveLength(1);
    expect(sent(`${USER}/update`)).toEqual([]);
  });

  it("refuses to leave a person without department", async () => {
    const { update } = await startWithUser();
    await failsWith(update({ departmentRemoteIds: [] }), "rejected", { code: "no-department" });
  });
});

describe("a person's removal", () => {
  it.each([33012, 60121, 60111, 40003])("is done when the answer is %d", async (code) => {
    const { session, simulator } = await start();
    simulator.faults.add({ kind: "error", code, path: `${USER}/delete` });
    await expect(session.users.remove({ ...context, remoteId: "u1" })).resolves.toBeUndefined();
  });

  it("fails on any other refusal", async () => {
    const { session, simulator } = await start();
    simulator.faults.add({ kind: "error", code: 50002, path: `${USER}/delete` });
    await failsWith(session.users.remove({ ...context, remoteId: "u1" }), "rejected", { code: "50002" });
  });
});

describe("a department's calls", () => {
  it("stamp a new department and never open a chat group", async () => {
    const { session, sent } = await start();
    const profile = { name: "研发", parentRemoteId: "1", order: 5, sourceId: "g-1" };
    await session.departments.create({ ...context, profile });
    expect(sent(`${DEPARTMENT}/create`)).toEqual([
      { name: "研发", parent_id: 1, order: 5, source_identifier: "g-1", create_dept_group: false },
    ]);
  });

  it("send what changed and nothing else", async () => {
    const { session, sent } = await start();
    const profile = { name: "研发", parentRemoteId: "1", sourceId: "g-1" };
    const { remoteId } = await session.departments.create({ ...context, profile });
    await session.departments.update({ ...context, remoteId, changes: { order: 2 } });
    const { warnings } = await session.departments.update({ ...context, remoteId, changes: { order: null } });
    expect(warnings).toHaveLength(1);
    expect(sent(`${DEPARTMENT}/update`)).toEqual([{ dept_id: Number(remoteId), order: 2 }]);
  });

  it("keep a 64-bit order of another department from doing harm", async () => {
    const { session, simulator } = await start();
    const body = '{"errcode":0,"result":{"dept_id":7,"name":"x","parent_id":1,"order":179999999999999999}}';
    simulator.faults.add({ kind: "answer", status: 200, body, path: `${DEPARTMENT}/get` });
    expect(await session.departments.get({ ...context, remoteId: "7" })).toEqual({
      remoteId: "7",
      name: "x",
      parentRemoteId: "1",
    });
  });

  it("keep a 64-bit id as its digits and refuse to write it rounded", async () => {
    const { session, simulator } = await start();
    const body = '{"errcode":0,"result":{"dept_id":9007199254740993}}';
    simulator.faults.add({ kind: "answer", status: 200, body, path: `${DEPARTMENT}/create` });
    const profile = { name: "研发", parentRemoteId: "1", sourceId: "g-1" };
    const { remoteId } = await session.departments.create({ ...context, profile });
    expect(remoteId).toBe("9007199254740993");
    await failsWith(session.departments.get({ ...context, remoteId }), "rejected", {
      code: "bad-department-id",
    });
  });
});
