import { describe, expect, it } from "vitest";
import { startTenant, type Tenant } from "./tenant.js";

const JSON_HEADERS = { "content-type": "application/json" };

async function askV1(
  tenant: Tenant,
  init: RequestInit,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await tenant.fetch("/v1.0/oauth2/accessToken", { method: "POST", ...init });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe("app access tokens", () => {
  it("are the same on both hosts while valid, renewed by asking, new after they ran out", async () => {
    const tenant = await startTenant();
    const { appKey, appSecret } = tenant.simulator.credentials;
    const askOld = async () => {
      const response = await tenant.fetch(`/gettoken?appkey=${appKey}&appsecret=${appSecret}`);
      return (await response.json()) as { errcode: number; access_token: string; expires_in: number };
    };
    const first = await askOld();
    expect(first).toMatchObject({ errcode: 0, access_token: tenant.token, expires_in: 7_200 });
    tenant.clock.advance(7_000_000);
    const credentials = JSON.stringify({ appKey, appSecret });
    const renewed = await askV1(tenant, { headers: JSON_HEADERS, body: credentials });
    expect(renewed).toEqual({ status: 200, body: { accessToken: tenant.token, expireIn: 7_200 } });
    tenant.clock.advance(7_000_000);
    expect(await tenant.codeOf("v2/department/listsub")).toBe(0);
    tenant.clock.advance(200_000);
    expect(await tenant.codeOf("v2/department/listsub")).toBe(40014);
    expect((await askOld()).access_token).not.toBe(tenant.token);
  });

  it.each([
    ["a wrong secret", "appkey=dingsimulatedapp0001&appsecret=no", 40096],
    ["a wrong key", "appkey=other&appsecret=simulated-app-secret-0001", 40096],
    ["no key", "appsecret=x", 40035],
    ["no secret", "appkey=x", 40035],
  ])("are refused by gettoken for %s", async (_case, query, code) => {
    const tenant = await startTenant();
    const response = await tenant.fetch(`/gettoken?${query}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ errcode: code });
  });

  it.each([
    ["a wrong pair", JSON_HEADERS, '{"appKey":"a","appSecret":"b"}', "invalidClientIdOrSecret"],
    ["a missing secret", JSON_HEADERS, '{"appKey":"a"}', "MissingappSecret"],
    ["an empty body", JSON_HEADERS, "", "Missingbody"],
    [
      "a form",
      { "content-type": "application/x-www-form-urlencoded" },
      "appKey=a&appSecret=b",
      "Missingbody",
    ],
    ["broken JSON", JSON_HEADERS, "{", "Missingbody"],
  ])("are refused by v1.0 with 400 for %s", async (_case, headers, body, code) => {
    const tenant = await startTenant();
    expect(await askV1(tenant, { headers, body })).toMatchObject({ status: 400, body: { code } });
  });

  it("die when they are revoked, and the client gets a different one", async () => {
    const tenant = await startTenant();
    tenant.simulator.revokeTokens();
    expect(await tenant.call("v2/department/listsub")).toMatchObject({
      errcode: 88,
      sub_code: "40014",
      errmsg: expect.stringMatching(/^ding talk error\[subcode=40014,submsg=.+\]$/),
    });
  });

  it("answer 42001 when they ran out, if the tenant is set so", async () => {
    const tenant = await startTenant({ expiredTokenCode: "42001", tokenLifetimeMs: 1_000 });
    tenant.clock.advance(1_000);
    expect(await tenant.codeOf("v2/department/listsub")).toBe(42001);
  });
});

describe("failures before an API is reached", () => {
  it.each([
    ["/topapi without a token", "POST", "/topapi/v2/user/get", { errcode: 88, sub_code: "40000" }],
    [
      "/topapi with a made-up token",
      "POST",
      "/topapi/v2/user/get?access_token=x",
      { errcode: 88, sub_code: "40014" },
    ],
    ["an old path without a token", "GET", "/auth/scopes", { errcode: 41001 }],
    ["an old path with a made-up token", "GET", "/auth/scopes?access_token=x", { errcode: 40014 }],
    ["an unknown API", "POST", "/topapi/v2/user/destroy", { errcode: 22 }],
    ["a slash at the end", "POST", "/topapi/v2/user/get/", { errcode: 22 }],
    ["GET where POST is needed", "GET", "/topapi/v2/user/get", { errcode: 43002 }],
    ["POST where GET is needed", "POST", "/gettoken", { errcode: 43001 }],
  ])("answer HTTP 200 and the code in the body: %s", async (_case, method, path, body) => {
    const tenant = await startTenant();
    const response = await tenant.fetch(path, { method });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject(body);
  });

  it.each([
    ["no token", {}, 400, "AuthenticationFailed.MissingParameter"],
    ["a bearer header", { authorization: "Bearer TOKEN" }, 400, "AuthenticationFailed.MissingParameter"],
    ["a bad token", { "x-acs-dingtalk-access-token": "x" }, 400, "InvalidAuthentication"],
    ["an ordinary member", { "x-acs-dingtalk-access-token": "TOKEN" }, 400, "exclusive.account.only"],
  ])("tell by HTTP status on v1.0: %s", async (_case, headers, status, code) => {
    const tenant = await startTenant();
    await tenant.addUser("u1");
    const withToken = Object.entries(headers).map(([name, value]) => [
      name,
      value.replace("TOKEN", tenant.token),
    ]);
    const response = await tenant.fetch("/v1.0/contact/orgAccounts/disable", {
      method: "POST",
      headers: { ...JSON_HEADERS, ...Object.fromEntries(withToken) },
      body: '{"userId":"u1"}',
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  it.each([
    ["POST", "/v1.0/nothing"],
    ["GET", "/v1.0/oauth2/accessToken"],
  ])("answer 404 on v1.0 for %s %s", async (method, path) => {
    const tenant = await startTenant();
    const response = await tenant.fetch(path, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "InvalidAction.NotFound" });
  });

  it("name the missing permission and where to apply for it", async () => {
    const tenant = await startTenant();
    const { grants } = tenant.simulator.settings;
    const permissions = grants.permissions.filter((permission) => permission !== "qyapi_manage_addresslist");
    tenant.simulator.configure({ grants: { ...grants, permissions } });
    const refused = await tenant.call("v2/user/create", {});
    expect(refused).toMatchObject({ errcode: 88, sub_code: "60011" });
    expect(refused.sub_msg).toContain("[qyapi_manage_addresslist]");
    expect(refused.errmsg).toContain(
      "appscope/apply?content=dingsimulatedapp0001%23qyapi_manage_addresslist",
    );
    expect(await tenant.codeOf("v2/department/listsub")).toBe(0);
  });

  it("name the address that is not on the list, wrapped on /topapi and plain elsewhere", async () => {
    const tenant = await startTenant({ allowedIps: ["203.0.113.9"] });
    const text = "request ip=127.0.0.1 appKey(dingsimulatedapp0001)";
    expect(await tenant.call("v2/user/get", { userid: "u" })).toMatchObject({
      errcode: 88,
      sub_code: "60020",
      errmsg: expect.stringContaining(text),
    });
    const plain = await tenant.fetch(`/auth/scopes?access_token=${tenant.token}`);
    expect(await plain.json()).toMatchObject({ errcode: 60020, errmsg: expect.stringContaining(text) });
    tenant.simulator.configure({ allowedIps: ["127.0.0.1"] });
    expect(await tenant.codeOf("v2/department/listsub")).toBe(0);
  });
});

describe("bodies", () => {
  const post = async (tenant: Tenant, contentType: string, body: string | Uint8Array) => {
    const path = `/topapi/v2/department/create?access_token=${tenant.token}`;
    const response = await tenant.fetch(path, {
      method: "POST",
      headers: { "content-type": contentType },
      body: typeof body === "string" ? body : Buffer.from(body),
    });
    return response;
  };

  it.each([
    ["JSON", "application/json; charset=utf-8", '{"name":"A","parent_id":1}', 0],
    ["a form", "application/x-www-form-urlencoded", "name=A&parent_id=1", 0],
    ["plain text", "text/plain", '{"name":"A","parent_id":1}', 43004],
    ["broken JSON", "application/json", '{"name":', 47001],
    ["a JSON list", "application/json", "[]", 47001],
    ["bytes that are not UTF-8", "application/json", new Uint8Array([0x22, 0xff, 0x22]), 47001],
    ["nothing", "application/json", "", 40035],
    ["only a __proto__ member", "application/json", '{"__proto__":{"name":"A","parent_id":1}}', 40035],
    ["very deep nesting", "application/json", `{"name":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, 60001],
  ])("are read, or refused with a code: %s", async (_case, contentType, body, code) => {
    const tenant = await startTenant();
    const response = await post(tenant, contentType, body);
    expect(await response.json()).toMatchObject({ errcode: code });
    expect(Object.hasOwn(Object.prototype, "name")).toBe(false);
  });

  it("over one megabyte are answered with 413 and nothing is applied", async () => {
    const tenant = await startTenant();
    const body = JSON.stringify({ name: "A", parent_id: 1, source_identifier: "x".repeat(1_100_000) });
    const response = await post(tenant, "application/json", body);
    expect(response.status).toBe(413);
    expect(tenant.simulator.state().departments).toHaveLength(1);
    expect(await tenant.codeOf("v2/department/listsub")).toBe(0);
  });

  it("as a form may carry the token too", async () => {
    const tenant = await startTenant();
    const response = await tenant.fetch("/topapi/v2/department/listsub", {
      method: "POST",
      body: new URLSearchParams({ access_token: tenant.token }),
    });
    expect(await response.json()).toMatchObject({ errcode: 0, result: [] });
  });
});

describe("the contact scope", () => {
  const scoped = async () => {
    const tenant = await startTenant();
    const inside = await tenant.addDepartment("内部");
    const below = await tenant.addDepartment("下级", inside);
    const outside = await tenant.addDepartment("外部");
    await tenant.addUser("in", { dept_id_list: String(below) });
    await tenant.addUser("out", { dept_id_list: String(outside) });
    await tenant.addUser("named", { dept_id_list: String(outside) });
    const { grants } = tenant.simulator.settings;
    const contactScope = { departments: [inside], users: ["named"] };
    tenant.simulator.configure({ grants: { ...grants, userFields: ["email"], contactScope } });
    return { tenant, inside, below, outside };
  };

  it("is shown by /auth/scopes with the fields granted", async () => {
    const { tenant, inside } = await scoped();
    const response = await tenant.fetch(`/auth/scopes?access_token=${tenant.token}`);
    const scopes = (await response.json()) as { auth_user_field: string[] };
    expect(scopes).toMatchObject({
      errcode: 0,
      auth_org_scopes: { authed_dept: [inside], authed_user: ["named"] },
    });
    expect(scopes.auth_user_field).toContain("email");
    expect(scopes.auth_user_field).not.toContain("mobile");
  });

  it("closes reads and writes outside it, and lists of ids do not know it", async () => {
    const { tenant, below, outside } = await scoped();
    const codes = {
      "in get": await tenant.codeOf("v2/user/get", { userid: "in" }),
      "named get": await tenant.codeOf("v2/user/get", { userid: "named" }),
      "out get": await tenant.codeOf("v2/user/get", { userid: "out" }),
      "out delete": await tenant.codeOf("v2/user/delete", { userid: "out" }),
      "out update": await tenant.codeOf("v2/user/update", { userid: "out", name: "X" }),
      "transfer out": await tenant.codeOf("v2/user/update", { userid: "in", dept_id_list: String(outside) }),
      "below list": await tenant.codeOf("v2/user/list", { dept_id: below, cursor: 0, size: 10 }),
      "outside list": await tenant.codeOf("v2/user/list", { dept_id: outside, cursor: 0, size: 10 }),
      "outside listid": await tenant.codeOf("user/listid", { dept_id: outside }),
      "root listsub": await tenant.codeOf("v2/department/listsub"),
      "root listsubid": await tenant.codeOf("v2/department/listsubid", { dept_id: 1 }),
      "outside child": await tenant.codeOf("v2/department/create", { name: "N", parent_id: outside }),
    };
    expect(codes).toEqual({
      "in get": 0,
      "named get": 0,
      "out get": 50002,
      "out delete": 50002,
      "out update": 50002,
      "transfer out": 50004,
      "below list": 0,
      "outside list": 50004,
      "outside listid": 0,
      "root listsub": 50004,
      "root listsubid": 0,
      "outside child": 50004,
    });
  });

  it("leaves fields without a grant out of what is read", async () => {
    const { tenant } = await scoped();
    const { result } = await tenant.call("v2/user/get", { userid: "in" });
    expect(result).not.toHaveProperty("mobile");
    expect(result).toHaveProperty("name");
  });
});
