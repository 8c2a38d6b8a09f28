import { describe, expect, it } from "vitest";
import { failsWith } from "./fails-with.js";
import { type ContractWords, context } from "./words.js";

/** What every connector promises of departments. */
export function describeDepartments({
  vendor,
  createDepartment,
  createUser,
  getUser,
  getDepartment,
}: ContractWords): void {
  describe("departments", () => {
    it("are created with name, parent and our stamp", async () => {
      const parent = await createDepartment("研发中心");
      const remoteId = await createDepartment("平台组", parent);
      expect(await getDepartment(remoteId)).toEqual({
        remoteId,
        name: "平台组",
        parentRemoteId: parent,
        sourceId: "src-平台组",
      });
    });

    it("conflict by name below one parent, and not below two", async () => {
      const first = await createDepartment("销售部");
      await failsWith(createDepartment("销售部"), "conflict", { field: "name" });
      await expect(createDepartment("销售部", first, "src-second")).resolves.toEqual(expect.any(String));
    });

    it("wait for a parent that is not there", async () => {
      await failsWith(createDepartment("孤儿", "999999"), "dependency-missing", {
        field: "parentRemoteId",
      });
    });

    it("are renamed and moved with the same id and stamp", async () => {
      const parent = await createDepartment("甲");
      const remoteId = await createDepartment("乙");
      const { update } = vendor.session.departments;
      await update({ ...context, remoteId, changes: { name: "丙" } });
      expect(await getDepartment(remoteId)).toMatchObject({ name: "丙", parentRemoteId: vendor.rootId });
      await update({ ...context, remoteId, changes: { parentRemoteId: parent, order: 3 } });
      expect(await getDepartment(remoteId)).toEqual({
        remoteId,
        name: "丙",
        parentRemoteId: parent,
        sourceId: "src-乙",
      });
    });

    it("wait to come below one that is still below themselves", async () => {
      const parent = await createDepartment("上");
      const child = await createDepartment("下", parent);
      const changes = { parentRemoteId: child };
      await failsWith(
        vendor.session.departments.update({ ...context, remoteId: parent, changes }),
        "dependency-missing",
        {},
      );
    });

    it("report an update of one that is gone as not found", async () => {
      const changes = { name: "新" };
      await failsWith(
        vendor.session.departments.update({ ...context, remoteId: "999999", changes }),
        "not-found",
        {},
      );
    });

    it("are removed when empty, and a second removal is done already", async () => {
      const remoteId = await createDepartment("临时");
      await vendor.session.departments.remove({ ...context, remoteId });
      expect(await getDepartment(remoteId)).toBeUndefined();
      await expect(vendor.session.departments.remove({ ...context, remoteId })).resolves.toBeUndefined();
    });

    it("wait for the departments below them before they are removed", async () => {
      const remoteId = await createDepartment("父");
      await createDepartment("子", remoteId);
      await failsWith(vendor.session.departments.remove({ ...context, remoteId }), "dependency-missing", {});
    });

    it("are never emptied of people by a removal", async () => {
      const remoteId = await createDepartment("有人");
      await createUser("u1", { departmentRemoteIds: [remoteId] });
      const error = await failsWith(
        vendor.session.departments.remove({ ...context, remoteId }),
        "dependency-missing",
        {},
      );
      expect(error.facts.remedy).toEqual(expect.any(String));
      expect(await getUser("u1")).toBeDefined();
    });

    it("are found by stamp after a lost answer, else unstamped by name, else as somebody else's", async () => {
      const ours = await createDepartment("财务部");
      const byHand = vendor.addDepartment("行政部", vendor.rootId);
      const find = (departmentName: string, sourceId: string, parentRemoteId = vendor.rootId) =>
        vendor.session.departments.find({ ...context, parentRemoteId, name: departmentName, sourceId });
      expect(await find("财务部", "src-财务部")).toMatchObject({ remoteId: ours, sourceId: "src-财务部" });
      expect(await find("财务部", "src-other")).toMatchObject({ remoteId: ours, sourceId: "src-财务部" });
      const adopted = await find("行政部", "src-admin");
      expect(adopted?.remoteId).toBe(byHand);
      expect(adopted?.sourceId).toBeUndefined();
      expect(await find("没有", "src-none")).toBeUndefined();
      expect(await find("财务部", "src-财务部", "999999")).toBeUndefined();
    });

    it("are led by direct members only, until the last one is taken off or leaves", async () => {
      const remoteId = await createDepartment("质检部");
      await createUser("u1", { departmentRemoteIds: [remoteId] });
      await createUser("u2", { departmentRemoteIds: [remoteId] });
      await createUser("u3");
      const lead = (managerRemoteIds: string[] | null) =>
        vendor.session.departments.update({ ...context, remoteId, changes: { managerRemoteIds } });
      const leaders = () => vendor.leadersOf(remoteId);
      await lead(["u1", "u2"]);
      expect(new Set(leaders())).toEqual(new Set(["u1", "u2"]));
      await failsWith(lead(["u1", "u3"]), "dependency-missing", { field: "managerRemoteIds" });
      await vendor.session.users.update({
        ...context,
        remoteId: "u2",
        changes: { departmentRemoteIds: [vendor.rootId] },
        previousDepartmentRemoteIds: [remoteId],
      });
      expect(leaders()).toEqual(["u1"]);
      await lead(null);
      expect(leaders()).toEqual([]);
    });

    it("are renamed although a manager of theirs was taken out by hand", async () => {
      const remoteId = await createDepartment("仓储部");
      await createUser("u3");
      const changes = { name: "物流部", managerRemoteIds: ["u3"] };
      await failsWith(
        vendor.session.departments.update({ ...context, remoteId, changes }),
        "dependency-missing",
        {},
      );
      expect(await getDepartment(remoteId)).toMatchObject({ name: "物流部" });
    });

    it("are stamped when they are adopted", async () => {
      const remoteId = vendor.addDepartment("市场部", vendor.rootId);
      const changes = { sourceId: "src-market" };
      await vendor.session.departments.update({ ...context, remoteId, changes });
      expect(await getDepartment(remoteId)).toMatchObject({ sourceId: "src-market" });
    });

    it("that were created while the answer was lost say so and can be found", async () => {
      vendor.loseNextCreate("department");
      await failsWith(createDepartment("迷失"), "transient", { mayHaveApplied: true });
      const request = { parentRemoteId: vendor.rootId, name: "迷失", sourceId: "src-迷失" };
      expect(await vendor.session.departments.find({ ...context, ...request })).toMatchObject({
        sourceId: "src-迷失",
      });
    });
  });
}
