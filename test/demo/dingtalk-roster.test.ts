import { afterEach, describe, expect, it } from "vitest";
import { dingtalkRoster } from "../../src/demo/dingtalk-roster.js";
import { planTrouble } from "../../src/demo/trouble.js";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";

let simulator: Simulator | undefined;

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

describe("DingTalk's side", () => {
  it("is read from the contact book without its root, of which members keep the id", async () => {
    simulator = await startSimulator();
    const { result: top } = simulator.act("/topapi/v2/department/create", { name: "中心", parent_id: 1 });
    const parentId = (top as { dept_id: number }).dept_id;
    simulator.act("/topapi/v2/department/create", { name: "小组", parent_id: parentId });
    simulator.act("/topapi/v2/user/create", {
      userid: "u1",
      name: "王明",
      mobile: "19900000001",
      dept_id_list: "1",
    });
    simulator.act("/topapi/v2/user/create", {
      userid: "u2",
      name: "李静",
      mobile: "19900000002",
      dept_id_list: String(parentId),
      manager_userid: "u1",
    });
    const roster = dingtalkRoster(simulator.state());
    expect(roster.departments.map(({ name, parentId: parent }) => [name, parent])).toEqual([
      ["中心", undefined],
      ["小组", String(parentId)],
    ]);
    expect(roster.people).toEqual([
      { id: "u1", name: "王明", mobile: "19900000001", departmentIds: ["1"] },
      { id: "u2", name: "李静", mobile: "19900000002", departmentIds: [String(parentId)], managerId: "u1" },
    ]);
  });

  it.each([
    ["throttling", "/topapi/v2/user/update"],
    ["lost-answer", "/topapi/v2/user/create"],
  ] as const)("can be told to make trouble of the kind %s, which passes", async (trouble, path) => {
    simulator = await startSimulator();
    planTrouble(simulator.faults, trouble);
    const [planned] = simulator.faults.list();
    expect(planned?.fault.path).toBe(path);
    expect(planned?.fault.times).toBeGreaterThan(0);
  });
});
