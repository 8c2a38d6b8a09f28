import { describe, expect, it } from "vitest";
import { failsWith } from "./fails-with.js";
import { type ContractWords, context, person } from "./words.js";

/** What every connector promises of people and their accounts. */
export function describePeople({ vendor, createDepartment, createUser, getUser }: ContractWords): void {
  describe("people", () => {
    it("are created under the id we chose", async () => {
      const department = await createDepartment("人事部");
      const result = await createUser("u1", {
        email: "li.na@example.com",
        jobNumber: "A007",
        departmentRemoteIds: [department],
      });
      expect(result).toEqual({ remoteId: "u1", warnings: [] });
      expect(await getUser("u1")).toEqual({
        remoteId: "u1",
        name: "李娜",
        mobile: expect.stringMatching(/^1\d{10}$/),
        email: "li.na@example.com",
        jobNumber: "A007",
        departmentRemoteIds: [department],
      });
    });

    it("conflict by id and by mobile, naming the field", async () => {
      await createUser("u1", { mobile: "13800138001" });
      await failsWith(createUser("u1", { mobile: "13800138002" }), "conflict", { field: "remoteId" });
      await failsWith(createUser("u2", { mobile: "+86 138-0013-8001" }), "conflict", { field: "mobile" });
    });

    it("are refused without a mobile", async () => {
      const { mobile: _none, ...profile } = person("u1", vendor.rootId);
      await failsWith(vendor.session.users.create({ ...context, remoteId: "u1", profile }), "rejected", {
        field: "mobile",
      });
    });

    it("wait for a department and for a manager that are not there", async () => {
      await failsWith(createUser("u1", { departmentRemoteIds: ["999999"] }), "dependency-missing", {
        field: "departmentRemoteIds",
      });
      await failsWith(createUser("u1", { managerRemoteId: "nobody" }), "dependency-missing", {
        field: "managerRemoteId",
      });
    });

    it("change in the given fields only; null clears a field, or says that the vendor kept it", async () => {
      await createUser("boss");
      await createUser("u1", { title: "工程师", email: "a@example.com", managerRemoteId: "boss" });
      const update = (changes: Parameters<typeof vendor.session.users.update>[0]["changes"]) =>
        vendor.session.users.update({
          ...context,
          remoteId: "u1",
          changes,
          previousDepartmentRemoteIds: [vendor.rootId],
        });
      await update({ name: "李小娜" });
      expect(await getUser("u1")).toMatchObject({ name: "李小娜", email: "a@example.com" });
      expect(vendor.storedUserField("u1", "title")).toBe("工程师");
      expect(vendor.storedUserField("u1", "managerRemoteId")).toBe("boss");
      const { warnings } = await update({ title: null, email: null, managerRemoteId: null });
      const kept = (["email", "title"] as const).filter((field) => vendor.storedUserField("u1", field));
      expect(warnings).toEqual(kept.map((field) => expect.stringContaining(`The ${field} was kept`)));
      expect(kept).toEqual(vendor.keepsTexts === true ? ["email", "title"] : []);
      expect(vendor.storedUserField("u1", "managerRemoteId")).toBeUndefined();
      expect(await getUser("u1")).toMatchObject({ name: "李小娜", departmentRemoteIds: [vendor.rootId] });
    });

    it("keep their mobile with a warning, while the other changes are made", async () => {
      await createUser("u1", { mobile: "13800138001" });
      const { warnings } = await vendor.session.users.update({
        ...context,
        remoteId: "u1",
        changes: { mobile: "13900139002", name: "新名" },
        previousDepartmentRemoteIds: [vendor.rootId],
      });
      expect(warnings).toHaveLength(1);
      expect(warnings.join()).not.toContain("13900139002");
      expect(await getUser("u1")).toMatchObject({ mobile: "13800138001", name: "新名" });
    });

    it("move between our departments and keep those that somebody else gave them", async () => {
      const [from, to] = [await createDepartment("旧部门"), await createDepartment("新部门")];
      const foreign = vendor.addDepartment("工会", vendor.rootId);
      await createUser("u1", { departmentRemoteIds: [from] });
      vendor.addMembership("u1", foreign);
      await vendor.session.users.update({
        ...context,
        remoteId: "u1",
        changes: { departmentRemoteIds: [to] },
        previousDepartmentRemoteIds: [from],
      });
      const moved = await getUser("u1");
      expect(new Set(moved?.departmentRemoteIds)).toEqual(new Set([to, foreign]));
    });

    it("are not found for an update after they are gone", async () => {
      const previousDepartmentRemoteIds = [vendor.rootId];
      for (const changes of [{ name: "无" }, { departmentRemoteIds: [vendor.rootId] }]) {
        const update = { ...context, remoteId: "nobody", changes, previousDepartmentRemoteIds };
        await failsWith(vendor.session.users.update(update), "not-found", {});
      }
    });

    it("are removed, and a second removal is done already", async () => {
      await createUser("u1");
      await vendor.session.users.remove({ ...context, remoteId: "u1" });
      expect(await getUser("u1")).toBeUndefined();
      await expect(vendor.session.users.remove({ ...context, remoteId: "u1" })).resolves.toBeUndefined();
    });

    it("are stopped from signing in and let in again where the account is the company's", async () => {
      vendor.addCompanyAccount("c1");
      const { setEnabled, isEnabled } = vendor.session.users;
      expect(await isEnabled({ ...context, remoteId: "c1" })).toBe(true);
      for (const enabled of [false, false, true]) {
        await setEnabled({ ...context, remoteId: "c1", enabled, reason: "inactive in SCIM" });
        expect(await isEnabled({ ...context, remoteId: "c1" })).toBe(enabled);
      }
      expect(await getUser("c1")).toBeDefined();
    });

    it("are not stopped where the account is their own or there is none", async () => {
      await createUser("u1");
      const { setEnabled, isEnabled } = vendor.session.users;
      await failsWith(setEnabled({ ...context, remoteId: "u1", enabled: false }), "rejected", {});
      await failsWith(setEnabled({ ...context, remoteId: "nobody", enabled: false }), "not-found", {});
      expect(await isEnabled({ ...context, remoteId: "u1" })).toBeUndefined();
      expect(await isEnabled({ ...context, remoteId: "nobody" })).toBeUndefined();
    });

    it("are found by mobile however it is written", async () => {
      await createUser("u1", { mobile: "13800138001" });
      const find = (mobile: string) => vendor.session.users.findByMobile({ ...context, mobile });
      expect(await find("+86 138 0013 8001")).toMatchObject({ remoteId: "u1" });
      expect(await find("13800138001")).toMatchObject({ remoteId: "u1" });
      expect(await find("13800138009")).toBeUndefined();
    });

    it("that were created while the answer was lost say so and can be looked up", async () => {
      vendor.loseNextCreate("user");
      await failsWith(createUser("u1"), "transient", { mayHaveApplied: true });
      expect(await getUser("u1")).toMatchObject({ remoteId: "u1" });
    });
  });
}
