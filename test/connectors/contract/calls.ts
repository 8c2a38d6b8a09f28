import { describe, expect, it } from "vitest";
import type { VendorCall } from "../../../src/connectors/connector.js";
import { failsWith } from "./fails-with.js";
import { type ContractWords, context, everyField, person } from "./words.js";

/** What every connector promises of calls, whatever they are about. */
export function describeCalls({ vendor, createDepartment, createUser, getUser }: ContractWords): void {
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
}
