import { describe, expect, it } from "vitest";
import { defaultPolicy, policySchema, readPolicy } from "../../src/provisioning/connections/policy.js";

describe("the stored policy of a connection", () => {
  it.each([
    ["nothing", undefined],
    ["an empty object", {}],
    ["something else", ["settleMs"]],
    ["a rule of another version", { telepathy: { on: true } }],
    ["a rule that this version does not understand", { settleMs: "soon" }],
  ])("that is %s follows the defaults", (_title, stored) => {
    expect(readPolicy(stored)).toEqual(defaultPolicy);
  });

  it("keeps what is understood beside what is not", () => {
    expect(readPolicy({ settleMs: 100, telepathy: { on: true } })).toEqual({
      ...defaultPolicy,
      settleMs: 100,
    });
  });
});

describe("the rule for groups as roles", () => {
  it("is off where nothing is said, and then knows its role group already", () => {
    expect(defaultPolicy.groupsAsRoles).toEqual({ enabled: false, roleGroup: "SCIM" });
    expect(
      policySchema.parse({ groupsAsRoles: { enabled: true, roleGroup: "  外部  " } }).groupsAsRoles,
    ).toEqual({
      enabled: true,
      roleGroup: "外部",
    });
  });

  it.each([
    ["a blank role group", { roleGroup: "  " }, "roleGroup"],
    ["a role group of 65 characters", { roleGroup: "组".repeat(65) }, "roleGroup"],
    ["another word than true or false", { enabled: "yes" }, "enabled"],
    ["an unknown field", { group: "SCIM" }, undefined],
  ])("refuses %s", (_title, groupsAsRoles, field) => {
    const { error } = policySchema.safeParse({ groupsAsRoles });
    expect(error?.issues[0]?.path).toEqual(
      field === undefined ? ["groupsAsRoles"] : ["groupsAsRoles", field],
    );
  });
});
