import { describe, expect, it } from "vitest";
import { ORGANIZATION_GROUP_URN, PROVISIONING_GROUP_URN } from "../../src/scim/schema/urns.js";
import { nothing, shareEngine } from "./share-engine.js";

const { engine, query, addGroup, addUser, join, leave, patch, fail, callsOf, reconnect } = shareEngine();

const KIND = { [ORGANIZATION_GROUP_URN]: { kind: "group" } };
const addRoleGroup = (name: string, extra: object = {}) => addGroup(name, { ...KIND, ...extra });
const roles = (policy: object = {}) => engine.setPolicy({ groupsAsRoles: { enabled: true, ...policy } });
const setKind = (group: string, kind: string) =>
  patch("Group", group, { op: "replace", path: `${ORGANIZATION_GROUP_URN}:kind`, value: kind });
const rename = (group: string, name: string) =>
  patch("Group", group, { op: "replace", path: "displayName", value: name });
const removeGroup = (group: string) => engine.directory.remove(engine.context, "Group", group);
const removeUser = (user: string) => engine.directory.remove(engine.context, "User", user);

/** The roles at the vendor by name, each with those who hold it, sorted. */
const held = () =>
  Object.fromEntries(
    [...engine.vendor.roles.values()].map(({ name, holders }) => [name, [...holders].sort()]),
  );
const roleIdOf = (name: string) =>
  [...engine.vendor.roles.values()].find((role) => role.name === name)?.remoteId ?? "none";
const assignments = () => callsOf("roles.assign") + callsOf("roles.withdraw");

describe("groups of kind group", () => {
  it("are left out, with a reason, where they are not to be roles", async () => {
    const group = await addRoleGroup("审批人");
    await join(group, await addUser("王一"));
    await engine.drain();
    expect(await engine.stateOf(group)).toMatchObject({ state: "skipped", code: "not-a-department" });
    expect(engine.vendor.calls.filter(({ operation }) => operation.startsWith("roles."))).toEqual([]);
  });

  it("become roles in one group of roles, and their direct members hold them", async () => {
    await roles({ roleGroup: "来自 SCIM" });
    const [approvers, drivers] = [await addRoleGroup("审批人"), await addRoleGroup("司机")];
    const [one, two] = [await addUser("王一"), await addUser("李二")];
    await join(approvers, one);
    await join(approvers, two);
    await join(drivers, two);
    await engine.drain();
    expect([...engine.vendor.roleGroups.values()]).toEqual(["来自 SCIM"]);
    expect(held()).toEqual({ 审批人: [one, two].sort(), 司机: [two] });
    expect(await engine.stateOf(approvers)).toMatchObject({ state: "synced" });
    expect([...engine.vendor.departments.values()]).toHaveLength(1);
  });

  it("show the role's id where they stand, and never in the attribute that names departments", async () => {
    await roles();
    const group = await addRoleGroup("审批人");
    await engine.drain();
    const shown = await engine.directory.read(engine.context, "Group", group, {
      ...nothing,
      provisioning: true,
    });
    expect(roleIdOf("审批人")).toMatch(/^role:/);
    expect(shown.attributes[PROVISIONING_GROUP_URN]).toMatchObject({
      connections: [{ state: "synced", remoteId: roleIdOf("审批人") }],
    });
    expect(JSON.stringify(shown.attributes)).not.toContain("ddtalkId");
  });

  it("do not take the id of a department for that of a role", async () => {
    const department = await addGroup("研发");
    await engine.drain();
    const [link] = await query<{ remote_id: string }>("select remote_id from link");
    await removeGroup(department);
    await roles();
    const urn = "urn:ietf:params:scim:schemas:extension:dictionary:2.0:Group";
    const schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group", ORGANIZATION_GROUP_URN, urn];
    const group = await addRoleGroup("审批人", { schemas, [urn]: { ddtalkId: link?.remote_id } });
    await engine.drain();
    expect(held()).toEqual({ 审批人: [] });
    expect(engine.vendor.departments.size).toBe(1);
    await removeGroup(group);
    await engine.drain();
    expect(held()).toEqual({});
  });

  it("are renamed with the same role, and a person who leaves loses it", async () => {
    await roles();
    const group = await addRoleGroup("审批人");
    const [one, two] = [await addUser("王一"), await addUser("李二")];
    await join(group, one);
    await join(group, two);
    await engine.drain();
    const id = roleIdOf("审批人");
    await rename(group, "财务审批人");
    await leave(group, one);
    await engine.drain();
    expect(roleIdOf("财务审批人")).toBe(id);
    expect(held()).toEqual({ 财务审批人: [two] });
    expect(callsOf("users.update")).toBe(0);
  });

  it("swap their names, by way of a stand-in", async () => {
    await roles();
    const [one, two] = [await addRoleGroup("甲"), await addRoleGroup("乙")];
    await engine.drain();
    const [first, second] = [roleIdOf("甲"), roleIdOf("乙")];
    await rename(one, "乙");
    await rename(two, "甲");
    await engine.drain();
    expect([roleIdOf("乙"), roleIdOf("甲")]).toEqual([first, second]);
    expect(await engine.stateOf(one)).toMatchObject({ state: "synced" });
    expect(await engine.stateOf(two)).toMatchObject({ state: "synced" });
  });

  it("take a person's role away before the role goes, and touch no person who goes anyway", async () => {
    await roles();
    const group = await addRoleGroup("审批人");
    const [one, two] = [await addUser("王一"), await addUser("李二")];
    await join(group, one);
    await join(group, two);
    await engine.drain();
    const before = assignments();
    await removeUser(two);
    await engine.drain();
    expect(assignments()).toBe(before);
    await removeGroup(group);
    await engine.drain();
    expect(held()).toEqual({});
    expect(callsOf("roles.withdraw")).toBe(1);
    expect(await engine.stateOf(group)).toMatchObject({ state: "synced" });
  });

  it("have at the vendor the name that it takes, and say so", async () => {
    await roles();
    const group = await addRoleGroup("长".repeat(70));
    await engine.drain();
    expect(Object.keys(held())).toEqual(["长".repeat(64)]);
    expect((await engine.stateOf(group)).notes.join()).toContain("is shown there as");
  });

  it("below the root group only, where the connection has one", async () => {
    const root = await addGroup("总部");
    await reconnect({ rootGroupId: root });
    await roles();
    const inside = await addRoleGroup("审批人", {
      [ORGANIZATION_GROUP_URN]: { kind: "group", parent: { value: root } },
    });
    const outside = await addRoleGroup("外部");
    const person = await addUser("王一");
    for (const group of [root, inside, outside]) await join(group, person);
    await engine.drain();
    expect(held()).toEqual({ 审批人: [person] });
    expect(await engine.stateOf(outside)).toMatchObject({ state: "skipped", code: "outside-scope" });
  });
});

