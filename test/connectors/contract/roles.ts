import { describe, expect, it } from "vitest";
import { isRoleId } from "../../../src/connectors/role-id.js";
import { failsWith } from "./fails-with.js";
import { type ContractWords, context, person } from "./words.js";

/** What every connector promises of roles and those who hold them. */
export function describeRoles({ vendor }: ContractWords): void {
  describe("roles", () => {
    const roles = () => vendor.session.roles;
    const makeGroup = (name = "SCIM") => roles().createGroup({ ...context, name });
    const makeRole = async (groupRemoteId: string, name: string) =>
      (await roles().create({ ...context, groupRemoteId, name })).remoteId;
    const makePeople = async (...remoteIds: string[]) => {
      const { session, rootId } = vendor;
      for (const remoteId of remoteIds) {
        await session.users.create({ ...context, remoteId, profile: person(remoteId, rootId) });
      }
    };

    it("are made in a group of roles that is found by its name", async () => {
      expect(await roles().findGroup({ ...context, name: "SCIM" })).toBeUndefined();
      for (let index = 0; index < 205; index += 1) await makeGroup(`组${index}`);
      const groupRemoteId = await makeGroup();
      expect(await roles().findGroup({ ...context, name: "SCIM" })).toBe(groupRemoteId);
      const remoteId = await makeRole(groupRemoteId, "审批人");
      const role = { remoteId, name: "审批人", groupRemoteId };
      expect(await roles().get({ ...context, remoteId })).toEqual(role);
      expect(await roles().find({ ...context, groupRemoteId, name: "审批人" })).toEqual(role);
      expect(await roles().find({ ...context, groupRemoteId, name: "财务" })).toBeUndefined();
    });

    it("have ids that no department has", async () => {
      const remoteId = await makeRole(await makeGroup(), "审批人");
      expect(isRoleId(remoteId)).toBe(true);
      const group = await vendor.session.departments.create({
        ...context,
        profile: { name: "审批人", parentRemoteId: vendor.rootId, sourceId: "src" },
      });
      expect(isRoleId(group.remoteId)).toBe(false);
    });

    it("conflict by name within their group, when made and when renamed", async () => {
      const groupRemoteId = await makeGroup();
      const remoteId = await makeRole(groupRemoteId, "审批人");
      await makeRole(groupRemoteId, "财务");
      await failsWith(makeRole(groupRemoteId, "审批人"), "conflict", { field: "name" });
      await failsWith(roles().rename({ ...context, remoteId, name: "财务" }), "conflict", { field: "name" });
      await roles().rename({ ...context, remoteId, name: "法务" });
      expect((await roles().get({ ...context, remoteId }))?.name).toBe("法务");
    });

    it("wait for a group of roles that is not there", async () => {
      const missing = { kind: "dependency-missing", facts: { field: "roleGroup" } } as const;
      await failsWith(makeRole("777777", "审批人"), missing.kind, missing.facts);
      const find = roles().find({ ...context, groupRemoteId: "777777", name: "审批人" });
      await failsWith(find, missing.kind, missing.facts);
    });

    it("are found by their name after a lost answer", async () => {
      const groupRemoteId = await makeGroup();
      vendor.loseNextCreate("role");
      await failsWith(makeRole(groupRemoteId, "审批人"), "transient", { mayHaveApplied: true });
      expect((await roles().find({ ...context, groupRemoteId, name: "审批人" }))?.name).toBe("审批人");
    });

    it("are given to people and taken from them, more than fit into one call, twice without trouble", async () => {
      const groupRemoteId = await makeGroup();
      await makePeople("u1", "u2");
      const all: string[] = [];
      for (let index = 0; index < 23; index += 1) all.push(await makeRole(groupRemoteId, `角色${index}`));
      const [first = "", second = ""] = all;
      for (let times = 0; times < 2; times += 1) {
        await roles().assign({ ...context, userRemoteId: "u1", roleRemoteIds: all });
        await roles().assign({ ...context, userRemoteId: "u2", roleRemoteIds: [first] });
      }
      expect(all.map((id) => vendor.holdersOf(id).length)).toEqual([2, ...Array<number>(22).fill(1)]);
      const rest = all.slice(1);
      for (let times = 0; times < 2; times += 1) {
        await roles().withdraw({ ...context, userRemoteId: "u1", roleRemoteIds: rest });
      }
      expect(vendor.holdersOf(first)).toEqual(["u1", "u2"]);
      expect(vendor.holdersOf(second)).toEqual([]);
    });

    it("list their holders page by page", async () => {
      const remoteId = await makeRole(await makeGroup(), "员工");
      const people = Array.from({ length: 103 }, (_, index) => `p${index}`);
      await makePeople(...people);
      for (const userRemoteId of people) {
        await roles().assign({ ...context, userRemoteId, roleRemoteIds: [remoteId] });
      }
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await roles().listHolders({
          ...context,
          remoteId,
          ...(cursor !== undefined && { cursor }),
        });
        found.push(...page.userRemoteIds);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(found).toEqual(people);
    });

    it("tell a role that is gone from a person who is gone", async () => {
      const groupRemoteId = await makeGroup();
      const remoteId = await makeRole(groupRemoteId, "审批人");
      const gone = await makeRole(groupRemoteId, "旧");
      await roles().remove({ ...context, remoteId: gone });
      await makePeople("u1");
      const give = (userRemoteId: string, ...roleRemoteIds: string[]) =>
        roles().assign({ ...context, userRemoteId, roleRemoteIds });
      const take = (userRemoteId: string, ...roleRemoteIds: string[]) =>
        roles().withdraw({ ...context, userRemoteId, roleRemoteIds });
      await failsWith(give("u1", remoteId, gone), "dependency-missing", { field: "roleRemoteIds" });
      await failsWith(give("nobody", remoteId), "not-found", {});
      await failsWith(take("nobody", remoteId), "not-found", {});
      await give("u1", remoteId);
      await take("u1", gone, remoteId);
      expect(vendor.holdersOf(remoteId)).toEqual([]);
    });

    it("are not removed while somebody holds them, and removing one that is gone is no trouble", async () => {
      const groupRemoteId = await makeGroup();
      const remoteId = vendor.addRole(groupRemoteId, "审批人");
      await makePeople("u1");
      await roles().assign({ ...context, userRemoteId: "u1", roleRemoteIds: [remoteId] });
      const refused = await failsWith(roles().remove({ ...context, remoteId }), "dependency-missing", {});
      expect(refused.facts.remedy).toBeDefined();
      await vendor.session.users.remove({ ...context, remoteId: "u1" });
      await roles().remove({ ...context, remoteId });
      await roles().remove({ ...context, remoteId });
      expect(await roles().get({ ...context, remoteId })).toBeUndefined();
      await failsWith(roles().rename({ ...context, remoteId, name: "新" }), "not-found", {});
      await failsWith(roles().listHolders({ ...context, remoteId }), "not-found", {});
    });
  });
}
