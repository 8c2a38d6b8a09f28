import { beforeEach, describe, expect, it } from "vitest";
import {
  NoCompleteReportError,
  ReportActiveError,
} from "../../../src/provisioning/adoption/report/reports.js";
import {
  DICTIONARY_USER_URN as DICTIONARY,
  ENTERPRISE_USER_URN as ENTERPRISE,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
} from "../../../src/scim/schema/urns.js";
import { shareEngine } from "../share-engine.js";
import { makeReport } from "./make-report.js";

const { engine, database, query, addGroup, addUser, join, fail } = shareEngine();

const phone = (value: string) => ({ phoneNumbers: [{ type: "mobile", value }] });
const number = (employeeNumber: string) => ({ [ENTERPRISE]: { employeeNumber } });

function account(remoteId: string, extra: object) {
  engine.vendor.users.set(remoteId, {
    remoteId,
    name: remoteId,
    mobile: `1380000${remoteId.slice(1).padStart(4, "0")}`,
    departmentRemoteIds: ["1"],
    ...extra,
  });
}
const department = (remoteId: string, name: string, parentRemoteId = "1", extra = {}) =>
  engine.vendor.departments.set(remoteId, { remoteId, name, parentRemoteId, ...extra });

const given = () => ({
  database: database(),
  clock: engine.clock,
  connections: engine.openConnections,
  context: engine.context,
  connectionId: engine.connectionId,
});
async function report() {
  const made = await makeReport(given());
  const { tenantId } = engine.context;
  const { connectionId } = engine;
  const listed = await made.adoption.proposals.list(tenantId, { connectionId, limit: 200 });
  const unmatched = async (side: "scim" | "vendor", resourceType: "User" | "Group" = "User") => {
    const query = { side, resourceType, after: undefined, limit: 200 };
    const { entries } = await made.adoption.reports.unmatched(tenantId, connectionId, query);
    return entries.map(({ name }) => name).sort();
  };
  const lines = listed.map(
    (one) =>
      `${one.resourceName} ${one.remoteId} ${one.contested ? "conflict" : one.strength} ` +
      `+${one.agree.join(",")} -${one.disagree.join(",")}`,
  );
  return { ...made, listed, lines: lines.sort(), unmatched };
}

beforeEach(async () => {
  await query("truncate adoption_report, adoption_entry, adoption_pair");
  await engine.connections.disable(engine.context, engine.connectionId);
});

