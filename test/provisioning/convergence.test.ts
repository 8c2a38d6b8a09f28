import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ConnectorError } from "../../src/connectors/errors.js";
import type { MemoryFault } from "../../src/connectors/memory/index.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { openTestDatabase, type TestDatabase } from "../support/database.js";
import { createProvisioningEngine, type ProvisioningEngine } from "../support/provisioning-engine.js";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ORGANIZATION = "urn:ietf:params:scim:schemas:extension:organization:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const none = { members: false, groups: false, provisioning: false };

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test.close());

/** One thing that happens: a change in SCIM, trouble at the vendor, or a worker that works or dies. */
type Event =
  | { kind: "addGroup" | "addUser" | "step" | "callAndDie" | "claimAndDie"; a: number; b: number }
  | {
      kind: "renameGroup" | "moveGroup" | "removeGroup" | "renameUser" | "manage" | "removeUser";
      a: number;
      b: number;
    }
  | { kind: "join" | "leave" | "fault"; a: number; b: number };

const KINDS: readonly [Event["kind"], number][] = [
  ["addGroup", 4],
  ["addUser", 6],
  ["renameGroup", 2],
  ["moveGroup", 3],
  ["removeGroup", 1],
  ["renameUser", 2],
  ["manage", 2],
  ["removeUser", 2],
  ["join", 6],
  ["leave", 3],
  ["fault", 4],
  ["step", 6],
  ["callAndDie", 2],
  ["claimAndDie", 1],
];

const event: fc.Arbitrary<Event> = fc
  .tuple(
    fc.oneof(...KINDS.map(([kind, weight]) => ({ arbitrary: fc.constant(kind), weight }))),
    fc.nat(100),
    fc.nat(100),
  )
  .map(([kind, a, b]) => ({ kind, a, b }) as Event);

const FAULTS: readonly Omit<MemoryFault, "error">[] = [
  { operation: "users.create", applied: true },
  { operation: "users.create" },
  { operation: "departments.create", applied: true },
  { operation: "departments.create" },
  { operation: "users.update", applied: true },
  { operation: "departments.update" },
  { operation: "users.remove", applied: true },
  { operation: "departments.remove", applied: true },
];

interface Group {
  id: string;
  name: string;
  parent: string | undefined;
}
interface User {
  id: string;
  name: string;
  mobile: string;
  groups: Set<string>;
  manager: string | undefined;
}

/** Applies events to the gateway and, in plain terms, to a model of what the vendor should hold in the end. */
function createWorld(engine: ProvisioningEngine) {
  const groups: Group[] = [];
  const users: User[] = [];
  const { directory, context } = engine;
  let names = 0;
  const patch = (type: "User" | "Group", id: string, operation: JsonObject) =>
    directory.patch(context, type, id, { schemas: [PATCH], Operations: [operation] }, { needs: none });
  const isBelow = (group: Group | undefined, top: string): boolean =>
    group !== undefined &&
    (group.id === top ||
      isBelow(
        groups.find((one) => one.id === group.parent),
        top,
      ));

  async function apply({ kind, a, b }: Event): Promise<void> {
    const group = groups[a % Math.max(1, groups.length)];
    const other = groups[b % Math.max(1, groups.length)];
    const user = users[b % Math.max(1, users.length)];
    names += 1;
    switch (kind) {
      case "addGroup": {
        const parent = a % 3 === 0 ? undefined : other?.id;
        const name = `部门${names}`;
        const organization = parent === undefined ? {} : { [ORGANIZATION]: { parent: { value: parent } } };
        const body = { schemas: [GROUP, ORGANIZATION], displayName: name, ...organization };
        groups.push({ id: (await directory.create(context, "Group", body)).id, name, parent });
        return;
      }
      case "addUser": {
        // Numbers come back: a person who left may return under another SCIM id.
        const mobile = `1990000${String(a % 12).padStart(4, "0")}`;
        if (users.some((one) => one.mobile === mobile)) return;
        const name = `员工${a % 12}`;
        const phoneNumbers = [{ type: "mobile", value: mobile }];
        const body = { schemas: [USER], userName: `u${names}`, displayName: name, phoneNumbers };
        const { id } = await directory.create(context, "User", body);
        users.push({ id, name, mobile, groups: new Set(), manager: undefined });
        return;
      }
      case "renameGroup":
        if (group === undefined) return;
        group.name = `新${names}`;
        await patch("Group", group.id, { op: "replace", path: "displayName", value: group.name });
        return;
      case "moveGroup":
        if (group === undefined || other === undefined || isBelow(other, group.id)) return;
        group.parent = other.id;
        await patch("Group", group.id, {
          op: "replace",
          path: `${ORGANIZATION}:parent`,
          value: { value: other.id },
        });
        return;
      case "removeGroup":
        if (group === undefined) return;
        groups.splice(groups.indexOf(group), 1);
        for (const child of groups) if (child.parent === group.id) child.parent = undefined;
        for (const member of users) member.groups.delete(group.id);
        await directory.remove(context, "Group", group.id);
        return;
      case "renameUser":
        if (user === undefined) return;
        user.name = `改名${names}`;
        await patch("User", user.id, { op: "replace", path: "displayName", value: user.name });
        return;
      case "manage": {
        const boss = users[a % Math.max(1, users.length)];
        if (user === undefined || boss === undefined || boss === user) return;
        user.manager = boss.id;
        await patch("User", user.id, {
          op: "replace",
          path: `${ENTERPRISE}:manager`,
          value: { value: boss.id },
        });
        return;
      }
      case "removeUser":
        if (user === undefined) return;
        users.splice(users.indexOf(user), 1);
        for (const report of users) if (report.manager === user.id) report.manager = undefined;
        await directory.remove(context, "User", user.id);
        return;
      case "join":
        if (group === undefined || user === undefined) return;
        user.groups.add(group.id);
        await patch("Group", group.id, { op: "add", path: "members", value: [{ value: user.id }] });
        return;
      case "leave":
        if (group === undefined || user === undefined) return;
        user.groups.delete(group.id);
        await patch("Group", group.id, { op: "remove", path: `members[value eq "${user.id}"]` });
        return;
      case "fault": {
        const fault = FAULTS[a % FAULTS.length];
        if (fault === undefined) return;
        const facts = { code: "lost", message: "lost", mayHaveApplied: true };
        engine.vendor.faults.push({ ...fault, error: new ConnectorError("transient", facts) });
        return;
      }
      case "step":
        await engine.clock.advance(b * 50);
        await engine.step();
        return;
      case "callAndDie":
        return engine.callAndDie();
      case "claimAndDie":
        await engine.claimAndDie();
        return;
    }
  }

  return {
    apply,
    /** What the vendor should hold, in terms of our own ids. */
    expected: () => ({
      departments: Object.fromEntries(
        groups.map((one) => [one.id, { name: one.name, parent: one.parent ?? "root" }]),
      ),
      people: Object.fromEntries(
        users.map((one) => [
          one.mobile,
          {
            name: one.name,
            departments: one.groups.size === 0 ? ["root"] : [...one.groups].sort(),
            manager: one.manager,
          },
        ]),
      ),
    }),
  };
}

