import { describe, expect, it } from "vitest";
import { ORGANIZATION_GROUP_URN } from "../../../src/scim/schema/urns.js";
import { shareEngine } from "../share-engine.js";

const { engine, query, addGroup, addUser, patch, join, leave } = shareEngine();

async function undo(resourceId: string) {
  const [row] = await query<{ id: string }>("select id from delivery where resource_id = $1", [resourceId]);
  const deliveryId = row?.id ?? "";
  const planned = await engine.plans.planUndo(engine.context, { deliveryId });
  await engine.plans.applyUndo(engine.context, { deliveryId }, planned.hash);
  await engine.drain();
  return planned;
}

const held = () =>
  Object.fromEntries([...engine.vendor.roles.values()].map(({ name, holders }) => [name, [...holders]]));

/** A role that one person holds, delivered. */
async function smallCompany() {
  await engine.setPolicy({ groupsAsRoles: { enabled: true } });
  const role = await addGroup("审批人", { [ORGANIZATION_GROUP_URN]: { kind: "group" } });
  const person = await addUser("王一");
  await join(role, person);
  await engine.drain();
  expect(held()).toEqual({ 审批人: [person] });
  return { role, person };
}

describe("undoing what was done with roles", () => {
  it("gives a role back that was taken, and takes one back that was given", async () => {
    const { role, person } = await smallCompany();
    await leave(role, person);
    await engine.drain();
    expect(held()).toEqual({ 审批人: [] });
    await undo(person);
    expect(held()).toEqual({ 审批人: [person] });
    const other = await addUser("李二");
    await engine.drain();
    await join(role, other);
    await engine.drain();
    expect(held()).toEqual({ 审批人: [person, other] });
    await undo(other);
    expect(held()).toEqual({ 审批人: [person] });
  });

  it("gives a role its former name back", async () => {
    const { role, person } = await smallCompany();
    await patch("Group", role, { op: "replace", path: "displayName", value: "司机" });
    await engine.drain();
    expect(held()).toEqual({ 司机: [person] });
    await undo(role);
    expect(held()).toEqual({ 审批人: [person] });
  });

  it("makes a role again that was removed, with those who held it", async () => {
    const { role, person } = await smallCompany();
    await engine.directory.remove(engine.context, "Group", role);
    await engine.drain();
    expect(held()).toEqual({});
    const planned = await undo(role);
    expect(planned.way).toBe("restore");
    expect(held()).toEqual({ 审批人: [person] });
  });
});
