import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/scim/schema/attribute.js";
import {
  ENTERPRISE_USER_URN,
  ORGANIZATION_GROUP_URN,
  ORGANIZATION_USER_URN,
} from "../../../src/scim/schema/urns.js";
import { shareCompany } from "./share-company.js";

const company = shareCompany({ listedUsers: "documented", separatorsInDepartmentNames: "taken" });
const { engine, addGroup, addUser, join, patch, byHand, held, remoteIdOf, attributes, reconcile } = company;

const configure = async (mapping: JsonObject, drift: JsonObject) => {
  await engine.connections.update(engine.context, engine.connectionId, { mapping, policy: { drift } });
  await engine.drain();
};
const department = async (id: string, changes: JsonObject) =>
  engine.simulator.act("/topapi/v2/department/update", { dept_id: Number(await remoteIdOf(id)), ...changes });

describe("a value that is adopted", { timeout: 60_000 }, () => {
  it("goes to the attribute that the connection's mapping names [000-15]", async () => {
    await configure(
      {
        fields: { title: { from: "nickName" }, remark: { from: `${ENTERPRISE_USER_URN}:costCenter` } },
        customFields: { 工位: { from: "userType", transform: "lowerCase" } },
      },
      { default: "adopt" },
    );
    const person = await addUser("李二", {
      title: "不相干",
      nickName: "工程师",
      userType: "A-12",
      [ENTERPRISE_USER_URN]: { costCenter: "C1" },
    });
    await engine.drain();
    byHand(person, { title: "经理", remark: "C2", extension: JSON.stringify({ 工位: "b-7" }) });
    const { run, rows } = await reconcile();
    expect(run.status).toBe("succeeded");
    expect(rows).toMatchObject([{ action: "adopt", result: "done" }]);
    expect(await attributes("User", person)).toMatchObject({
      title: "不相干",
      nickName: "经理",
      userType: "b-7",
      [ENTERPRISE_USER_URN]: { costCenter: "C2" },
    });
    expect((await reconcile()).rows).toEqual([]);
    expect(engine.made).toEqual([]);
  });

  it("that no value in SCIM would make again fails by itself; what else differs is adopted or pushed", async () => {
    await configure(
      { fields: { title: { from: "nickName", transform: "upperCase" }, remark: { from: "userType" } } },
      { default: "adopt", users: { name: "push" } },
    );
    const person = await addUser("李二", { nickName: "cto", userType: "C1" });
    await engine.drain();
    byHand(person, { title: "Ceo", remark: "C2", name: "李贰" });
    const { run, rows } = await reconcile();
    expect(run.status).toBe("partial");
    expect(rows).toMatchObject([
      {
        result: "failed",
        reason: {
          code: "not-adoptable",
          message: expect.stringMatching(/^title cannot be adopted.*transform upperCase/),
          remedy: "Choose push or ignore for this field.",
        },
      },
    ]);
    expect(await attributes("User", person)).toMatchObject({
      nickName: "cto",
      userType: "C2",
      displayName: "李二",
    });
    await engine.drain();
    expect(held(person)).toMatchObject({ title: "Ceo", remark: "C2", name: "李二" });
    expect((await reconcile()).rows).toMatchObject([{ drifts: [{ field: "title" }] }]);
  });

  it("may be the mobile and the extension of one person at once", async () => {
    await configure({}, { default: "adopt" });
    const phoneNumbers = [
      { type: "mobile", value: "13900000001" },
      { type: "work", value: "0571-1" },
    ];
    const person = await addUser("李二", { phoneNumbers });
    await engine.drain();
    engine.simulator.act("/topapi/v2/user/delete", { userid: person });
    const again = {
      userid: person,
      name: "李二",
      mobile: "13900000002",
      telephone: "0571-2",
      dept_id_list: "1",
    };
    engine.simulator.act("/topapi/v2/user/create", again);
    expect((await reconcile()).run.status).toBe("succeeded");
    expect(await attributes("User", person)).toMatchObject({
      phoneNumbers: [
        { type: "mobile", value: "13900000002" },
        { type: "work", value: "0571-2" },
      ],
    });
  });

  it("may be a job, a place or the main department by department, or who leads one", async () => {
    const [first, second] = [await addGroup("研发"), await addGroup("市场")];
    const person = await addUser("李二", {
      [ORGANIZATION_USER_URN]: {
        mainDepartment: first,
        departments: [
          { value: first, title: "工程师", order: 300 },
          { value: second, title: "顾问" },
        ],
      },
    });
    const other = await addUser("王一");
    for (const group of [first, second]) await join(group, person);
    await join(first, other);
    await patch("Group", first, {
      op: "add",
      value: { [ORGANIZATION_GROUP_URN]: { order: 5, managers: [{ value: person }] } },
    });
    await configure({}, { default: "adopt" });
    byHand(person, {
      dept_order_list: [{ dept_id: Number(await remoteIdOf(first)), order: 999 }],
      dept_position_list: [
        { dept_id: Number(await remoteIdOf(first)), title: "经理", is_main: false },
        { dept_id: Number(await remoteIdOf(second)), title: "顾问", is_main: true },
      ],
    });
    await department(first, { order: 7, dept_manager_userid_list: `${person},${other}` });
    const { run, rows } = await reconcile();
    expect({ status: run.status, results: rows.map(({ result }) => result) }).toEqual({
      status: "succeeded",
      results: ["done", "done"],
    });
    expect(await attributes("User", person)).toMatchObject({
      [ORGANIZATION_USER_URN]: {
        mainDepartment: second,
        departments: [
          { value: first, title: "经理", order: 999 },
          { value: second, title: "顾问" },
        ],
      },
    });
    expect(await attributes("Group", first)).toMatchObject({
      [ORGANIZATION_GROUP_URN]: { order: 7, managers: [{ value: person }, { value: other }] },
    });
    expect((await reconcile()).rows).toEqual([]);
  });

  it("is no department name that the rule for names would change", async () => {
    const group = await addGroup("研发");
    await configure({}, { default: "adopt" });
    await department(group, { name: "研发-北京" });
    expect((await reconcile()).rows).toMatchObject([{ result: "failed", reason: { code: "not-adoptable" } }]);
    expect(await attributes("Group", group)).toMatchObject({ displayName: "研发" });
  });
});
