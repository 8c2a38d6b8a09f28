import { describe, expect, it } from "vitest";
import type { RemoteRecord } from "../../../src/connectors/operations.js";
import type { UserProfile } from "../../../src/connectors/profiles.js";
import { failsWith } from "./fails-with.js";
import { type ContractWords, context, everyField, person } from "./words.js";

/** What every connector promises of the reads that reconciliation compares. */
export function describeReads({ vendor, createDepartment, createUser }: ContractWords): void {
  describe("reads for a comparison", () => {
    const list = async (departmentRemoteId: string, granted = everyField) => {
      const records: RemoteRecord<UserProfile>[] = [];
      let pages = 0;
      for (let cursor: string | undefined, more = true; more; pages++) {
        const page = await vendor.session.users.listMembers({
          ...context,
          departmentRemoteId,
          granted,
          ...(cursor !== undefined && { cursor }),
        });
        records.push(...page.records);
        cursor = page.nextCursor;
        more = cursor !== undefined;
      }
      return { records, pages };
    };

    it("name the departments directly below one", async () => {
      const parent = await createDepartment("甲");
      const [first, second] = [await createDepartment("乙", parent), await createDepartment("丙", parent)];
      await createDepartment("丁", first);
      const children = await vendor.session.departments.listChildren({
        ...context,
        parentRemoteId: parent,
      });
      expect(new Set(children)).toEqual(new Set([first, second]));
      const none = { ...context, parentRemoteId: second };
      expect(await vendor.session.departments.listChildren(none)).toEqual([]);
    });

    it("tell a department with all that was sent", async () => {
      const parent = await createDepartment("甲");
      const profile = { name: "乙", parentRemoteId: parent, sourceId: "src-乙", order: 7 };
      const { remoteId } = await vendor.session.departments.create({ ...context, profile });
      const read = await vendor.session.departments.read({ ...context, remoteId });
      expect(read).toEqual({ remoteId, contents: { ...profile, managerRemoteIds: [] } });
      const byHand = vendor.addDepartment("手工", parent);
      const other = await vendor.session.departments.read({ ...context, remoteId: byHand });
      expect(other?.contents).toMatchObject({ name: "手工", sourceId: null });
      expect(await vendor.session.departments.read({ ...context, remoteId: "999999" })).toBeUndefined();
    });

    it("say that a department to be listed is gone", async () => {
      const gone = { ...context, parentRemoteId: "999999" };
      await failsWith(vendor.session.departments.listChildren(gone), "not-found", {});
      await failsWith(list("999999"), "not-found", {});
    });

    it("tell a person with all that was sent, empty apart from unknown", async () => {
      await createUser("boss");
      const profile: UserProfile = {
        ...person("u1", vendor.rootId),
        email: "u1@example.com",
        title: "工程师",
        jobNumber: "A1",
        telephone: "0571-1",
        workPlace: "杭州",
        remark: "试用期",
        hideMobile: true,
        hiredDate: 1_735_689_600_000,
        managerRemoteId: "boss",
        seniorMode: true,
        customFields: { 工位: "A-12" },
        positions: [{ departmentRemoteId: vendor.rootId, title: "工程师", isMain: true }],
        departmentOrders: [{ departmentRemoteId: vendor.rootId, order: "176000000000000512" }],
      };
      await createUser("u1", profile);
      const read = (remoteId: string, granted = everyField) =>
        vendor.session.users.read({ ...context, remoteId, granted });
      const told = await read("u1");
      expect(told?.contents).toMatchObject({ ...profile, seniorMode: true, account: null });
      // A list may leave out what it says it does, and tells nothing else than the single read.
      const page = { ...context, departmentRemoteId: vendor.rootId, granted: everyField };
      const { toldSingly } = await vendor.session.users.listMembers(page);
      const listed = (await list(vendor.rootId)).records.find((record) => record.remoteId === "u1");
      expect(told?.contents).toMatchObject(listed?.contents ?? { name: "not listed" });
      const unlisted = Object.keys(told?.contents ?? {}).filter(
        (field) => !(field in (listed?.contents ?? {})),
      );
      expect(unlisted.filter((field) => !toldSingly.some((one) => one === field))).toEqual([]);
      expect((await read("boss"))?.contents).toMatchObject({
        title: null,
        email: null,
        managerRemoteId: null,
      });
      expect(await read("nobody")).toBeUndefined();
    });

    it("do not take a field that is hidden from the app for an empty one", async () => {
      await createUser("u1", { title: "工程师" });
      const read = await vendor.session.users.read({ ...context, remoteId: "u1", granted: [] });
      expect(read?.contents).toMatchObject({ title: "工程师", jobNumber: null });
      expect(Object.keys(read?.contents ?? {})).not.toContain("email");
    });

    it.each([1, 99, 100, 101, 250])("list all of %i members of a department, page by page", async (count) => {
      const department = await createDepartment("大");
      for (let n = 1; n <= count; n++) {
        vendor.addPerson(`p${n}`, String(13_600_000_000 + n), department);
      }
      const { records, pages } = await list(department);
      expect(new Set(records.map((record) => record.remoteId)).size).toBe(count);
      expect(pages).toBe(Math.ceil(count / 100));
    });

    it("tell what the app is authorised for", async () => {
      expect(await vendor.session.readScope(context)).toEqual({
        wholeCompany: true,
        departmentRemoteIds: ["1"],
        userRemoteIds: [],
        userFields: everyField,
      });
    });
  });
}
