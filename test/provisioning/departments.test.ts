import { describe, expect, it } from "vitest";
import { DICTIONARY_GROUP_URN, ORGANIZATION_GROUP_URN as ORGANIZATION } from "../../src/scim/schema/urns.js";
import { nothing, shareEngine } from "./share-engine.js";

const { engine, query, addGroup, addUser, patch, join, fail, callsOf, reconnect } = shareEngine();

/** What the vendor calls the departments of our groups. */
function namesByStamp(): Record<string, string> {
  const stamped = [...engine.vendor.departments.values()].filter((one) => one.sourceId !== undefined);
  return Object.fromEntries(stamped.map((one) => [one.sourceId, one.name]));
}

describe("departments", () => {
  it("arrive parents first, whatever order they are claimed in, and carry our stamp", async () => {
    const top = await addGroup("总部");
    const middle = await addGroup("研发", { [ORGANIZATION]: { parent: { value: top } } });
    const leaf = await addGroup("前端", { [ORGANIZATION]: { parent: { value: middle } } });
    await engine.drain();
    const creates = engine.vendor.calls.filter((call) => call.operation === "departments.create");
    expect(creates).toHaveLength(3);
    const byStamp = new Map([...engine.vendor.departments.values()].map((one) => [one.sourceId, one]));
    expect(byStamp.get(leaf)?.parentRemoteId).toBe(byStamp.get(middle)?.remoteId);
    expect(byStamp.get(middle)?.parentRemoteId).toBe(byStamp.get(top)?.remoteId);
  });

  it("write their id back, which orders no further delivery [001-38]", async () => {
    const group = await addGroup("总部");
    await engine.drain();
    const read = await engine.directory.read(engine.context, "Group", group, nothing);
    const remoteId = [...engine.vendor.departments.keys()].at(-1);
    expect(read.attributes[DICTIONARY_GROUP_URN]).toEqual({
      ddtalkId: remoteId,
    });
    expect(read.version).toBe(2);
    expect(await engine.step()).toBe(0);
    expect(engine.vendor.calls).toHaveLength(1);
  });

  it("whose parent is named before it exists wait a moment and are attached when it comes", async () => {
    const child = await addGroup("前端", { [ORGANIZATION]: { parent: { value: "ou-1" } } });
    await engine.step();
    expect(callsOf("departments.create")).toBe(0);
    await addGroup("研发", { externalId: "ou-1" });
    await engine.drain();
    const department = [...engine.vendor.departments.values()].find((one) => one.sourceId === child);
    expect(engine.vendor.departments.get(department?.parentRemoteId ?? "")?.name).toBe("研发");
    expect(callsOf("departments.update")).toBe(0);
  });

  it("move with everything below them by one call", async () => {
    const [a, b] = [await addGroup("甲"), await addGroup("乙")];
    const team = await addGroup("组", { [ORGANIZATION]: { parent: { value: a } } });
    const person = await addUser("王一");
    await join(team, person);
    await engine.drain();
    engine.vendor.calls.length = 0;
    await patch("Group", team, { op: "replace", path: `${ORGANIZATION}:parent`, value: { value: b } });
    await engine.drain();
    expect(engine.vendor.calls.map((call) => call.operation)).toEqual(["departments.update"]);
  });

  it("are removed after the people in them have left, and the people are re-homed", async () => {
    const [keep, close] = [await addGroup("留"), await addGroup("撤")];
    const [moved, alone] = [await addUser("王一"), await addUser("王二")];
    await join(close, moved);
    await join(keep, moved);
    await join(close, alone);
    await engine.drain();
    await engine.directory.remove(engine.context, "Group", close);
    await engine.drain();
    expect([...engine.vendor.departments.values()].map((one) => one.name)).toEqual(["Company", "留"]);
    expect(engine.vendor.users.get(alone)?.departmentRemoteIds).toEqual(["1"]);
  });

  it("of a name that somebody else's department has are parked with both ids", async () => {
    engine.vendor.departments.set("55", {
      remoteId: "55",
      name: "研发",
      parentRemoteId: "1",
      sourceId: "another-system",
    });
    const group = await addGroup("研发");
    await engine.drain();
    expect(await engine.stateOf(group)).toMatchObject({ state: "parked", code: "name-taken" });
    expect(callsOf("departments.create")).toBe(1);
  });

  it("of the name of an unstamped one below the same parent adopt and stamp it", async () => {
    engine.vendor.departments.set("55", { remoteId: "55", name: "研发", parentRemoteId: "1" });
    const group = await addGroup("研发");
    await engine.drain();
    expect(engine.vendor.departments.get("55")?.sourceId).toBe(group);
    expect(engine.vendor.departments.size).toBe(2);
  });

  it("that swap their names go by another name in between", async () => {
    const [a, b] = [await addGroup("研发"), await addGroup("销售")];
    await engine.drain();
    await patch("Group", a, { op: "replace", path: "displayName", value: "暂名" });
    await patch("Group", b, { op: "replace", path: "displayName", value: "研发" });
    await patch("Group", a, { op: "replace", path: "displayName", value: "销售" });
    await engine.drain();
    expect(namesByStamp()).toEqual({ [a]: "销售", [b]: "研发" });
  });

  it("that take the name of the one they leave, which goes, do not wait for it", async () => {
    const parent = await addGroup("市场");
    const child = await addGroup("财务", { [ORGANIZATION]: { parent: { value: parent } } });
    await engine.drain();
    await engine.directory.remove(engine.context, "Group", parent);
    await patch("Group", child, { op: "replace", path: "displayName", value: "市场" });
    await engine.drain();
    expect(namesByStamp()).toEqual({ [child]: "市场" });
    expect(await engine.stateOf(child)).toMatchObject({ state: "synced", notes: [] });
  });

  it("that take the name of one that waits say by what name they go until then", async () => {
    const parent = await addGroup("市场");
    const child = await addGroup("财务", { [ORGANIZATION]: { parent: { value: parent } } });
    const person = await addUser("王一");
    await join(parent, person);
    await engine.drain();
    fail("users.update", "rejected");
    await engine.directory.remove(engine.context, "Group", parent);
    await patch("Group", child, { op: "replace", path: "displayName", value: "市场" });
    await engine.drain();
    expect(namesByStamp()).toEqual({ [parent]: "市场", [child]: `市场_${child.slice(0, 8)}` });
    expect((await engine.stateOf(child)).notes).toEqual([
      expect.stringContaining('The name "市场" is still'),
    ]);
  });

  it("are made again when a removal that nobody saw answered came through, and they are wanted again", async () => {
    const group = await addGroup("研发");
    await engine.drain();
    const [held] = [...engine.vendor.departments.values()].filter((one) => one.sourceId === group);
    engine.vendor.departments.delete(held?.remoteId ?? "");
    const removing = [JSON.stringify([{ accountRemoved: true }]), group];
    await query(
      "update delivery set state = 'pending', intents = $1::jsonb where resource_id = $2",
      removing,
    );
    await engine.drain();
    expect(namesByStamp()).toEqual({ [group]: "研发" });
  });

  it.each([["made"], ["adopted"]])(
    "are not %s below one that is being removed at this moment",
    async (how) => {
      const parent = await addGroup("总部");
      await engine.drain();
      const [top] = [...engine.vendor.departments.values()].filter((one) => one.sourceId === parent);
      const parentRemoteId = top?.remoteId ?? "";
      if (how === "adopted")
        engine.vendor.departments.set("77", { remoteId: "77", name: "研发", parentRemoteId });
      const removing = [JSON.stringify([{ accountRemoved: true }]), parent];
      await query(
        "update delivery set state = 'claimed', intents = $1::jsonb where resource_id = $2",
        removing,
      );
      const child = await addGroup("研发", {
        [ORGANIZATION]: { parent: { value: parent } },
        ...(how === "adopted" && { [DICTIONARY_GROUP_URN]: { ddtalkId: "77" } }),
      });
      await engine.step();
      expect(await engine.stateOf(child)).toMatchObject({ state: "pending", code: "parent-in-removal" });
      const below = [...engine.vendor.departments.values()].filter(
        (one) => one.parentRemoteId === parentRemoteId,
      );
      expect(below.filter((one) => one.sourceId !== undefined)).toEqual([]);
    },
  );

  it("that change places and names, the lower one with the upper one, do not wait for each other for ever", async () => {
    const upper = await addGroup("总部");
    const lower = await addGroup("工厂", { [ORGANIZATION]: { parent: { value: upper } } });
    await engine.drain();
    const parent = `${ORGANIZATION}:parent`;
    await patch("Group", lower, { op: "remove", path: parent });
    await patch("Group", upper, { op: "add", path: parent, value: { value: lower } });
    await patch("Group", lower, { op: "replace", path: "displayName", value: "总部" });
    await patch("Group", upper, { op: "replace", path: "displayName", value: "工厂" });
    await engine.drain();
    expect(namesByStamp()).toEqual({ [upper]: "工厂", [lower]: "总部" });
    const byStamp = new Map([...engine.vendor.departments.values()].map((one) => [one.sourceId, one]));
    expect(byStamp.get(upper)?.parentRemoteId).toBe(byStamp.get(lower)?.remoteId);
    expect(byStamp.get(lower)?.parentRemoteId).toBe("1");
  });

  it("come below one that was below them, as soon as that has moved", async () => {
    const top = await addGroup("总部");
    const middle = await addGroup("研发", { [ORGANIZATION]: { parent: { value: top } } });
    const leaf = await addGroup("前端", { [ORGANIZATION]: { parent: { value: middle } } });
    await engine.drain();
    fail("departments.update", "transient", {}, { mayHaveApplied: true });
    await patch("Group", middle, { op: "remove", path: `${ORGANIZATION}:parent` });
    await patch("Group", top, { op: "replace", path: `${ORGANIZATION}:parent`, value: { value: leaf } });
    await engine.drain();
    const byStamp = new Map([...engine.vendor.departments.values()].map((one) => [one.sourceId, one]));
    expect(byStamp.get(top)?.parentRemoteId).toBe(byStamp.get(leaf)?.remoteId);
    expect(byStamp.get(middle)?.parentRemoteId).toBe("1");
  });
});

describe("a connection with a root group", () => {
  it("provisions what is below it, and what moves there brings its people and teams along [001-26]", async () => {
    const root = await addGroup("集团");
    await reconnect({ rootGroupId: root });
    const [inside, outside] = [
      await addGroup("内", { [ORGANIZATION]: { parent: { value: root } } }),
      await addGroup("外"),
    ];
    const team = await addGroup("组", { [ORGANIZATION]: { parent: { value: outside } } });
    const [near, far] = [await addUser("近"), await addUser("远")];
    await join(inside, near);
    await join(team, far);
    await engine.drain();
    const names = () => [...engine.vendor.departments.values()].map((one) => one.name).sort();
    expect(names()).toEqual(["Company", "内"].sort());
    expect([...engine.vendor.users.keys()]).toEqual([near]);
    expect(await engine.stateOf(far)).toMatchObject({ state: "skipped", code: "outside-scope" });

    await patch("Group", outside, { op: "replace", path: `${ORGANIZATION}:parent`, value: { value: root } });
    await engine.drain();
    expect(names()).toEqual(["Company", "内", "外", "组"].sort());
    expect(engine.vendor.users.has(far)).toBe(true);
  });
});