describe("a report of what exists, before the first run [001-29]", () => {
  it("tells for everybody who they may be and how much speaks for it", async () => {
    account("x1", { name: "王一", mobile: "13900000001" });
    account("x2", { name: "李二", mobile: "13900000002", jobNumber: "B2" });
    account("x3", { name: "张三", mobile: "13900000003" });
    account("x4", { name: "赵四", mobile: "13900000044" });
    account("x5", { name: "孙五", mobile: "13900000005", jobNumber: "E5" });
    account("x8", { name: "外人" });
    await addUser("王一", phone("+86 139 0000 0001"));
    await addUser("李二", { ...phone("13900000002"), ...number("A2") });
    await addUser("张三丰", phone("13900000003"));
    await addUser("赵四", phone("13900000004"));
    await addUser("钱五", { ...phone("13900000055"), ...number("E5") });
    await addUser("新人", phone("13900000009"));
    const { report: made, lines, unmatched } = await report();
    expect(made).toMatchObject({ status: "succeeded", reason: null });
    expect(lines).toEqual(
      [
        "王一 x1 certain +mobile,name -",
        "李二 x2 probable +mobile,name -jobNumber",
        "张三丰 x3 weak +mobile -name",
        "赵四 x4 weak +name -mobile",
      ].sort(),
    );
    expect(await unmatched("scim")).toEqual(["新人", "钱五"].sort());
    expect(await unmatched("vendor")).toEqual(["外人", "孙五"].sort());
    expect(made.summary).toMatchObject({
      wholeCompany: true,
      people: { unlinked: 6, named: 0, toBeCreated: 2, leftAlone: 2 },
    });
  });

  it("reads by lists only, and writes nothing", async () => {
    account("x1", { name: "王一", mobile: "13900000001" });
    department("77", "研发");
    await addUser("王一", phone("13900000001"));
    await addGroup("研发");
    engine.vendor.calls.length = 0;
    await report();
    expect(new Set(engine.vendor.calls.map(({ operation }) => operation))).toEqual(
      new Set(["readScope", "departments.listChildren", "departments.read", "users.listMembers"]),
    );
  });

  it("calls two people for one account, and two accounts for one person, conflicts", async () => {
    account("x1", { name: "王一", mobile: "13900000001" });
    await addUser("王一", phone("13900000001"));
    await addUser("王一", phone("13900000001"));
    account("x3", { name: "李二", jobNumber: "E3" });
    account("x4", { name: "李二", jobNumber: "E3" });
    await addUser("李二", { ...phone("13900000009"), ...number("E3") });
    const { lines } = await report();
    expect(lines).toEqual(
      [
        "王一 x1 conflict +mobile,name -",
        "王一 x1 conflict +mobile,name -",
        "李二 x3 conflict +name,jobNumber -mobile",
        "李二 x4 conflict +name,jobNumber -mobile",
      ].sort(),
    );
  });

  it("lets more go before less: who shares a number with somebody who is certain is nobody's rival", async () => {
    account("x1", { name: "王一", mobile: "13900000001" });
    await addUser("王一", phone("13900000001"));
    await addUser("王二", phone("13900000001"));
    const { lines, unmatched } = await report();
    expect(lines).toEqual(["王一 x1 certain +mobile,name -"]);
    expect(await unmatched("scim")).toEqual(["王二"]);
  });

  it("takes a value that many share for nothing", async () => {
    for (let n = 0; n < 8; n++) {
      account(`x${n}`, { name: `甲${n}`, jobNumber: "0" });
      await addUser(`乙${n}`, number("0"));
    }
    for (const id of ["y1", "y2"]) account(id, { name: "同名", mobile: `139111100${id.slice(1)}` });
    await addUser("同名");
    expect((await report()).lines).toEqual([]);
  });

  it("goes by the configured witnesses", async () => {
    await engine.setPolicy({ adoption: { witnesses: { people: [["jobNumber"]] } } });
    account("x1", { name: "Wang Yi", jobNumber: "E1" });
    await addUser("王一", { ...phone("13900000001"), ...number("E1") });
    expect((await report()).lines).toEqual(["王一 x1 probable +jobNumber -mobile,name"]);
  });

  it("leaves out who is named, inactive, out of the scope or linked", async () => {
    account("x1", { name: "王一", mobile: "13900000001" });
    account("x2", { name: "李二", mobile: "13900000002" });
    account("x3", { name: "张三", mobile: "13900000003" });
    await addUser("王一", { ...phone("13900000001"), [DICTIONARY]: { ddAccountId: "x1" } });
    await addUser("李二", { ...phone("13900000002"), active: false });
    await addUser("张三", { ...phone("13900000003"), userType: "Guest" });
    await engine.connections.update(engine.context, engine.connectionId, {
      scope: { exclude: 'userType eq "Guest"' },
    });
    const { lines, report: made, unmatched } = await report();
    expect(lines).toEqual([]);
    expect(made.summary).toMatchObject({ people: { unlinked: 1, named: 1, toBeCreated: 0 } });
    expect(await unmatched("vendor")).toEqual(["李二", "张三"].sort());
  });

  it("finds departments by their name below the counterpart of their parent, level by level", async () => {
    department("10", "研发");
    department("11", "平台", "10");
    department("12", "平台");
    department("13", "工会", "11");
    department("14", "财务", "1", { sourceId: "another system" });
    const top = await addGroup("研发");
    const middle = await addGroup("平台", { [ORGANIZATION]: { parent: { value: top } } });
    await addGroup("架构", { [ORGANIZATION]: { parent: { value: middle } } });
    await addGroup("工会", { [ORGANIZATION]: { parent: { value: middle } } });
    await addGroup("财务");
    const { lines, unmatched } = await report();
    expect(lines).toEqual(
      [
        "研发 10 certain +name,parent -",
        "平台 11 certain +name,parent -",
        "工会 13 certain +name,parent -",
        "财务 14 weak +name,parent -stamp",
      ].sort(),
    );
    expect(await unmatched("scim", "Group")).toEqual(["架构"]);
    expect(await unmatched("vendor", "Group")).toEqual(["平台"]);
  });
});