describe("people and roles", () => {
  it("a person who is not there yet gets the role when the account arrives", async () => {
    await roles();
    const group = await addRoleGroup("审批人");
    const person = await addUser("王一", { phoneNumbers: [] });
    await join(group, person);
    await engine.drain();
    expect(await engine.stateOf(person)).toMatchObject({ state: "parked", code: "mobile-missing" });
    await patch("User", person, {
      op: "add",
      path: "phoneNumbers",
      value: [{ type: "mobile", value: "19911112222" }],
    });
    await engine.drain();
    expect(held()).toEqual({ 审批人: [person] });
  });

  it("nobody waits for a role: it is given as soon as it is there", async () => {
    await roles();
    fail("roles.create", "rejected");
    const group = await addRoleGroup("审批人");
    const person = await addUser("王一");
    await join(group, person);
    await engine.drain();
    const { state, notes } = await engine.stateOf(person);
    expect(state).toBe("synced");
    expect(notes.join()).toContain('The role "审批人" is not there yet');
    await rename(group, "审批");
    await engine.drain();
    expect(held()).toEqual({ 审批: [person] });
  });

  it("keep the roles that others gave them, also one of ours", async () => {
    await roles();
    const group = await addRoleGroup("审批人");
    const [ours, byHand] = [await addUser("王一"), await addUser("李二")];
    await join(group, ours);
    await engine.drain();
    const foreign = { remoteId: "role:7", name: "别人的", groupRemoteId: "1", holders: new Set([ours]) };
    engine.vendor.roles.set("role:7", foreign);
    engine.vendor.roles.get(roleIdOf("审批人"))?.holders.add(byHand);
    await leave(group, ours);
    await patch("User", byHand, { op: "replace", path: "title", value: "工程师" });
    await engine.drain();
    expect(held()).toEqual({ 审批人: [byHand], 别人的: [ours] });
  });

  it("a role that somebody holds by hand is not removed, and its removal is parked with the reason", async () => {
    await roles();
    const group = await addRoleGroup("审批人");
    const [ours, byHand] = [await addUser("王一"), await addUser("李二")];
    await join(group, ours);
    await engine.drain();
    engine.vendor.roles.get(roleIdOf("审批人"))?.holders.add(byHand);
    await removeGroup(group);
    await engine.drain();
    expect(held()).toEqual({ 审批人: [byHand] });
    expect(await engine.stateOf(group)).toMatchObject({ state: "parked", code: "role-held" });
  });

  it("who are removed and created with another number get their roles again", async () => {
    await engine.setPolicy({ groupsAsRoles: { enabled: true }, mobileChange: "recreate" });
    const group = await addRoleGroup("审批人");
    const person = await addUser("王一");
    await join(group, person);
    await engine.drain();
    engine.vendor.users.delete(person);
    engine.vendor.roles.get(roleIdOf("审批人"))?.holders.clear();
    await patch("User", person, { op: "replace", path: "title", value: "工程师" });
    await engine.drain();
    expect(held()).toEqual({ 审批人: [person] });
  });

  it("an account is linked although its roles cannot be given yet, and is made once", async () => {
    await roles();
    const group = await addRoleGroup("审批人");
    await engine.drain();
    fail("roles.assign", "throttled", {}, { retryAfterMs: 60_000 });
    const person = await addUser("王一");
    await join(group, person);
    await engine.step();
    await engine.clock.advance(6_000);
    await engine.step();
    expect(await query("select remote_id from link where resource_type = 'User'")).toEqual([
      { remote_id: person },
    ]);
    expect(held()).toEqual({ 审批人: [] });
    await engine.drain();
    expect(held()).toEqual({ 审批人: [person] });
    expect(callsOf("users.create")).toBe(1);
  });
});

