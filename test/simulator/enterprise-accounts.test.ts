import { describe, expect, it } from "vitest";
import { startTenant } from "./tenant.js";

const SSO = { exclusive_account: true, exclusive_account_type: "sso" };
const OWN_LOGIN = {
  exclusive_account: true,
  exclusive_account_type: "dingtalk",
  login_id: "li.na",
  init_password: "Passw0rd1",
};
const BASE = { userid: "u1", name: "李娜", dept_id_list: "1" };

async function startCompany() {
  const tenant = await startTenant({ enterpriseAccounts: true });
  const account = async (verb: string, body: Record<string, unknown>) => {
    const response = await tenant.fetch(`/v1.0/contact/orgAccounts/${verb}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-acs-dingtalk-access-token": tenant.token },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { ...tenant, account };
}

describe("an enterprise account", () => {
  it.each<[string, Record<string, unknown>, number]>([
    ["for sign-in at the company, without mobile", SSO, 0],
    ["with a login name and password", OWN_LOGIN, 0],
    ["with a number of its own", { ...SSO, exclusive_mobile: "+86-13412341234" }, 0],
    ["with a number in the form of members", { ...SSO, exclusive_mobile: "13412341234" }, 60103],
    ["of an unknown type", { ...SSO, exclusive_account_type: "ldap" }, 400002],
    ["without login name", { ...OWN_LOGIN, login_id: undefined }, 40035],
    ["without password", { ...OWN_LOGIN, init_password: undefined }, 40035],
    ["with a short password", { ...OWN_LOGIN, init_password: "Pass0rd" }, 400002],
    ["with a password of letters", { ...OWN_LOGIN, init_password: "Password" }, 400002],
    ["with a password of digits", { ...OWN_LOGIN, init_password: "12345678" }, 400002],
    ["sending a password that is not there", { ...SSO, send_password_to_user: true }, 40035],
  ])("is created %s: %s", async (_case, fields, code) => {
    const tenant = await startCompany();
    expect(await tenant.codeOf("v2/user/create", { ...BASE, ...fields })).toBe(code);
  });

  it("has a login name that nobody else has", async () => {
    const tenant = await startCompany();
    await tenant.resultOf("v2/user/create", { ...BASE, ...OWN_LOGIN });
    expect(await tenant.codeOf("v2/user/create", { ...BASE, ...OWN_LOGIN, userid: "u2" })).toBe(400002);
  });

  it("is updated with its departments only, and by loginId", async () => {
    const tenant = await startCompany();
    await tenant.resultOf("v2/user/create", { ...BASE, ...OWN_LOGIN });
    expect(await tenant.codeOf("v2/user/update", { userid: "u1", title: "主管" })).toBe(40035);
    const change = { userid: "u1", dept_id_list: "1", loginId: "li.na2", login_id: "passed.over" };
    expect(await tenant.codeOf("v2/user/update", change)).toBe(0);
    expect(await tenant.resultOf("v2/user/get", { userid: "u1" })).toMatchObject({
      exclusive_account: true,
      exclusive_account_type: "dingtalk",
      login_id: "li.na2",
    });
  });

  it("is disabled and enabled, and stays a member", async () => {
    const tenant = await startCompany();
    await tenant.resultOf("v2/user/create", { ...BASE, ...SSO });
    for (const [verb, disable] of [
      ["disable", true],
      ["disable", true],
      ["enable", false],
    ] as const) {
      expect(await tenant.account(verb, { userId: "u1" })).toEqual({ status: 200, body: { result: true } });
      expect(await tenant.account("status", { userId: "u1" })).toEqual({ status: 200, body: { disable } });
      const read = await tenant.resultOf("v2/user/get", { userid: "u1" });
      expect(read).toMatchObject({ disable_status: disable });
      expect(read).not.toHaveProperty("mobile");
    }
    expect((await tenant.account("disable", {})).body).toMatchObject({ code: "invalid.param" });
    expect((await tenant.account("disable", { userId: "u9" })).body).toMatchObject({
      code: "user.not.exist",
    });
  });

  it("keeps its password out of the simulator's records", async () => {
    const tenant = await startCompany();
    await tenant.resultOf("v2/user/create", { ...BASE, ...OWN_LOGIN });
    const kept = [tenant.simulator.state(), tenant.simulator.requests.all()];
    expect(JSON.stringify(kept)).not.toContain(OWN_LOGIN.init_password);
  });
});
