import { describe, expect, it } from "vitest";
import { asShownByDingTalk, companyRoster, nameShownByDingTalk, scimRoster } from "../../src/demo/roster.js";
import { createSampleCompany } from "../../src/demo/sample-company.js";
import type { ScimGroup, ScimUser } from "../../src/demo/scim-directory.js";

const groups: ScimGroup[] = [
  { id: "g1", externalId: "D1", displayName: "海外-亚太区", remoteId: "401" },
  { id: "g2", externalId: "D2", displayName: "小组", parentId: "g1", remoteId: "402" },
];
const boss: ScimUser = {
  id: "u1",
  externalId: "E1",
  employeeNumber: "N1",
  userName: "boss",
  displayName: "王明",
  mobile: "19900000001",
  groupIds: ["g1"],
  remoteId: "u1",
  provisioning: [],
};
const staff: ScimUser = {
  ...boss,
  id: "u2",
  externalId: "E2",
  employeeNumber: "N2",
  remoteId: "u2",
  groupIds: ["g1", "g2"],
};

describe("a roster made from SCIM", () => {
  it("names everything by external id, or by the id that came back from DingTalk", () => {
    const users = [boss, { ...staff, managerId: "u1" }];
    expect(scimRoster(users, groups, "externalId")).toEqual({
      departments: [
        { id: "D1", name: "海外-亚太区" },
        { id: "D2", name: "小组", parentId: "D1" },
      ],
      people: [
        { id: "E1", name: "王明", mobile: "19900000001", departmentIds: ["D1"] },
        { id: "E2", name: "王明", mobile: "19900000001", departmentIds: ["D1", "D2"], managerId: "E1" },
      ],
    });
    expect(scimRoster(users, groups, "remoteId")).toEqual({
      departments: [
        { id: "401", name: "海外-亚太区" },
        { id: "402", name: "小组", parentId: "401" },
      ],
      people: [
        { id: "u1", name: "王明", mobile: "19900000001", departmentIds: ["401"] },
        { id: "u2", name: "王明", mobile: "19900000001", departmentIds: ["401", "402"], managerId: "u1" },
      ],
    });
  });

  it.each(["u1", "E1", "N1"])("finds a manager who is named as %s", (managerId) => {
    const { people } = scimRoster([boss, { ...staff, managerId }], groups, "externalId");
    expect(people[1]?.managerId).toBe("E1");
  });

  it("leaves out whoever has no DingTalk id, also as a manager", () => {
    const { remoteId: _, ...parked } = boss;
    const { people } = scimRoster([parked, { ...staff, managerId: "u1" }], groups, "remoteId");
    expect(people.map(({ id, managerId }) => [id, managerId])).toEqual([["u2", undefined]]);
  });
});

describe("a roster made from the company's records", () => {
  it("holds everybody and every department", () => {
    const company = createSampleCompany();
    const roster = companyRoster(company);
    expect(roster.people).toHaveLength(200);
    expect(roster.departments).toHaveLength(25);
  });
});

describe("the visible rule for department names", () => {
  it("changes the names of departments and nothing else", () => {
    const roster = scimRoster([boss], groups, "remoteId");
    expect(asShownByDingTalk(roster)).toEqual({
      people: roster.people,
      departments: [
        { id: "401", name: "海外_亚太区" },
        { id: "402", name: "小组", parentId: "401" },
      ],
    });
  });

  it.each([
    ["研发中心", "研发中心"],
    ["R&D-APAC", "R&D_APAC"],
    ["一,二，三-四", "一_二_三_四"],
    [" 销售 ", "销售"],
    ["长".repeat(70), "长".repeat(64)],
  ])("shows %s as %s", (given, shown) => {
    expect(nameShownByDingTalk(given)).toBe(shown);
  });
});
