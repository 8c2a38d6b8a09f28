import { describe, expect, it } from "vitest";
import { compareRosters, listRepeatedCreations, listUnexplained } from "../../src/demo/comparison.js";
import type { Roster, RosterDepartment, RosterPerson } from "../../src/demo/roster.js";
import type { ScimUser } from "../../src/demo/scim-directory.js";

const department: RosterDepartment = { id: "7", name: "研发中心", parentId: "3" };
const person: RosterPerson = {
  id: "p1",
  name: "王明",
  mobile: "19900000001",
  departmentIds: ["7", "8"],
  managerId: "p2",
};
const roster: Roster = { departments: [department], people: [person] };

function compare(right: Roster): string[] {
  return compareRosters({ name: "SCIM", roster }, { name: "DingTalk", roster: right });
}

const withPerson = (change: Partial<RosterPerson>): Roster => ({
  ...roster,
  people: [{ ...person, ...change }],
});
const withDepartment = (change: Partial<RosterDepartment>): Roster => ({
  ...roster,
  departments: [{ ...department, ...change }],
});
const unreachable: RosterPerson = { id: "p1", name: "王明", departmentIds: ["7", "8"], managerId: "p2" };
const unled: RosterPerson = { id: "p1", name: "王明", departmentIds: ["7", "8"], mobile: "19900000001" };

describe("comparing two sides", () => {
  it("finds nothing when they hold the same, in whatever order", () => {
    expect(compare(structuredClone(roster))).toEqual([]);
    expect(compare(withPerson({ departmentIds: ["8", "7"] }))).toEqual([]);
  });

  it.each<[string, Roster, string]>([
    ["a missing person", { ...roster, people: [] }, 'Person "王明" (p1) is in SCIM but not in DingTalk.'],
    [
      "a person too many",
      { ...roster, people: [person, { ...person, id: "p9", name: "李静" }] },
      'Person "李静" (p9) is in DingTalk but not in SCIM.',
    ],
    [
      "another name",
      withPerson({ name: "王鸣" }),
      'Person "王明" (p1): name is "王明" in SCIM but "王鸣" in DingTalk.',
    ],
    [
      "another mobile",
      withPerson({ mobile: "19900000002" }),
      'Person "王明" (p1): mobile is 19900000001 in SCIM but 19900000002 in DingTalk.',
    ],
    [
      "no mobile",
      { ...roster, people: [unreachable] },
      'Person "王明" (p1): mobile is 19900000001 in SCIM but unknown in DingTalk.',
    ],
    [
      "a department less",
      withPerson({ departmentIds: ["7"] }),
      'Person "王明" (p1): departments is 7 + 8 in SCIM but 7 in DingTalk.',
    ],
    [
      "a department more",
      withPerson({ departmentIds: ["1", "7", "8"] }),
      'Person "王明" (p1): departments is 7 + 8 in SCIM but 1 + 7 + 8 in DingTalk.',
    ],
    [
      "another manager",
      withPerson({ managerId: "p3" }),
      'Person "王明" (p1): manager is p2 in SCIM but p3 in DingTalk.',
    ],
    [
      "no manager",
      { ...roster, people: [unled] },
      'Person "王明" (p1): manager is p2 in SCIM but nobody in DingTalk.',
    ],
    [
      "a missing department",
      { ...roster, departments: [] },
      'Department "研发中心" (7) is in SCIM but not in DingTalk.',
    ],
    [
      "a department too many",
      { ...roster, departments: [department, { id: "9", name: "旧部门" }] },
      'Department "旧部门" (9) is in DingTalk but not in SCIM.',
    ],
    [
      "another department name",
      withDepartment({ name: "研发部" }),
      'Department "研发中心" (7): name is "研发中心" in SCIM but "研发部" in DingTalk.',
    ],
    [
      "another parent",
      withDepartment({ parentId: "4" }),
      'Department "研发中心" (7): parent is 3 in SCIM but 4 in DingTalk.',
    ],
    [
      "no parent",
      { ...roster, departments: [{ id: "7", name: "研发中心" }] },
      'Department "研发中心" (7): parent is 3 in SCIM but the top in DingTalk.',
    ],
  ])("finds %s", (_name, right, line) => {
    expect(compare(right)).toEqual([line]);
  });

  it("tells each difference in a line of its own", () => {
    expect(compare(withPerson({ name: "王鸣", managerId: "p3" }))).toHaveLength(2);
  });
});

describe("people without a DingTalk id", () => {
  const user: ScimUser = { id: "u1", userName: "ming", displayName: "王明", groupIds: [], provisioning: [] };

  it.each<[string, Partial<ScimUser>]>([
    ["has an id", { remoteId: "u1" }],
    ["is parked with a reason", { provisioning: [{ state: "parked", lastError: "Mobile missing" }] }],
  ])("are explained when the person %s", (_name, change) => {
    expect(listUnexplained([{ ...user, ...change }])).toEqual([]);
  });

  it.each<[string, Partial<ScimUser>, string]>([
    ["nothing is known", {}, "unknown to provisioning"],
    ["the delivery failed", { provisioning: [{ state: "failed", lastError: "x" }] }, "failed"],
    ["the delivery is parked without a reason", { provisioning: [{ state: "parked" }] }, "parked"],
  ])("are a difference when %s", (_name, change, standing) => {
    expect(listUnexplained([{ ...user, ...change }])).toEqual([
      `Person "王明" (ming) has no ddAccountId and is ${standing}, not parked with a reason.`,
    ]);
  });
});

describe("DingTalk's history of creations", () => {
  const once = { departmentCreates: { g1: 1 }, userCreates: { u1: 1, u2: 1 }, mobileCreates: { "86-1": 1 } };

  it("is clean when everything was created once", () => {
    expect(listRepeatedCreations(once)).toEqual([]);
  });

  it.each([
    [{ ...once, departmentCreates: { g1: 2 } }, "A department with the stamp g1 was created 2 times."],
    [{ ...once, userCreates: { u1: 1, u2: 3 } }, "A person with the userid u2 was created 3 times."],
    [{ ...once, mobileCreates: { "86-1": 2 } }, "A person with the mobile 86-1 was created 2 times."],
  ])("betrays whatever was created again: %#", (history, line) => {
    expect(listRepeatedCreations(history)).toEqual([line]);
  });
});
