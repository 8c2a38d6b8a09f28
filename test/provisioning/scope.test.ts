import { describe, expect, it } from "vitest";
import { compileScopeFilter, InvalidScopeFilterError } from "../../src/provisioning/scope/scope-filter.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import {
  DICTIONARY_USER_URN as DICTIONARY,
  ENTERPRISE_USER_URN as ENTERPRISE,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
} from "../../src/scim/schema/urns.js";
import { shareEngine } from "./share-engine.js";

const { engine, addGroup, addUser, patch, join, query } = shareEngine();

const setScope = (scope: JsonObject, confirm = true, policy?: JsonObject) =>
  engine.connections.update(engine.context, engine.connectionId, { scope, policy, confirm });

describe("a rule about people", () => {
  const person: JsonObject = {
    userName: "wang",
    userType: "Employee",
    emails: [{ type: "work", value: "wang@example.com" }],
    [ENTERPRISE]: { department: "研发部" },
    [DICTIONARY]: { region: "华东", level: 3, remote: true },
  };

  it.each([
    ['userType eq "employee"', true],
    ['userType eq "Contractor" or userName sw "w"', true],
    ['emails[type eq "work" and value ew "@example.com"]', true],
    [`${ENTERPRISE}:department eq "研发部"`, true],
    [`${DICTIONARY}:region eq "华东" and ${DICTIONARY}:level ge 3 and ${DICTIONARY}:remote eq true`, true],
    [`${DICTIONARY}:region ne "华东"`, false],
    ["not (title pr)", true],
  ])("%s says %s", (text, expected) => {
    expect(compileScopeFilter(text)(person)).toBe(expected);
  });

  it.each(["userType eq", 'colour eq "red"', 'groups.value eq "x"', 'password eq "x"', "a".repeat(1_001)])(
    "%s is refused",
    (text) => {
      expect(() => compileScopeFilter(text)).toThrow(InvalidScopeFilterError);
    },
  );
});

describe("the scope of a connection", () => {
  it("takes only people who are included and not excluded, and says why others are skipped", async () => {
    await setScope({ include: 'userType eq "Employee"', exclude: 'title eq "实习生"' });
    const taken = await addUser("王一", { userType: "Employee" });
    const other = await addUser("王二", { userType: "Contractor" });
    const trainee = await addUser("王三", { userType: "Employee", title: "实习生" });
    await engine.drain();
    expect([...engine.vendor.users.keys()]).toEqual([taken]);
    for (const id of [other, trainee]) {
      expect(await engine.stateOf(id)).toMatchObject({ state: "skipped", code: "excluded" });
    }
    await patch("User", trainee, { op: "replace", path: "title", value: "工程师" });
    await engine.drain();
    expect(engine.vendor.users.has(trainee)).toBe(true);
  });

  it.each([
    ["keep", "skipped", 1],
    ["delete", "synced", 0],
  ])("treats people who are left out later as the policy %s says", async (action, state, people) => {
    await setScope({ exclude: 'title eq "离职"' }, true, { deactivation: { action } });
    const person = await addUser("王一");
    await engine.drain();
    await patch("User", person, { op: "replace", path: "title", value: "离职" });
    await engine.drain();
    expect((await engine.stateOf(person)).state).toBe(state);
    expect(engine.vendor.users.size).toBe(people);
  });

  it.each(["rootGroupId", "rootExternalId", "rootDisplayName"])(
    "begins below the group that %s names; the root itself makes no call [001-26] [001-27]",
    async (by) => {
      const root = await addGroup("总部", { externalId: "hq" });
      const inside = await addGroup("研发", { [ORGANIZATION]: { parent: { value: root } } });
      const outside = await addGroup("外部");
      const person = await addUser("王一");
      await join(outside, person);
      await setScope({
        [by]: { rootGroupId: root, rootExternalId: "hq", rootDisplayName: "总部" }[by] ?? "",
      });
      await engine.drain();
      expect(
        [...engine.vendor.departments.values()].map(({ name, parentRemoteId }) => [name, parentRemoteId]),
      ).toEqual(expect.arrayContaining([["研发", "1"]]));
      expect(engine.vendor.calls.filter((call) => call.operation === "departments.create")).toHaveLength(1);
      expect(await engine.stateOf(root)).toMatchObject({ state: "skipped", code: "root-group" });
      expect(await engine.stateOf(outside)).toMatchObject({ state: "skipped", code: "outside-scope" });
      expect(await engine.stateOf(person)).toMatchObject({ state: "skipped", code: "outside-scope" });
      expect((await engine.stateOf(inside)).state).toBe("synced");
    },
  );

  it("keeps to the root when the group that was named is renamed", async () => {
    const root = await addGroup("总部");
    await setScope({ rootDisplayName: "总部" });
    const { scope } = await engine.connections.get(engine.context.tenantId, engine.connectionId);
    expect(scope).toEqual({ rootGroupId: root });
  });

  it.each([
    ["nobody has", 0, /names no group/],
    ["several have", 2, /several groups/],
  ])("refuses a name that %s", async (_title, count, message) => {
    for (let n = 0; n < count; n++) await addGroup("总部");
    await expect(setScope({ rootDisplayName: "总部" })).rejects.toThrow(message);
  });

  it("is not made smaller without a confirmation, which the refusal asks for with the numbers [002-09]", async () => {
    const root = await addGroup("总部");
    const inside = await addGroup("研发", { [ORGANIZATION]: { parent: { value: root } } });
    const outside = await addGroup("外部");
    const [a, b] = [await addUser("王一"), await addUser("王二")];
    await join(inside, a);
    await join(outside, b);
    await engine.drain();
    await expect(setScope({ rootGroupId: root }, false)).rejects.toMatchObject({
      impact: { peopleLeaving: 1, departmentsLeaving: 1, peopleReturning: 0 },
    });
    await expect(setScope({ exclude: 'displayName eq "王一"' }, false)).rejects.toMatchObject({
      impact: { peopleLeaving: 1, departmentsLeaving: 0, peopleReturning: 0 },
    });
    expect((await query("select 1 from connection where scope = '{}'")).length).toBe(1);
    await setScope({ rootGroupId: root });
    await setScope({}, false);
  });
});

