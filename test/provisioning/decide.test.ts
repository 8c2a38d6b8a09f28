import { describe, expect, it } from "vitest";
import type { DeliveryState } from "../../src/outbox/delivery.js";
import { defaultPolicy } from "../../src/provisioning/connections/policy.js";
import { type DepartmentRules, decideDepartment } from "../../src/provisioning/decide/decide-department.js";
import { decideUser, type UserRules } from "../../src/provisioning/decide/decide-user.js";
import type { DepartmentSubject, Reference, UserSubject } from "../../src/provisioning/decide/subject.js";
import { defaultMapping } from "../../src/provisioning/mapping/mapping.js";

const requestedAt = new Date("2026-03-01T08:00:00Z");
const early = new Date(requestedAt.getTime() + 4_999);
const late = new Date(requestedAt.getTime() + 5_000);

function reference(resourceId: string, state: DeliveryState, remoteId?: string): Reference {
  return {
    resourceId,
    displayName: resourceId,
    state,
    settles: 3n,
    ...(remoteId === undefined ? {} : { remoteId }),
  };
}
const linked = reference("研发部", "synced", "100");
const coming = reference("销售部", "pending");
const parked = reference("R-D", "parked");

describe("the decision about a user", () => {
  const rules: UserRules = {
    descriptor: { userLimits: [], maxDepartments: { create: 100, update: 300 } },
    mapping: defaultMapping,
    accounts: defaultPolicy.accounts,
    deactivation: defaultPolicy.deactivation,
    leavesOut: () => false,
    rootDepartmentId: "1",
    settleMs: 5_000,
    now: late,
    requestedAt,
    adoption: defaultPolicy.adoption,
    inDoubt: false,
  };
  const link = { remoteId: "u1", lastSent: {} };
  const user: UserSubject = {
    type: "User",
    id: "u1",
    removed: false,
    attributes: { displayName: "王小明", phoneNumbers: [{ type: "mobile", value: "199" }] },
    departments: [linked],
    memberOfRoot: false,
    outside: [],
    onlyOutsideScope: false,
  };

  const kinds: [string, Partial<UserSubject>, Partial<UserRules>, string][] = [
    ["is to write a person in a linked department", {}, {}, "write-user"],
    ["is to remove one who is deleted and linked", { removed: true, link }, {}, "remove"],
    ["is nothing for one who is deleted and was never there", { removed: true }, {}, "nothing"],
    ["is to look for one who is deleted and may be there", { removed: true }, { inDoubt: true }, "remove"],
    ["is to park one without a mobile", { attributes: { displayName: "A" } }, {}, "park"],
    [
      "is to write one without a mobile who is linked",
      { attributes: { displayName: "A" }, link },
      {},
      "write-user",
    ],
    [
      "is to write one without a mobile whose account is named",
      { attributes: { displayName: "A" } },
      { adoptedRemoteId: "x" },
      "write-user",
    ],
    [
      "is to skip one who is inactive and was never there",
      { attributes: { ...user.attributes, active: false } },
      {},
      "skip",
    ],
    [
      "is to keep one who is inactive and linked",
      { attributes: { ...user.attributes, active: false }, link },
      {},
      "write-user",
    ],
    ["is to skip one outside the root group", { departments: [], onlyOutsideScope: true }, {}, "skip"],
    ["is to wait for a department on its way", { departments: [linked, coming] }, {}, "block"],
    ["is to wait for the only department, though it is parked", { departments: [parked] }, {}, "block"],
    ["is to wait a moment for a first membership", { departments: [] }, { now: early }, "wait"],
    ["is to write one in no department after that moment", { departments: [] }, {}, "write-user"],
  ];
  it.each(kinds)("%s", (_title, subject, change, kind) => {
    expect(decideUser({ ...user, ...subject }, { ...rules, ...change }).kind).toBe(kind);
  });

  it("leaves out a stuck department when there is another, and awaits it", () => {
    expect(decideUser({ ...user, departments: [parked, linked] }, rules)).toMatchObject({
      profile: { departmentRemoteIds: ["100"] },
      awaited: [{ resourceId: "R-D", settles: 3n }],
    });
  });

  it("places a person of no department in the root department and says so", () => {
    expect(decideUser({ ...user, departments: [] }, rules)).toMatchObject({
      profile: { departmentRemoteIds: ["1"] },
      notes: ["In no department; placed in the root department."],
    });
  });

  it("places a member of the root group in the root department beside the others", () => {
    expect(decideUser({ ...user, memberOfRoot: true }, rules)).toMatchObject({
      profile: { departmentRemoteIds: ["100", "1"] },
    });
  });

  it("sends a manager who is there and awaits one who is not", () => {
    expect(decideUser({ ...user, manager: reference("m", "synced", "m9") }, rules)).toMatchObject({
      profile: { managerRemoteId: "m9" },
      awaited: [],
    });
    const without = decideUser({ ...user, manager: reference("m", "parked") }, rules);
    expect(without).toMatchObject({ awaited: [{ resourceId: "m", settles: 3n }] });
    expect(without).not.toHaveProperty("profile.managerRemoteId");
  });
});