describe("lost answers and deaths", () => {
  const lost = { mayHaveApplied: true };

  it.each(["roles.createGroup", "roles.create", "roles.assign"] as const)(
    "at %s make nothing twice",
    async (operation) => {
      await roles();
      fail(operation, "transient", { applied: true }, lost);
      const group = await addRoleGroup("审批人");
      const person = await addUser("王一");
      await join(group, person);
      await engine.drain();
      expect([...engine.vendor.roleGroups.values()]).toEqual(["SCIM"]);
      expect(held()).toEqual({ 审批人: [person] });
      expect(engine.vendor.roles.size).toBe(1);
    },
  );

  it("at the creation of a role that was renamed meanwhile leave one role of the new name", async () => {
    await roles();
    fail("roles.create", "transient", { applied: true }, lost);
    const group = await addRoleGroup("审批人");
    await engine.step();
    await rename(group, "财务");
    await engine.drain();
    expect(held()).toEqual({ 财务: [] });
  });

  it("a creation that comes through late, when the role has another name already, leaves no second one", async () => {
    await roles();
    fail("roles.create", "transient", {}, lost);
    const group = await addRoleGroup("审批人");
    await engine.step();
    await rename(group, "财务");
    await engine.clock.advance(5_000);
    await engine.step();
    expect(held()).toEqual({ 财务: [] });
    const [groupRemoteId = ""] = engine.vendor.roleGroups.keys();
    engine.vendor.roles.set("role:999", {
      remoteId: "role:999",
      name: "审批人",
      groupRemoteId,
      holders: new Set(),
    });
    await engine.clock.advance(61_000);
    await engine.drain();
    expect(held()).toEqual({ 财务: [] });
  });

  it("at the creation of a role whose group is removed meanwhile leave none", async () => {
    await roles();
    fail("roles.create", "transient", { applied: true }, lost);
    const group = await addRoleGroup("审批人");
    await engine.step();
    expect(engine.vendor.roles.size).toBe(1);
    await removeGroup(group);
    await engine.drain();
    expect(held()).toEqual({});
  });

  it("at the withdrawal of a role that is wanted again meanwhile leave it with the person", async () => {
    await roles();
    const group = await addRoleGroup("审批人");
    const person = await addUser("王一");
    await join(group, person);
    await engine.drain();
    fail("roles.withdraw", "transient", { applied: true }, lost);
    await leave(group, person);
    await engine.clock.advance(6_000);
    await engine.step();
    expect(held()).toEqual({ 审批人: [] });
    await join(group, person);
    await engine.drain();
    expect(held()).toEqual({ 审批人: [person] });
  });

  it("of a worker at each step lead to the same end", async () => {
    await roles();
    const groups = [await addRoleGroup("审批人"), await addRoleGroup("司机")];
    const people = [await addUser("王一"), await addUser("李二")];
    for (const group of groups) for (const person of people) await join(group, person);
    for (let deaths = 0; deaths < 4; deaths += 1) {
      await engine.callAndDie();
      await engine.clock.advance(31_000);
      await engine.step();
    }
    await engine.drain();
    expect([...engine.vendor.roleGroups.values()]).toEqual(["SCIM"]);
    expect(held()).toEqual({ 审批人: people.sort(), 司机: people.sort() });
    expect(engine.vendor.roles.size).toBe(2);
  });
});