describe("what a report proposed", () => {
  it("is linked by automatic deliveries, also by witnesses that DingTalk cannot be asked for", async () => {
    await engine.setPolicy({ adoption: { witnesses: { people: [["jobNumber"]] } } });
    account("x1", { name: "Wang Yi", jobNumber: "E1" });
    const person = await addUser("王一", { phoneNumbers: [], ...number("E1") });
    await report();
    await engine.connections.enable(engine.context, engine.connectionId);
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe("synced");
    expect([...engine.vendor.users.values()]).toMatchObject([{ remoteId: "x1", name: "王一" }]);
  });

  it("is carried out in manual mode as it was decided before the connection was on, parents first", async () => {
    await engine.setPolicy({ adoption: { mode: "manual" } });
    department("10", "研发");
    department("11", "平台", "10");
    account("x1", { name: "王一", mobile: "13900000001", departmentRemoteIds: ["11"] });
    account("x2", { name: "李二", mobile: "13900000002" });
    account("x3", { name: "别人", mobile: "13900000003" });
    const top = await addGroup("研发");
    const team = await addGroup("平台", { [ORGANIZATION]: { parent: { value: top } } });
    const one = await addUser("王一", phone("13900000001"));
    const two = await addUser("李二", phone("13900000002"));
    const three = await addUser("张三", phone("13900000003"));
    for (const person of [one, two, three]) await join(team, person);
    const { adoption, listed } = await report();
    const { connectionId, context } = engine;
    const second = listed.find(({ resourceId }) => resourceId === two);
    await adoption.proposals.decide(context, connectionId, second?.id ?? "", "rejected");
    const selection = { confidences: ["certain"] as const };
    expect(await adoption.proposals.decideAll(context, connectionId, selection, "approved")).toBe(3);
    await engine.connections.enable(context, connectionId);
    await engine.drain();
    expect(engine.vendor.departments.get("11")?.sourceId).toBe(team);
    expect(engine.vendor.users.get("x1")?.departmentRemoteIds).toEqual(["11"]);
    expect(await engine.stateOf(two)).toMatchObject({ state: "parked", code: "adoption-rejected" });
    expect(await engine.stateOf(three)).toMatchObject({ state: "parked", code: "adoption-approval" });
    expect(engine.vendor.users.size).toBe(3);
  });

  it("keeps its decisions when a report is made again, and goes where a complete one does not find it", async () => {
    await engine.setPolicy({ adoption: { mode: "manual" } });
    account("x1", { name: "王一", mobile: "13900000001" });
    account("x2", { name: "李二", mobile: "13900000002" });
    account("x3", { name: "张三", mobile: "13900000003" });
    for (const [name, mobile] of [
      ["王一", "13900000001"],
      ["李二", "13900000002"],
      ["张三", "13900000003"],
    ]) {
      await addUser(name ?? "", phone(mobile ?? ""));
    }
    const { adoption, listed } = await report();
    const idOf = (remoteId: string) => listed.find((one) => one.remoteId === remoteId)?.id ?? "";
    const { connectionId, context } = engine;
    await adoption.proposals.decide(context, connectionId, idOf("x1"), "approved");
    await adoption.proposals.decide(context, connectionId, idOf("x2"), "rejected");
    engine.vendor.users.delete("x3");
    await engine.clock.advance(1_000);
    const again = await report();
    expect(again.listed.map(({ id, state }) => [id, state]).sort()).toEqual(
      [
        [idOf("x1"), "approved"],
        [idOf("x2"), "rejected"],
        [idOf("x3"), "outdated"],
      ].sort(),
    );
  });
});

describe("a report that could not read everything", () => {
  it("says so, proposes only what needs no look at the rest, and says of nobody that they have no counterpart", async () => {
    department("10", "研发");
    account("x1", { name: "王一", mobile: "13900000001", departmentRemoteIds: ["10"] });
    account("x2", { name: "李二", mobile: "13900000022", departmentRemoteIds: ["10"] });
    account("x3", { name: "张三", mobile: "13900000003" });
    await addUser("王一", phone("13900000001"));
    await addUser("李二", phone("13900000002"));
    // The members of the root department, which is read first.
    fail("users.listMembers", "rejected");
    const first = await report();
    expect(first.report.status).toBe("incomplete");
    expect(first.report.reason).toMatchObject({ code: "incomplete-read" });
    expect(first.report.summary).toMatchObject({ people: { toBeCreated: null, leftAlone: null } });
    expect(first.lines).toEqual(["王一 x1 certain +mobile,name -"]);
    await expect(first.unmatched("scim")).rejects.toThrow(NoCompleteReportError);
    await engine.clock.advance(1_000);
    const second = await report();
    expect(second.report.status).toBe("succeeded");
    expect(second.lines).toEqual(["王一 x1 certain +mobile,name -", "李二 x2 weak +name -mobile"].sort());
  });

  it("ends failed with the vendor's reason where the whole connection is refused, and proposes nothing", async () => {
    account("x1", { name: "王一", mobile: "13900000001" });
    await addUser("王一", phone("13900000001"));
    fail("departments.listChildren", "unauthorized");
    const { report: made, listed } = await report();
    expect(made).toMatchObject({ status: "failed", reason: { code: "injected" } });
    expect(listed).toEqual([]);
  });

  it("is made one at a time", async () => {
    const { adoption } = await report();
    await adoption.reports.start(engine.context, engine.connectionId);
    const second = adoption.reports.start(engine.context, engine.connectionId);
    await expect(second).rejects.toThrow(ReportActiveError);
  });
});