/** What the vendor holds besides what stood there before, in the same terms. */
function held({ vendor }: ProvisioningEngine, links: Map<string, string>) {
  const ours = [...vendor.departments.values()].filter(
    (one) => one.remoteId !== "1" && one.remoteId !== "50",
  );
  const stampOf = (remoteId: string | undefined) =>
    remoteId === "1" ? "root" : (vendor.departments.get(remoteId ?? "")?.sourceId ?? `foreign ${remoteId}`);
  return {
    departments: Object.fromEntries(
      ours.map((one) => [one.sourceId, { name: one.name, parent: stampOf(one.parentRemoteId) }]),
    ),
    people: Object.fromEntries(
      [...vendor.users.values()]
        .filter((one) => one.remoteId !== "by-hand")
        .map((one) => [
          one.mobile,
          {
            name: one.name,
            departments: one.departmentRemoteIds.map(stampOf).sort(),
            manager: one.managerRemoteId === undefined ? undefined : links.get(one.managerRemoteId),
          },
        ]),
    ),
  };
}

it("whatever changes, faults and deaths are mixed, the vendor ends as the mapping of SCIM, and nothing foreign is touched", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 10, maxLength: 60 }), async (events) => {
      await test.database.query(
        "truncate membership, resource_unique_value, link, delivery, delivery_wait, attempt, connection, resource",
      );
      // Here every removal is meant; what protection holds would never come to an end.
      const policy = { deletionProtection: { enabled: false } };
      const engine = await createProvisioningEngine(test.database, { policy });
      engine.vendor.departments.set("50", { remoteId: "50", name: "手工部门", parentRemoteId: "1" });
      engine.vendor.users.set("by-hand", {
        remoteId: "by-hand",
        name: "手工",
        mobile: "13900000000",
        departmentRemoteIds: ["50"],
      });
      const world = createWorld(engine);
      for (const one of events) {
        await world.apply(one);
        const stamps = [...engine.vendor.departments.values()].flatMap(
          (department) => department.sourceId ?? [],
        );
        expect(new Set(stamps).size, "a department was created twice").toBe(stamps.length);
      }
      engine.vendor.faults.length = 0;
      await engine.drain();

      const links = await test.database.query<{ remote_id: string; resource_id: string }>(
        "select remote_id, resource_id from link where resource_type = 'User'",
      );
      const byRemoteId = new Map(links.map((link) => [link.remote_id, link.resource_id]));
      expect(held(engine, byRemoteId)).toEqual(world.expected());
      expect(engine.vendor.users.get("by-hand")).toMatchObject({ name: "手工", departmentRemoteIds: ["50"] });
      expect(engine.vendor.departments.get("50")).toEqual({
        remoteId: "50",
        name: "手工部门",
        parentRemoteId: "1",
      });
    }),
    // Shrinking a failure may take minutes; what it has found until then is reported.
    { numRuns: 30, interruptAfterTimeLimit: 60_000 },
  );
}, 120_000);
