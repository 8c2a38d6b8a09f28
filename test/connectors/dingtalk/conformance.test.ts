import type { VendorCall } from "../../../src/connectors/connector.js";
import { createDingTalkConnector } from "../../../src/connectors/dingtalk/index.js";
import { createPacer } from "../../../src/connectors/pacer.js";
import { roleRemoteId, vendorRoleId } from "../../../src/connectors/role-id.js";
import { systemClock } from "../../../src/platform/clock.js";
import {
  contraryReadings,
  type Readings,
  startSimulator,
  usualReadings,
} from "../../../src/simulator/index.js";
import { describeConnector } from "../conformance.js";
import type { VendorUnderTest } from "../contract/vendor-under-test.js";

const READINGS = {
  "DingTalk (usual readings)": usualReadings(),
  "DingTalk (contrary readings)": contraryReadings(),
};

for (const [name, readings] of Object.entries(READINGS)) describeConnector(name, () => start(readings));

async function start(readings: Readings): Promise<VendorUnderTest> {
  const simulator = await startSimulator({ ratePerSecond: 10_000, enterpriseAccounts: true, ...readings });
  const connector = createDingTalkConnector();
  const calls: VendorCall[] = [];
  const settings = connector.parseSettings({
    ...simulator.credentials,
    oapiBaseUrl: simulator.url,
    apiBaseUrl: simulator.url,
  });
  const session = connector.open(settings, {
    clock: systemClock,
    pacer: createPacer({ clock: systemClock, ratePerSecond: 10_000 }),
    onCall: (call) => calls.push(call),
  });
  const userOf = (userid: string) => simulator.state().users.find((user) => user.userid === userid);
  const createPath = (kind: "user" | "department" | "role") =>
    kind === "role" ? "/role/add_role" : `/topapi/v2/${kind}/create`;
  return {
    session,
    rootId: "1",
    keepsTexts: !readings.emptyStringClears,
    calls,
    addDepartment(name, parentRemoteId) {
      simulator.act("/topapi/v2/department/create", { name, parent_id: Number(parentRemoteId) });
      const made = simulator.state().departments.find((department) => department.name === name);
      return String(made?.dept_id);
    },
    addPerson(userid, mobile, departmentRemoteId) {
      const person = { userid, name: userid, mobile, dept_id_list: departmentRemoteId };
      simulator.act("/topapi/v2/user/create", person);
    },
    addMembership(userid, departmentRemoteId) {
      const ids = [...(userOf(userid)?.dept_id_list ?? []), Number(departmentRemoteId)];
      simulator.act("/topapi/v2/user/update", { userid, dept_id_list: ids.join(",") });
    },
    addCompanyAccount(userid) {
      const account = { exclusive_account: true, exclusive_account_type: "sso" };
      simulator.act("/topapi/v2/user/create", { userid, name: "企业账号", dept_id_list: "1", ...account });
    },
    leadersOf(remoteId) {
      const led = simulator.state().departments.find(({ dept_id }) => String(dept_id) === remoteId);
      return led?.dept_manager_userid_list ?? [];
    },
    addRole(groupRemoteId, roleName) {
      const made = simulator.act("/role/add_role", { groupId: Number(groupRemoteId), roleName });
      return roleRemoteId(String(made["roleId"]));
    },
    holdersOf(remoteId) {
      const roles = simulator.state().roleGroups.flatMap((group) => group.roles);
      return roles.find(({ id }) => String(id) === vendorRoleId(remoteId))?.userid_list ?? [];
    },
    storedUserField(userid, field) {
      const user = userOf(userid);
      const value = field === "managerRemoteId" ? user?.manager_userid : user?.[field];
      return value || undefined;
    },
    loseNextCreate(kind) {
      simulator.faults.add({ kind: "reset", when: "after", path: createPath(kind), times: 1 });
    },
    throttleNextCreate(kind) {
      simulator.faults.add({ kind: "throttle", path: createPath(kind), times: 1 });
    },
    async close() {
      await session.close();
      await simulator.close();
    },
  };
}
