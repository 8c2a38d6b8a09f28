import { describe, expect, it } from "vitest";
import { ORGANIZATION_GROUP_URN } from "../../../src/scim/schema/urns.js";
import { shareReconciliation } from "./share-reconciliation.js";

const { engine, addGroup, addUser, join, settle, reconcile } = shareReconciliation();

/** A role with two people who hold it. */
async function approvers() {
  await engine.setPolicy({ groupsAsRoles: { enabled: true } });
  const group = await addGroup("审批人", { [ORGANIZATION_GROUP_URN]: { kind: "group" } });
  const people = [await addUser("王一"), await addUser("李二")].sort();
  for (const person of people) await join(group, person);
  await settle();
  return { group, people };
}

const role = () => {
  const [found] = [...engine.vendor.roles.values()];
  if (found === undefined) throw new Error("there is no role");
  return found;
};
const changes = () =>
  engine.vendor.calls.filter(({ operation }) =>
    /\.(create|update|remove|rename|assign|withdraw)/.test(operation),
  );

describe("a run where groups are roles", () => {
  it("finds nothing and changes nothing where all is as it was sent, with a role of somebody else's beside it", async () => {
    const { people } = await approvers();
    const foreign = { remoteId: "role:7", name: "别人的", groupRemoteId: "1", holders: new Set(people) };
    engine.vendor.roles.set("role:7", foreign);
    const { run, summary, rows } = await reconcile();
    expect(rows).toEqual([]);
    expect(summary.same).toBe(3);
    expect(run.progress.notComparable).toEqual({});
    expect(changes()).toEqual([]);
  });

  it("gives back a role that was taken from somebody by hand, and its name to a role", async () => {
    const { group, people } = await approvers();
    role().holders.delete(people[0] ?? "");
    role().name = "手工";
    const { rows } = await reconcile();
    expect(
      rows.map(({ kind, resourceId, drifts }) => [kind, resourceId, drifts.map(({ field }) => field)]),
    ).toEqual([
      ["drift", group, ["name"]],
      ["drift", people[0], ["roleRemoteIds"]],
    ]);
    expect(role().name).toBe("审批人");
    expect([...role().holders].sort()).toEqual(people);
    expect((await reconcile()).rows).toEqual([]);
  });

  it("makes a role anew that somebody deleted, and gives it to those who held it", async () => {
    const { group, people } = await approvers();
    const gone = role().remoteId;
    engine.vendor.roles.clear();
    const { rows } = await reconcile();
    expect(rows.map(({ kind, resourceId, result }) => [kind, resourceId, result])).toContainEqual([
      "missing",
      group,
      "done",
    ]);
    await engine.drain();
    expect(role().remoteId).not.toBe(gone);
    expect([...role().holders].sort()).toEqual(people);
    expect((await reconcile()).rows).toEqual([]);
  });

  it("leaves roles alone where the policy was switched off", async () => {
    await approvers();
    await engine.setPolicy({});
    await settle();
    role().name = "手工";
    role().holders.clear();
    const { rows } = await reconcile();
    expect(rows).toEqual([]);
    expect(role().name).toBe("手工");
    expect([...role().holders]).toEqual([]);
  });
});
