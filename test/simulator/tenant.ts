import { onTestFinished } from "vitest";
import { z } from "zod";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.js";
import { createManualClock, type ManualClock } from "./manual-clock.js";

/** The older host's answer as a client sees it; `result` is of another shape in every API. */
const oldAnswer = z.looseObject({
  errcode: z.coerce.number(),
  errmsg: z.string().optional(),
  sub_code: z.string().optional(),
  result: z.unknown().optional(),
});
type OldAnswer = z.infer<typeof oldAnswer>;

const resultObject = z.record(z.string(), z.unknown());
const newDepartment = z.looseObject({ dept_id: z.number() });

/** A started simulator with a client that holds a token; closed when the test ends. */
export interface Tenant {
  simulator: Simulator;
  clock: ManualClock;
  token: string;
  /** Calls an API of `/topapi/` with a JSON body and the token. */
  call(api: string, parameters?: Record<string, unknown>): Promise<OldAnswer>;
  /** Calls and answers the fields of the result; throws unless the call succeeds with an object as its result. */
  resultOf(api: string, parameters?: Record<string, unknown>): Promise<Record<string, unknown>>;
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
    return oldAnswer.parse(await response.json());
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
    async resultOf(api, parameters = {}) {
      return resultObject.parse((await mustSucceed(api, parameters)).result);
    },
    async codeOf(api, parameters) {
      const answer = await call(api, parameters);
      return answer.errcode === 88 ? Number(answer.sub_code) : answer.errcode;
    },
    fetch: fetchBelow,
    async addDepartment(name, parentId = 1, more = {}) {
      const answer = await mustSucceed("v2/department/create", { name, parent_id: parentId, ...more });
      return newDepartment.parse(answer.result).dept_id;
    },
    async addUser(userid, more = {}) {
      mobiles += 1;
      const base = { userid, name: `员工${userid}`, mobile: String(mobiles), dept_id_list: "1" };
      await mustSucceed("v2/user/create", { ...base, ...more });
    },
  };
}
