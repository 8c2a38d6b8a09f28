import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/scim/schema/attribute.js";
import { ORGANIZATION_GROUP_URN, ORGANIZATION_USER_URN } from "../../../src/scim/schema/urns.js";
import { shareCompany } from "./share-company.js";

const { engine, addGroup, addUser, join, patch, query, byHand, held, remoteIdOf, reconcile, callsOf } =
  shareCompany({
    listedUsers: "documented",
    companyMail: true,
    enterpriseAccounts: true,
  });

const map = async (mapping: JsonObject) => {
  await engine.connections.update(engine.context, engine.connectionId, { mapping });
  await engine.drain();
};
const GET = "/topapi/v2/user/get";
const UPDATE = "/topapi/v2/user/update";

/** Somebody of whom DingTalk was sent all that can be sent. */
async function company() {
  const [first, second] = [await addGroup("研发"), await addGroup("市场")];
  await map({
    fields: {
      orgEmail: { from: 'emails[type eq "company"].value' },
      seniorMode: { from: "userType" },
      language: { from: "preferredLanguage" },
    },
    customFields: { 工位: "nickName", 车牌: "profileUrl" },
  });
  const person = await addUser("李二", {
    userType: "true",
    preferredLanguage: "zh-CN",
    nickName: "A-12",
    profileUrl: "https://example.com/li",
    emails: [{ type: "company", value: "li@corp.example.com" }],
    [ORGANIZATION_USER_URN]: {
      mainDepartment: first,
      departments: [
        { value: first, title: "工程师", order: 300 },
        { value: second, title: "顾问" },
      ],
    },
  });
  const plain = await addUser("王一");
  for (const group of [first, second]) await join(group, person);
  await join(first, plain);
  await engine.drain();
  const [firstId, secondId] = [await remoteIdOf(first), await remoteIdOf(second)];
  return { first, second, person, plain, firstId, secondId };
}

const fieldsOf = (rows: readonly { drifts: { field: string }[] }[]) =>
  rows.flatMap(({ drifts }) => drifts.map(({ field }) => field)).sort();

