import { onTestFinished } from "vitest";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.js";
import { createManualClock, type ManualClock } from "./manual-clock.js";

/** The older host's answer as a client sees it. */
export interface OldAnswer {
  errcode: number;
  errmsg: string;
  sub_code?: string;
  sub_msg?: string;
  request_id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer of any API, looked into by the tests
  result?: any;
}

/** A started simulator with a client that holds a token; closed when the test ends. */
export interface Tenant {
  simulator: Simulator;
  clock: ManualClock;
  token: string;
  /** Calls an API of `/topapi/` with a JSON body and the token. */
  call(api: string, parameters?: Record<string, unknown>): Promise<OldAnswer>;
  /** Calls and answers the effective code: `errcode`, or `sub_code` out of the envelope. */
  codeOf(api: string, parameters?: Record<string, unknown>): Promise<number>;
  /** Any request below the simulator's address. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  addDepartment(name: string, parentId?: number, more?: Record<string, unknown>): Promise<number>;
  addUser(userid: string, more?: Record<string, unknown>): Promise<void>;
}

/** Starts a simulator on a clock that stands still, with a rate high enough not to be in the way. */
export async function startTenant(options: SimulatorOptions = {}): Promise<Tenant> {
  const clock = createManualClock();
  const simulator = await startSimulator({ clock, ratePerSecond: 10_000, ...options });
  onTestFinished(() => simulator.close());
  const { appKey, appSecret } = simulator.credentials;
  const fetchBelow = (path: string, init?: RequestInit) => fetch(`${simulator.url}${path}`, init);
  const granted = await fetchBelow(`/gettoken?appkey=${appKey}&appsecret=${appSecret}`);
  const { access_token: token } = (await granted.json()) as { access_token: string };
  simulator.requests.clear();

  const call: Tenant["call"] = async (api, parameters = {}) => {
    const response = await fetchBelow(`/topapi/${api}?access_token=${token}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(parameters),
    });
    return (await response.json()) as OldAnswer;
  };
  const mustSucceed = async (api: string, parameters: Record<string, unknown>) => {
    const answer = await call(api, parameters);
    if (answer.errcode !== 0) throw new Error(`${api} answered ${JSON.stringify(answer)}`);
    return answer;
  };
  let mobiles = 13_800_000_000;
  return {
    simulator,
    clock,
    token,
    call,
    async codeOf(api, parameters) {
      const answer = await call(api, parameters);
      return answer.errcode === 88 ? Number(answer.sub_code) : answer.errcode;
    },
    fetch: fetchBelow,
    async addDepartment(name, parentId = 1, more = {}) {
      const answer = await mustSucceed("v2/department/create", { name, parent_id: parentId, ...more });
      return answer.result.dept_id;
    },
    async addUser(userid, more = {}) {
      mobiles += 1;
      const base = { userid, name: `员工${userid}`, mobile: String(mobiles), dept_id_list: "1" };
      await mustSucceed("v2/user/create", { ...base, ...more });
    },
  };
}