describe("a department that leaves the scope", () => {
  const DAY = 24 * 3_600_000;
  const names = () => [...engine.vendor.departments.values()].map(({ name }) => name).sort();
  const move = (group: string, parent: string | undefined) =>
    patch(
      "Group",
      group,
      parent === undefined
        ? { op: "remove", path: `${ORGANIZATION}:parent` }
        : { op: "replace", path: `${ORGANIZATION}:parent`, value: { value: parent } },
    );

  /** A division with a team below the root, a person in each, and one who is in the team and in another department. */
  async function scoped(policy: JsonObject) {
    const root = await addGroup("总部");
    const below = (parent: string) => ({ [ORGANIZATION]: { parent: { value: parent } } });
    const division = await addGroup("事业部", below(root));
    const team = await addGroup("小组", below(division));
    const other = await addGroup("市场", below(root));
    await setScope({ rootGroupId: root }, true, policy);
    const [chief, member, both] = [await addUser("王一"), await addUser("李二"), await addUser("两处")];
    await join(division, chief);
    for (const id of [member, both]) await join(team, id);
    await join(other, both);
    await engine.drain();
    expect(names()).toEqual(["Company", "事业部", "小组", "市场"].sort());
    return { root, division, team, other, chief, member, both };
  }

  it("stays with its people where the policy keeps them, and they are delivered again when it returns [002-07]", async () => {
    const { root, division, team, chief, member } = await scoped({});
    await move(division, undefined);
    await engine.drain();
    expect(names()).toEqual(["Company", "事业部", "小组", "市场"].sort());
    for (const id of [division, team]) {
      expect(await engine.stateOf(id)).toMatchObject({ state: "skipped", code: "outside-scope" });
    }
    for (const id of [chief, member]) {
      expect(await engine.stateOf(id)).toMatchObject({ state: "skipped", code: "left-scope" });
    }
    await patch("User", member, { op: "replace", path: "title", value: "经理" });
    await engine.drain();
    expect(engine.vendor.users.get(member)?.title).toBeUndefined();
    await move(division, root);
    await engine.drain();
    expect(engine.vendor.users.get(member)?.title).toBe("经理");
    expect((await engine.stateOf(team)).state).toBe("synced");
  });

  it("goes after its people and teams where the policy deletes, and who is elsewhere too stays there [002-07]", async () => {
    const { root, division, chief, member, both } = await scoped({ deactivation: { action: "delete" } });
    await move(division, undefined);
    await engine.drain();
    expect(names()).toEqual(["Company", "市场"].sort());
    expect([...engine.vendor.users.keys()]).toEqual([both]);
    expect(engine.vendor.users.get(both)?.departmentRemoteIds).toHaveLength(1);
    const removals = engine.vendor.calls.filter(({ operation }) => operation === "departments.remove");
    expect(removals).toHaveLength(2);

    await move(division, root);
    await engine.drain();
    expect(names()).toEqual(["Company", "事业部", "小组", "市场"].sort());
    for (const id of [chief, member]) expect(engine.vendor.users.has(id)).toBe(true);
    expect(engine.vendor.users.get(both)?.departmentRemoteIds).toHaveLength(2);
  });

  it("has the days of grace, and stays when it returns within them", async () => {
    const { root, division, team } = await scoped({ deactivation: { action: "delete", graceDays: 5 } });
    await move(division, undefined);
    for (let steps = 0; steps < 5; steps++) await engine.step();
    for (const id of [division, team]) {
      expect(await engine.stateOf(id)).toMatchObject({ state: "pending", code: "deactivation-grace" });
    }
    await engine.clock.advance(3 * DAY);
    await move(division, root);
    await engine.drain();
    expect(names()).toEqual(["Company", "事业部", "小组", "市场"].sort());
    expect(engine.vendor.users.size).toBe(3);
    expect(await query("select 1 from link where unwanted_since is not null")).toEqual([]);
  });

  it("stays while somebody of others is in it, and says so", async () => {
    const { division } = await scoped({ deactivation: { action: "delete" } });
    const here = [...engine.vendor.departments.values()].find(({ name }) => name === "小组");
    const mobile = "13900009999";
    engine.vendor.users.set("byhand", {
      remoteId: "byhand",
      name: "手工",
      mobile,
      departmentRemoteIds: [here?.remoteId ?? ""],
    });
    await move(division, undefined);
    await engine.drain();
    expect(names()).toEqual(["Company", "事业部", "小组", "市场"].sort());
    expect(engine.vendor.users.has("byhand")).toBe(true);
    const reasons = await query<{ state: string; code: string }>(
      "select state, reason->>'code' as code from delivery where resource_type = 'Group' and state = 'parked'",
    );
    expect(reasons).toEqual([{ state: "parked", code: "has-members" }]);
  });

  it("counts for deletion protection like any other", async () => {
    const deletionProtection = { departments: { number: 1, percent: 0 } };
    const { division } = await scoped({ deactivation: { action: "delete" }, deletionProtection });
    await move(division, undefined);
    await engine.drain();
    expect(names()).toEqual(["Company", "事业部", "市场"].sort());
    expect(await engine.stateOf(division)).toMatchObject({ state: "held" });
  });
});