describe("a run that looks at everything", { timeout: 60_000 }, () => {
  it("finds and repairs what only the read of one person shows [000-15]", async () => {
    const { person, firstId, secondId } = await company();
    const before = held(person);
    byHand(person, {
      senior_mode: false,
      org_email: "other@corp.example.com",
      extension: JSON.stringify({ 工位: "B-1", 车牌: "", 别的: "x" }),
      dept_order_list: [{ dept_id: Number(firstId), order: 999 }],
      dept_position_list: [
        { dept_id: Number(firstId), title: "经理", is_main: false },
        { dept_id: Number(secondId), title: "顾问", is_main: true },
      ],
    });
    const { run, rows } = await reconcile();
    expect(run).toMatchObject({ status: "succeeded", depth: "full" });
    expect(rows).toMatchObject([{ kind: "drift", resourceId: person, action: "push", result: "done" }]);
    expect(fieldsOf(rows)).toEqual([
      "customFields.工位",
      "customFields.车牌",
      "departmentOrders",
      "orgEmail",
      "positions",
      "seniorMode",
    ]);
    expect(rows[0]?.drifts).toContainEqual({
      field: "customFields.车牌",
      expected: "https://example.com/li",
      found: null,
      choice: "push",
    });
    // DingTalk tells the language to nobody.
    expect(run.progress.notComparable).toEqual({ language: 1 });
    expect(held(person)).toMatchObject({
      senior: true,
      org_email: before["org_email"],
      dept_order_list: before["dept_order_list"],
      dept_position_list: before["dept_position_list"],
    });
    expect(JSON.parse(String(held(person)["extension"]))).toEqual({
      工位: "A-12",
      车牌: "https://example.com/li",
      别的: "x",
    });
    expect((await reconcile()).rows).toEqual([]);
    expect(engine.made).toEqual([]);
  });

  it("reads singly only those of whom a list leaves something out that was sent", async () => {
    const { person } = await company();
    await reconcile();
    expect(callsOf(GET)).toBe(1);
    byHand(person, { senior_mode: false, title: "由人改过" });
    const { rows, run } = await reconcile({ depth: "listed" });
    expect(callsOf(GET)).toBe(0);
    expect(rows).toEqual([]);
    expect(run.progress.notComparable).toEqual({
      departmentOrders: 1,
      language: 1,
      positions: 1,
      seniorMode: 1,
    });
  });

  it("leaves departments and their titles alone that others gave the person", async () => {
    const { person, firstId, secondId } = await company();
    engine.simulator.act("/topapi/v2/department/create", { name: "工会", parent_id: 1 });
    const union = engine.simulator.state().departments.find(({ name }) => name === "工会");
    byHand(person, {
      dept_id_list: `${firstId},${secondId},${union?.dept_id}`,
      dept_position_list: [
        { dept_id: Number(firstId), title: "工程师", is_main: true },
        { dept_id: Number(secondId), title: "顾问", is_main: false },
        { dept_id: union?.dept_id, title: "主席", is_main: false },
      ],
    });
    expect((await reconcile()).rows.filter(({ kind }) => kind === "drift")).toEqual([]);
  });

  it("compares the managers and the order of departments", async () => {
    const { first, firstId, person, plain } = await company();
    await patch("Group", first, {
      op: "add",
      value: { [ORGANIZATION_GROUP_URN]: { order: 5, managers: [{ value: person }] } },
    });
    await engine.drain();
    engine.simulator.act("/topapi/v2/department/update", {
      dept_id: Number(firstId),
      order: 9,
      dept_manager_userid_list: plain,
    });
    const { rows } = await reconcile();
    expect(fieldsOf(rows)).toEqual(["managerRemoteIds", "order"]);
    const department = engine.simulator
      .state()
      .departments.find(({ dept_id }) => String(dept_id) === firstId);
    expect(department).toMatchObject({ order: 5, dept_manager_userid_list: [person] });
  });

  it("says of an account of another kind that nobody can change that, and leaves the rest of it in line", async () => {
    const { plain, firstId } = await company();
    engine.simulator.act("/topapi/v2/user/delete", { userid: plain });
    const account = { exclusive_account: true, exclusive_account_type: "sso" };
    engine.simulator.act("/topapi/v2/user/create", {
      userid: plain,
      name: "王一",
      dept_id_list: firstId,
      ...account,
    });
    const { run, rows } = await reconcile();
    expect(run.status).toBe("partial");
    expect(rows).toMatchObject([
      {
        resourceId: plain,
        drifts: [{ field: "account", expected: null, found: { signIn: "sso" } }],
        result: "failed",
        reason: { code: "account-kind" },
      },
    ]);
    expect(callsOf(UPDATE)).toBe(0);
  });
});

describe("a field that the mapping leaves out", { timeout: 60_000 }, () => {
  it("is no difference, whatever was sent once: mobile, title, titles by department, custom fields [002-14]", async () => {
    const { person, plain, firstId, secondId } = await company();
    const mobile = "13912345678";
    await map({
      fields: { mobile: false, title: false, departmentTitles: false, departmentOrders: false },
    });
    // Nobody can change a number at DingTalk but the person; an administrator removes and adds them.
    const again = { userid: plain, name: "王一", mobile, dept_id_list: firstId };
    engine.simulator.act("/topapi/v2/user/delete", { userid: plain });
    engine.simulator.act("/topapi/v2/user/create", again);
    byHand(plain, { title: "由人改过" });
    byHand(person, {
      extension: JSON.stringify({ 工位: "B-1" }),
      senior_mode: false,
      org_email: "other@corp.example.com",
      dept_order_list: [{ dept_id: Number(firstId), order: 999 }],
      dept_position_list: [
        { dept_id: Number(firstId), title: "经理", is_main: true },
        { dept_id: Number(secondId), title: "董事", is_main: false },
      ],
    });
    const { run, rows } = await reconcile();
    expect({ status: run.status, rows }).toEqual({ status: "succeeded", rows: [] });
    expect(engine.made).toEqual([]);
    expect(held(plain)).toMatchObject({ mobile, title: "由人改过" });
  });

  it("is left alone even where it still counts as sent", async () => {
    const { plain } = await company();
    await patch("User", plain, { op: "replace", path: "title", value: "工程师" });
    await engine.drain();
    await engine.connections.update(engine.context, engine.connectionId, {
      mapping: { fields: { title: false } },
    });
    await query("update delivery set state = 'synced'");
    byHand(plain, { title: "由人改过" });
    expect((await reconcile()).rows).toEqual([]);
  });
});
