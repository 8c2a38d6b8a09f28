import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConnectorSession, VendorCall } from "../../src/connectors/connector.js";
import {
  ConnectorError,
  type ConnectorErrorFacts,
  type ConnectorErrorKind,
} from "../../src/connectors/errors.js";
import type { RemoteRecord } from "../../src/connectors/operations.js";
import type { UserProfile } from "../../src/connectors/profiles.js";
import { isRoleId } from "../../src/connectors/role-id.js";

/** What the suite needs of a vendor besides the connector: an administrator at its console, and trouble. */
export interface VendorUnderTest {
  session: ConnectorSession;
  rootId: string;
  /** Every call recorded since the start. */
  calls: VendorCall[];
  /** Makes a department at the vendor's console, without our stamp. */
  addDepartment(name: string, parentRemoteId: string): string;
  /** Adds a person at the vendor's console. */
  addPerson(remoteId: string, mobile: string, departmentRemoteId: string): void;
  /** Puts a person into one more department at the vendor's console. */
  addMembership(userRemoteId: string, departmentRemoteId: string): void;
  /** Makes a person at the vendor's console whose account belongs to the company, so that it can be disabled. */
  addCompanyAccount(userRemoteId: string): void;
  /** Who leads a department at the vendor. */
  leadersOf(departmentRemoteId: string): readonly string[];
  /** Makes a role in a group of roles at the vendor's console, and answers its remote id. */
  addRole(groupRemoteId: string, name: string): string;
  /** Who holds a role at the vendor. */
  holdersOf(roleRemoteId: string): readonly string[];
  /** A value that the vendor keeps of a person, by its field of `UserProfile`. */
  storedUserField(userRemoteId: string, field: "title" | "email" | "managerRemoteId"): string | undefined;
  /** Whether the vendor passes over an attempt to clear a text. */
  keepsTexts?: boolean;
  /** The next create of this kind takes effect and its answer is lost. */
  loseNextCreate(kind: "user" | "department" | "role"): void;
  /** The next create of this kind is answered with "too many calls". */
  throttleNextCreate(kind: "user" | "department"): void;
  close(): Promise<void>;
}

/** What the caller of each test was told of. */
let told: VendorCall[] = [];
const context = { correlationId: "req-1", onCall: (call: VendorCall) => void told.push(call) };
const everyField: readonly (keyof UserProfile)[] = ["mobile", "email", "workPlace", "remark"];

/** The promises of the connector contract, for any vendor. */
export function describeConnector(name: string, start: () => Promise<VendorUnderTest>): void {
  describe(`the ${name} connector`, () => {
    let vendor: VendorUnderTest;
    beforeEach(async () => {
      vendor = await start();
      told = [];
    });
    afterEach(async () => {
      await vendor.close();
      // Whatever was done, and however it ended: what the session tells of is what its only caller is told.
      expect(told).toEqual(vendor.calls);
    });

    const createDepartment = async (
      departmentName: string,
      parentRemoteId = vendor.rootId,
      sourceId = `src-${departmentName}`,
    ) => {
      const profile = { name: departmentName, parentRemoteId, sourceId };
      const { remoteId } = await vendor.session.departments.create({ ...context, profile });
      return remoteId;
    };
    const createUser = async (remoteId: string, profile: Partial<UserProfile> = {}) => {
      const whole = { ...person(remoteId, vendor.rootId), ...profile };
      return vendor.session.users.create({ ...context, remoteId, profile: whole });
    };
    const getUser = (remoteId: string) => vendor.session.users.get({ ...context, remoteId });
    const getDepartment = (remoteId: string) => vendor.session.departments.get({ ...context, remoteId });

    describeRoles(() => vendor);

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
        await failsWith(
          vendor.session.departments.remove({ ...context, remoteId }),
          "dependency-missing",
          {},
        );
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

      it.each([1, 99, 100, 101, 250])(
        "list all of %i members of a department, page by page",
        async (count) => {
          const department = await createDepartment("大");
          for (let n = 1; n <= count; n++) {
            vendor.addPerson(`p${n}`, String(13_600_000_000 + n), department);
          }
          const { records, pages } = await list(department);
          expect(new Set(records.map((record) => record.remoteId)).size).toBe(count);
          expect(pages).toBe(Math.ceil(count / 100));
        },
      );

      it("tell what the app is authorised for", async () => {
        expect(await vendor.session.readScope(context)).toEqual({
          wholeCompany: true,
          departmentRemoteIds: ["1"],
          userRemoteIds: [],
          userFields: everyField,
        });
      });
    });

    describe("calls", () => {
      it("report a throttle with the time to wait", async () => {
        vendor.throttleNextCreate("user");
        const error = await failsWith(createUser("u1"), "throttled", {});
        expect(error.facts.retryAfterMs).toBeGreaterThan(0);
        expect(error.facts.mayHaveApplied ?? false).toBe(false);
        expect(await getUser("u1")).toBeUndefined();
      });

      it("are not made for a caller who has left already", async () => {
        const request = { ...context, remoteId: "u1", profile: person("u1", vendor.rootId) };
        const create = vendor.session.users.create({ ...request, signal: AbortSignal.abort() });
        await failsWith(create, "transient", { mayHaveApplied: false });
        expect(await getUser("u1")).toBeUndefined();
      });

      it("are recorded without phone numbers", async () => {
        await createUser("u1", { mobile: "13800138001" });
        await failsWith(createUser("u2", { mobile: "13800138001" }), "conflict", {});
        await vendor.session.users.findByMobile({ ...context, mobile: "13800138001" });
        expect(vendor.calls.length).toBeGreaterThanOrEqual(3);
        expect(vendor.calls.some(({ outcome }) => outcome === "ok")).toBe(true);
        expect(JSON.stringify(vendor.calls)).not.toContain("13800138001");
      });

      it("are told to the caller who asked for them, and to no other", async () => {
        await createUser("u0");
        const ofEach = await Promise.all(
          ["u1", "u2"].map(async (remoteId) => {
            const calls: VendorCall[] = [];
            const onCall = (call: VendorCall) => {
              calls.push(call);
              context.onCall(call);
            };
            const profile = person(remoteId, vendor.rootId);
            await vendor.session.users.create({ ...context, onCall, remoteId, profile });
            return calls;
          }),
        );
        const [first, second] = ofEach.map((calls) => calls.map(({ path }) => path));
        expect(first).not.toEqual([]);
        expect(second).toEqual(first);
        expect(new Set(ofEach.flat()).size).toBe(ofEach.flat().length);
      });

      it("of roles are told with the person", async () => {
        await createUser("u1");
        const { roles, users } = vendor.session;
        const groupRemoteId = await roles.createGroup({ ...context, name: "SCIM" });
        const { remoteId } = await roles.create({ ...context, groupRemoteId, name: "审批人" });
        const read = () => users.read({ ...context, remoteId: "u1", granted: everyField });
        expect((await read())?.contents.roleRemoteIds).toEqual([]);
        await roles.assign({ ...context, userRemoteId: "u1", roleRemoteIds: [remoteId] });
        expect((await read())?.contents.roleRemoteIds).toEqual([remoteId]);
      });

      it("of a connection test report scope and counts without writing", async () => {
        await createDepartment("乙", await createDepartment("甲"));
        await createUser("u1");
        const report = await vendor.session.test(context);
        expect(report).toMatchObject({
          ok: true,
          problems: [],
          scope: { wholeCompany: true },
          counts: { departments: 2, people: 1 },
        });
      });
    });
  });
}

