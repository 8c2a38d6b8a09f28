import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApplication, type WholeApplication } from "../e2e/whole-application.js";
import { defaultTenantId } from "../support/database.js";

const ACCOUNT = "/api/application/scim/account";
const ORGANIZATION = "/api/application/scim/organization";

let gateway: WholeApplication;
beforeAll(async () => {
  gateway = await openApplication();
}, 30_000);
afterAll(() => gateway.close());

async function push(path: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await gateway.send({
    method: "POST",
    path,
    headers: { authorization: gateway.bearer, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: JSON.parse(answer.text), headers: answer.headers };
}

async function scim(method: string, path: string, body?: object) {
  const headers = { authorization: gateway.bearer, "content-type": "application/scim+json" };
  const sent = { method, path: `/scim/v2${path}`, headers, ...(body && { body: JSON.stringify(body) }) };
  return JSON.parse((await gateway.send(sent)).text);
}

const findByExternalId = (type: string, id: string) =>
  scim("GET", `/${type}?filter=${encodeURIComponent(`externalId eq "${id}"`)}`);

describe("the addresses of IDaaS 1.x", () => {
  it("makes one organization of pushes that come at once", async () => {
    const body = { organizationUuid: "81", organization: "仓储部" };
    const answers = await Promise.all(Array.from({ length: 8 }, () => push(ORGANIZATION, body)));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect((await findByExternalId("Groups", "81")).totalResults).toBe(1);
  });

  it("lets an account into an organization that arrives at the same time", async () => {
    await Promise.all([
      push(ACCOUNT, { id: "91", userName: "jin.wen", belongs: [{ belongOuUuid: "82" }] }),
      push(ORGANIZATION, { organizationUuid: "82", organization: "物流部" }),
    ]);
    const { Resources } = await findByExternalId("Users", "91");
    expect(Resources[0].groups).toMatchObject([{ display: "物流部" }]);
  });

  it("adopts a person of that name whom nobody else has numbered", async () => {
    const schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
    const { id } = await scim("POST", "/Users", { schemas, userName: "ma.chao", title: "队长" });
    expect((await push(ACCOUNT, { id: "92", userName: "ma.chao", displayName: "马超" })).body.id).toBe(id);
    expect(await scim("GET", `/Users/${id}`)).toMatchObject({
      externalId: "92",
      displayName: "马超",
      title: "队长",
    });
  });

  it("leaves plain groups alone when it sets the departments", async () => {
    const { body } = await push(ACCOUNT, { id: "93", userName: "yu.na", belongs: [] });
    const { id } = await scim("POST", "/Groups", {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
      displayName: "篮球队",
      members: [{ value: body.id }],
      "urn:ietf:params:scim:schemas:extension:organization:2.0:Group": { kind: "group" },
    });
    await push(ACCOUNT, { id: "93", belongs: [] });
    expect((await scim("GET", `/Users/${body.id}`)).groups).toMatchObject([{ value: id }]);
  });

  it("tells what the vendor said about a delivery that has failed, and no more once the data changes", async () => {
    await connect();
    const account = { id: "94", userName: "kong.ming", displayName: "孔明", belongs: [] };
    const first = await push(ACCOUNT, account);
    expect(first.body).toMatchObject({ errorNumber: 0, errors: [] });
    const reason = { code: "mobile-missing", message: "No mobile number.", remedy: "Enter one in IDaaS." };
    await gateway.database.query(
      "update delivery set state = 'parked', reason = $2::jsonb where resource_id = $1",
      [first.body.id, JSON.stringify(reason)],
    );
    const again = await push(ACCOUNT, account);
    expect(again).toMatchObject({
      status: 200,
      body: { errorNumber: 502, errors: ["总部: No mobile number. Enter one in IDaaS."], id: first.body.id },
    });
    const changed = await push(ACCOUNT, {
      ...account,
      phoneNumbers: [{ type: "mobile", value: "13500135077" }],
    });
    expect(changed.body).toMatchObject({ errorNumber: 0, errors: [] });
  });

  it.each([
    { problem: "broken JSON", body: "{", headers: {}, status: 400 },
    { problem: "a name that touches prototypes", body: '{"__proto__":1}', headers: {}, status: 400 },
    { problem: "too large a body", body: `"${"a".repeat(1024 * 1024)}"`, headers: {}, status: 413 },
    {
      problem: "another charset",
      body: "{}",
      headers: { "content-type": "application/json; charset=x" },
      status: 415,
    },
    { problem: "an unknown token", body: "{}", headers: { authorization: "bearer nonsense" }, status: 401 },
  ])("answers $problem with its HTTP status and its own body", async ({ body, headers, status }) => {
    const answer = await push(ACCOUNT, body, headers);
    expect(answer).toMatchObject({
      status,
      body: { errorNumber: status, errors: [expect.stringMatching(/\S/)] },
    });
    expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  });

  it("needs the scope scim:write", async () => {
    const { client, clientSecret } = await gateway.authorization.createClient({
      tenantId: defaultTenantId,
      name: "reader",
      scopes: ["scim:read"],
    });
    const { access_token } = await gateway.authorization.issueToken({
      parameters: {
        grant_type: "client_credentials",
        client_id: client.clientId,
        client_secret: clientSecret,
      },
    });
    const answer = await push(ACCOUNT, {}, { authorization: `Bearer ${access_token}` });
    expect(answer).toMatchObject({ status: 403, body: { errorNumber: 403 } });
  });

  it("writes no secret and no mobile number into its log or its database", async () => {
    const secrets = {
      password: "pw-81xZ",
      originalPass: "op-81xZ",
      masterSalt: "ms-81xZ",
      masterSecret: "mk-81xZ",
    };
    const phone = { type: "mobile", value: "13611112222" };
    const { body } = await push(ACCOUNT, {
      id: "95",
      userName: "lu.su",
      ...secrets,
      phoneNumbers: [phone],
      extendField: { attributes: { hobby: "围棋" } },
    });
    const rows = await gateway.database.query("select row_to_json(r) as row from resource r where id = $1", [
      body.id,
    ]);
    expect(JSON.stringify(rows)).not.toContain("81xZ");
    await gateway.requestLog.flush();
    const requests = await gateway.database.query("select row_to_json(l)::text as line from request_log l");
    expect(JSON.stringify(requests)).toContain("masterSalt");
    expect(JSON.stringify(requests)).not.toMatch(/81xZ|13611112222/);
    expect(gateway.log.join("\n")).not.toMatch(/81xZ|13611112222/);
  });
});

async function connect(): Promise<void> {
  const headers = { authorization: gateway.bearer, "content-type": "application/json" };
  const address = "http://127.0.0.1:1";
  const config = { corpId: "ding", appKey: "key", appSecret: "s", oapiBaseUrl: address, apiBaseUrl: address };
  const body = JSON.stringify({ connector: "dingtalk", name: "总部", config });
  const made = await gateway.send({ method: "POST", path: "/admin/v1/connections", headers, body });
  const path = `/admin/v1/connections/${JSON.parse(made.text).id}`;
  await gateway.send({ method: "PATCH", path, headers, body: '{"enabled":true}' });
}