describe("what somebody deletes at the vendor", () => {
  it("a role is made anew, and those who held it get the new one", async () => {
    await roles();
    const group = await addRoleGroup("审批人");
    const people = [await addUser("王一"), await addUser("李二")];
    for (const person of people) await join(group, person);
    await engine.drain();
    engine.vendor.roles.clear();
    await rename(group, "财务");
    await engine.drain();
    expect(held()).toEqual({ 财务: people.sort() });
  });

  it("is found out by the next person who is to hold the role", async () => {
    await roles();
    const group = await addRoleGroup("审批人");
    const [one, two] = [await addUser("王一"), await addUser("李二")];
    await join(group, one);
    await engine.drain();
    const gone = roleIdOf("审批人");
    engine.vendor.roles.clear();
    await join(group, two);
    await engine.drain();
    expect(held()).toEqual({ 审批人: [one, two].sort() });
    expect(roleIdOf("审批人")).not.toBe(gone);
  });

  it("the group of roles is made anew for the next role", async () => {
    await roles();
    await addRoleGroup("审批人");
    await engine.drain();
    engine.vendor.roleGroups.clear();
    await addRoleGroup("司机");
    await engine.drain();
    expect([...engine.vendor.roleGroups.values()]).toEqual(["SCIM"]);
    expect(Object.keys(held())).toEqual(["审批人", "司机"]);
  });
});

describe("a role of the same name", () => {
  const byHand = (name: string) => {
    engine.vendor.roleGroups.set("9", "SCIM");
    engine.vendor.roles.set("role:8", {
      remoteId: "role:8",
      name,
      groupRemoteId: "9",
      holders: new Set(["x"]),
    });
  };

  it("that was there before us is used, and its holders stay", async () => {
    await roles();
    byHand("审批人");
    const group = await addRoleGroup("审批人");
    const person = await addUser("王一");
    await join(group, person);
    await engine.drain();
    expect(held()).toEqual({ 审批人: [person, "x"].sort() });
    expect((await engine.stateOf(group)).notes.join()).toContain("was there already");
  });

  it("goes to one of two groups of its name, although they are delivered side by side", async () => {
    await roles();
    byHand("审批人");
    await addRoleGroup("司机");
    await engine.drain();
    const groups = [await addRoleGroup("审批人"), await addRoleGroup("审批人")];
    const startedAt = engine.clock.now().getTime();
    await engine.drain();
    const states = await Promise.all(groups.map(async (group) => (await engine.stateOf(group)).state));
    expect(states.sort()).toEqual(["parked", "synced"]);
    // Neither had to wait for the end of a lease of 30 s.
    expect(engine.clock.now().getTime() - startedAt).toBeLessThan(30_000);
  });

  it("is left to an administrator where nothing is taken by its name", async () => {
    await engine.setPolicy({
      groupsAsRoles: { enabled: true },
      adoption: { witnesses: { departments: [] } },
    });
    byHand("审批人");
    const group = await addRoleGroup("审批人");
    await engine.drain();
    expect(await engine.stateOf(group)).toMatchObject({ state: "parked", code: "role-exists" });
    expect(engine.vendor.roles.size).toBe(1);
  });

  it("whose group is removed at this very moment is made anew for the group that takes the name", async () => {
    await roles();
    const first = await addRoleGroup("审批人");
    await engine.drain();
    await engine.directory.remove(engine.context, "Group", first);
    const second = await addRoleGroup("审批人");
    await engine.drain();
    expect(await engine.stateOf(second)).toMatchObject({ state: "synced" });
    expect([...engine.vendor.roles.values()].map(({ name }) => name)).toEqual(["审批人"]);
    expect(await query("select resource_id from link")).toEqual([{ resource_id: second }]);
  });

  it("of another SCIM group makes the second one wait for a person", async () => {
    await roles();
    const [one, two] = [await addRoleGroup("审批人"), await addRoleGroup("审批人")];
    await engine.drain();
    const states = [(await engine.stateOf(one)).state, (await engine.stateOf(two)).state].sort();
    expect(states).toEqual(["parked", "synced"]);
    expect(engine.vendor.roles.size).toBe(1);
  });
});