describe("the decision about a group", () => {
  const rules: DepartmentRules = {
    descriptor: { departmentName: { forbidden: ["-"], maxLength: 64 } },
    mapping: defaultMapping,
    rootDepartmentId: "1",
    settleMs: 5_000,
    now: late,
    requestedAt,
    deactivation: defaultPolicy.deactivation,
    adoption: defaultPolicy.adoption,
    isNamed: false,
    inDoubt: false,
  };
  const link = { remoteId: "7", lastSent: {} };
  const deletes = { deactivation: { action: "delete", graceDays: 0 } } as const;
  const group: DepartmentSubject = {
    type: "Group",
    id: "g1",
    removed: false,
    attributes: { displayName: "R-D" },
    kind: "department",
    isRoot: false,
    parentIsRoot: false,
    inScope: true,
    occupants: [],
    managers: [],
  };

  const kinds: [string, Partial<DepartmentSubject>, Partial<DepartmentRules>, string][] = [
    ["is to write a top department", {}, {}, "write-department"],
    ["is to wait for a parent on its way", { parent: coming }, {}, "block"],
    ["is to wait for a parent that is stuck", { parent: parked }, {}, "block"],
    ["is to wait a moment for a parent nobody knows", { unknownParent: "x" }, { now: early }, "wait"],
    [
      "is to place it at the top when that parent does not come",
      { unknownParent: "x" },
      {},
      "write-department",
    ],
    ["is to skip the root group itself", { isRoot: true }, {}, "skip"],
    ["is to skip one outside the root group", { inScope: false }, {}, "skip"],
    ["is to leave a linked one as it is outside", { inScope: false, link }, {}, "skip"],
    ["is to remove it there where the policy deletes", { inScope: false, link }, deletes, "remove"],
    ["is to wait for those in it there", { inScope: false, link, occupants: [linked] }, deletes, "block"],
    [
      "is to give it the days of grace there",
      { inScope: false, link },
      { deactivation: { action: "delete", graceDays: 1 } },
      "wait",
    ],
    [
      "is to keep it there where an administrator said so",
      { inScope: false, link: { ...link, kept: true } },
      deletes,
      "skip",
    ],
    ["is to skip a group that is no department", { kind: "group" }, {}, "skip"],
    ["is to remove one that stopped being a department", { kind: "group", link }, {}, "remove"],
    ["is to remove one that is deleted", { removed: true, link }, {}, "remove"],
    ["is nothing for one that is deleted and was never there", { removed: true }, {}, "nothing"],
    ["is to look for one that is deleted and may be there", { removed: true }, { inDoubt: true }, "remove"],
    [
      "is to wait with the removal until those in it have left",
      { removed: true, link, occupants: [linked] },
      {},
      "block",
    ],
    ["is to park one without a name", { attributes: {} }, {}, "park"],
  ];
  it.each(kinds)("%s", (_title, subject, change, kind) => {
    expect(decideDepartment({ ...group, ...subject }, { ...rules, ...change }).kind).toBe(kind);
  });

  it("maps the name by the visible rule and hangs it below its parent", () => {
    expect(decideDepartment({ ...group, parent: linked }, rules)).toEqual({
      kind: "write-department",
      awaited: [],
      profile: { name: "R_D", parentRemoteId: "100", sourceId: "g1" },
      notes: ['The vendor refuses the name "R-D"; it is shown there as "R_D".'],
    });
  });
});
