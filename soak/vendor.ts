import { type OutgoingHttp, OutgoingHttpError, type OutgoingRequest } from "../src/platform/outgoing-http.js";
import {
  contraryReadings,
  createInProcessSimulator,
  type InProcessSimulator,
  usualReadings,
} from "../src/simulator/index.js";
import type { FakeClock } from "../test/support/fake-clock.js";

/** The client's patience, as `createOutgoingHttp` has it by default: from the end of the request to the answer. */
const ANSWER_LIMIT_MS = 10_000;
const OUR_ADDRESS = "203.0.113.7";

/** What stands at DingTalk before we come: departments and people that are none of our business. */
export interface Foreign {
  /** The department that is the connection's root. */
  rootId: number;
  /** Where leavers are put if the policy says so. */
  holdingId: number;
  departmentIds: ReadonlySet<number>;
  userids: ReadonlySet<string>;
  /** The name of a role group in which somebody holds a role. */
  roleGroup: string;
}

/** A simulated DingTalk with a company in it, reached without a network. */
export interface Vendor {
  simulator: InProcessSimulator;
  foreign: Foreign;
  http: OutgoingHttp;
}

/** Makes one; its time is the clock's. */
export function openVendor(clock: FakeClock, contrary: boolean): Vendor {
  const simulator = createInProcessSimulator({
    clock,
    enterpriseAccounts: true,
    ...(contrary ? contraryReadings() : usualReadings()),
  });
  const addDepartment = (name: string, parent_id: number) => {
    simulator.act("/topapi/v2/department/create", { name, parent_id });
    const made = simulator.state().departments.find((department) => department.name === name);
    if (made === undefined) throw new Error(`the simulator did not make ${name}`);
    return made.dept_id;
  };
  const addPerson = (userid: string, mobile: string, departmentId: number) =>
    simulator.act("/topapi/v2/user/create", {
      userid,
      name: `手工${userid}`,
      mobile,
      dept_id_list: String(departmentId),
    });
  const rootId = addDepartment("网关所辖", 1);
  const beside = addDepartment("手工部门", 1);
  const inside = addDepartment("手工小组", rootId);
  const holdingId = addDepartment("待离职", 1);
  addPerson("by-hand-beside", "13900000001", beside);
  addPerson("by-hand-inside", "13900000002", inside);
  addPerson("by-hand-root", "13900000003", rootId);
  const roleGroup = "手工角色组";
  const { groupId } = simulator.act("/role/add_role_group", { name: roleGroup });
  const { roleId } = simulator.act("/role/add_role", { groupId, roleName: "手工角色" });
  simulator.act("/topapi/role/addrolesforemps", { roleIds: String(roleId), userIds: "by-hand-inside" });
  const foreign = {
    roleGroup,
    rootId,
    holdingId,
    departmentIds: new Set([1, rootId, beside, inside, holdingId]),
    userids: new Set(["by-hand-beside", "by-hand-inside", "by-hand-root"]),
  };
  return {
    simulator,
    foreign,
    http: { send: (request) => send(simulator, clock, request), close: async () => {} },
  };
}

async function send(simulator: InProcessSimulator, clock: FakeClock, request: OutgoingRequest) {
  const { method, url, signal } = request;
  if (signal?.aborted) throw new OutgoingHttpError("aborted", false, "given up before it was sent");
  const outcome = simulator.respond({
    method,
    path: url.pathname,
    query: url.searchParams,
    header: (name) => request.headers?.[name],
    body: new TextEncoder().encode(request.body ?? ""),
    ip: OUR_ADDRESS,
  });
  // What takes too long goes on at the vendor; only nobody listens.
  const answered = await Promise.race([outcome, impatience(clock, outcome, signal)]);
  switch (answered.kind) {
    case "answer": {
      const { status, contentType, body, headers } = answered.answer;
      return {
        status,
        headers: new Map(Object.entries({ "content-type": contentType, ...headers })),
        text: body,
      };
    }
    case "reset":
      throw new OutgoingHttpError("reset", true, "the connection was reset");
    case "hang":
      // The loser of the race above: nothing but impatience ends this.
      return impatience(clock, new Promise(() => {}), signal);
  }
}

async function impatience(
  clock: FakeClock,
  answer: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<never> {
  const over = new AbortController();
  answer.then(
    () => over.abort(),
    () => over.abort(),
  );
  const waits = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  try {
    await clock.sleep(ANSWER_LIMIT_MS, waits);
  } catch {
    if (signal?.aborted)
      throw new OutgoingHttpError("aborted", true, "given up while waiting for the answer");
    return new Promise(() => {});
  }
  throw new OutgoingHttpError("timeout", true, "no answer in time");
}