describe("the policy", () => {
  it("switched off leaves roles and their holders, whatever happens in SCIM, and catches up when on again", async () => {
    await roles();
    const [group, other] = [await addRoleGroup("审批人"), await addRoleGroup("司机")];
    const [one, two] = [await addUser("王一"), await addUser("李二")];
    await join(group, one);
    await join(other, one);
    await engine.drain();
    await engine.setPolicy({});
    await leave(group, one);
    await join(group, two);
    await removeGroup(other);
    await engine.drain();
    expect(held()).toEqual({ 审批人: [one], 司机: [one] });
    expect(await engine.stateOf(group)).toMatchObject({ state: "skipped", code: "roles-off" });
    await roles();
    await engine.drain();
    expect(held()).toEqual({ 审批人: [two] });
  });

  it("with another group of roles makes new roles there and says that the old ones stay", async () => {
    await roles();
    const group = await addRoleGroup("审批人");
    await engine.drain();
    await roles({ roleGroup: "新组" });
    const other = await addRoleGroup("司机");
    await engine.drain();
    expect([...engine.vendor.roleGroups.values()]).toEqual(["SCIM", "新组"]);
    expect((await engine.stateOf(group)).notes.join()).toContain("stays in the group of roles");
    expect((await engine.stateOf(other)).notes).toEqual([]);
  });

  it("counts the removal of a role against deletion protection", async () => {
    const deletionProtection = { departments: { number: 1, percent: 0 } };
    await engine.setPolicy({ groupsAsRoles: { enabled: true }, deletionProtection });
    const groups = [await addRoleGroup("甲"), await addRoleGroup("乙"), await addRoleGroup("丙")];
    await engine.drain();
    for (const group of groups) await removeGroup(group);
    await engine.drain();
    expect(engine.vendor.roles.size).toBe(2);
  });
});

describe("a group whose kind changes", () => {
  it("from department to group becomes a role, after its people left the department", async () => {
    await roles();
    const group = await addGroup("研发");
    const person = await addUser("王一");
    await join(group, person);
    await engine.drain();
    expect(engine.vendor.departments.size).toBe(2);
    await setKind(group, "group");
    await engine.drain();
    expect(engine.vendor.departments.size).toBe(1);
    expect(held()).toEqual({ 研发: [person] });
    expect(engine.vendor.users.get(person)?.departmentRemoteIds).toEqual(["1"]);
  });

  it("from group to department becomes a department, after the role was taken from everybody", async () => {
    await roles();
    const group = await addRoleGroup("研发");
    const person = await addUser("王一");
    await join(group, person);
    await engine.drain();
    await setKind(group, "department");
    await engine.drain();
    expect(held()).toEqual({});
    const [department] = [...engine.vendor.departments.values()].filter((one) => one.sourceId === group);
    expect(engine.vendor.users.get(person)?.departmentRemoteIds).toEqual([department?.remoteId]);
  });

  it("to department while roles are off becomes a department and leaves the role", async () => {
    await roles();
    const group = await addRoleGroup("研发");
    const person = await addUser("王一");
    await join(group, person);
    await engine.drain();
    await engine.setPolicy({});
    await setKind(group, "department");
    await engine.drain();
    expect(held()).toEqual({ 研发: [person] });
    expect([...engine.vendor.departments.values()].some((one) => one.sourceId === group)).toBe(true);
  });
});
