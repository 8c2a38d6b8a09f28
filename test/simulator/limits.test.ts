import { describe, expect, it } from "vitest";
import { createRateWindow, type RateLimit } from "../../src/simulator/rate-window.js";
import { startTenant } from "./tenant.js";

const LISTSUB = "v2/department/listsub";

describe("the limit of calls a second", () => {
  it("counts each path by itself and refuses the 21st call in the 88 envelope with window and end", async () => {
    const tenant = await startTenant({ ratePerSecond: 20 });
    for (let n = 0; n < 20; n += 1) expect(await tenant.codeOf(LISTSUB)).toBe(0);
    const refused = await tenant.call(LISTSUB);
    expect(refused).toMatchObject({ errcode: 88, sub_code: "90018" });
    expect(refused.sub_msg).toContain("apiPath(dingtalk.oapi.v2.department.listsub)");
    // The clock stands at 01:00:00 UTC, nine in the morning in China.
    expect(refused.sub_msg).toContain("处罚将在 2026-03-02 09:00:01 结束");
    expect(await tenant.codeOf("v2/department/get", { dept_id: 1 })).toBe(0);
    tenant.clock.advance(999);
    expect(await tenant.codeOf(LISTSUB)).toBe(90018);
    tenant.clock.advance(1);
    expect(await tenant.codeOf(LISTSUB)).toBe(0);
  });

  it("does not perform a refused call and does not use up a planned fault on it", async () => {
    const tenant = await startTenant({ ratePerSecond: 1 });
    await tenant.addDepartment("甲");
    tenant.simulator.faults.add({ kind: "busy", times: 1 });
    expect(await tenant.codeOf("v2/department/create", { name: "乙", parent_id: 1 })).toBe(90018);
    expect(tenant.simulator.state().departments).toHaveLength(2);
    expect(tenant.simulator.faults.list()).toMatchObject([{ hits: 0, live: true }]);
  });

  it("is 403 with a text code on v1.0", async () => {
    const tenant = await startTenant({ ratePerSecond: 1 });
    const ask = () =>
      tenant.fetch("/v1.0/oauth2/accessToken", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      });
    await ask();
    const refused = await ask();
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi" });
  });

  it("bans an address with a body that is none of the envelopes, for five minutes", async () => {
    const tenant = await startTenant({ ipCallsPer20Seconds: 3 });
    const ask = async () => (await tenant.fetch(`/auth/scopes?access_token=${tenant.token}`)).json();
    expect(await ask()).toMatchObject({ errcode: 0 });
    expect(await ask()).toMatchObject({ errcode: 0 });
    expect(await ask()).toEqual({ status: 1111, wait: 5, source: "x5", punish: "deny" });
    tenant.clock.advance(299_999);
    expect(await ask()).toMatchObject({ status: 1111 });
    tenant.clock.advance(1);
    expect(await ask()).toMatchObject({ errcode: 0 });
  });
});

describe("a rate window", () => {
  const sliding: RateLimit = { calls: 2, windowMs: 1_000, style: "sliding", penaltyMs: 0 };
  const fixed: RateLimit = { ...sliding, style: "fixed" };

  it.each<[string, RateLimit, number[], boolean[]]>([
    [
      "sliding: room comes back call by call",
      sliding,
      [0, 600, 999, 1_000, 1_599, 1_600],
      [true, true, false, true, false, true],
    ],
    [
      "fixed: room comes back all at once",
      fixed,
      [0, 600, 999, 1_000, 1_001, 1_002],
      [true, true, false, true, true, false],
    ],
    ["fixed: a burst across the border passes", fixed, [998, 999, 1_000, 1_001], [true, true, true, true]],
    [
      "sliding: a burst across the border does not",
      sliding,
      [998, 999, 1_000, 1_001],
      [true, true, false, false],
    ],
    [
      "a penalty starts at the first excess and is not prolonged",
      { ...sliding, penaltyMs: 1_000 },
      [0, 0, 500, 1_499, 1_500],
      [true, true, false, false, true],
    ],
  ])("%s", (_case, limit, times, admitted) => {
    const window = createRateWindow();
    expect(times.map((time) => window.admit("path", 10_000 + time, limit) === undefined)).toEqual(admitted);
  });

  it("stays exact and small over many calls", () => {
    const window = createRateWindow();
    let admitted = 0;
    for (let now = 0; now < 60_000; now += 1)
      if (!window.admit("path", now, { ...sliding, calls: 100 })) admitted += 1;
    expect(admitted).toBe(6_000);
  });
});