/** What every connector promises of roles and those who hold them. */
function describeRoles(current: () => VendorUnderTest): void {
  describe("roles", () => {
    const roles = () => current().session.roles;
    const makeGroup = (name = "SCIM") => roles().createGroup({ ...context, name });
    const makeRole = async (groupRemoteId: string, name: string) =>
      (await roles().create({ ...context, groupRemoteId, name })).remoteId;
    const makePeople = async (...remoteIds: string[]) => {
      const { session, rootId } = current();
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
      const group = await current().session.departments.create({
        ...context,
        profile: { name: "审批人", parentRemoteId: current().rootId, sourceId: "src" },
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
      current().loseNextCreate("role");
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
      expect(all.map((id) => current().holdersOf(id).length)).toEqual([2, ...Array<number>(22).fill(1)]);
      const rest = all.slice(1);
      for (let times = 0; times < 2; times += 1) {
        await roles().withdraw({ ...context, userRemoteId: "u1", roleRemoteIds: rest });
      }
      expect(current().holdersOf(first)).toEqual(["u1", "u2"]);
      expect(current().holdersOf(second)).toEqual([]);
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
      expect(current().holdersOf(remoteId)).toEqual([]);
    });

    it("are not removed while somebody holds them, and removing one that is gone is no trouble", async () => {
      const groupRemoteId = await makeGroup();
      const remoteId = current().addRole(groupRemoteId, "审批人");
      await makePeople("u1");
      await roles().assign({ ...context, userRemoteId: "u1", roleRemoteIds: [remoteId] });
      const refused = await failsWith(roles().remove({ ...context, remoteId }), "dependency-missing", {});
      expect(refused.facts.remedy).toBeDefined();
      await current().session.users.remove({ ...context, remoteId: "u1" });
      await roles().remove({ ...context, remoteId });
      await roles().remove({ ...context, remoteId });
      expect(await roles().get({ ...context, remoteId })).toBeUndefined();
      await failsWith(roles().rename({ ...context, remoteId, name: "新" }), "not-found", {});
      await failsWith(roles().listHolders({ ...context, remoteId }), "not-found", {});
    });
  });
}

let lastMobile = 13_700_000_000;

function person(remoteId: string, departmentRemoteId: string): UserProfile {
  lastMobile += 1;
  const name = remoteId === "u1" ? "李娜" : `人${remoteId}`;
  return { name, mobile: String(lastMobile), departmentRemoteIds: [departmentRemoteId] };
}

/** Asserts how a call fails and hands the error on. */
export async function failsWith(
  promise: Promise<unknown>,
  kind: ConnectorErrorKind,
  facts: Partial<ConnectorErrorFacts>,
): Promise<ConnectorError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConnectorError);
  if (!(error instanceof ConnectorError)) throw error;
  expect({ kind: error.kind, facts: error.facts }).toMatchObject({ kind, facts });
  return error;
}
