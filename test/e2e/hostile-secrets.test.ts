import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BULK_REQUEST_SCHEMA } from "../../src/scim/messages.js";
import { DICTIONARY_USER_URN, USER_URN } from "../../src/scim/schema/urns.js";
import { PATCH_URN } from "./hostile-requests.js";
import { openStage, type Stage } from "./hostile-stage.js";
import type { Sent } from "./whole-application.js";

let stage: Stage;
let bulkCount = 0;
beforeAll(async () => {
  stage = await openStage();
}, 30_000);
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.gateway.requestLog.flush();
  await stage.gateway.database.query("delete from request_log");
  stage.gateway.log.length = 0;
});
afterEach(() => stage.expectUnharmed());

const SECRET = "Tr0ub4dor-and-3-xk9";
const MOBILE = "13912345678";

/** Everything that was written about requests: the log of the process and the request log. */
async function written(): Promise<string> {
  await stage.gateway.requestLog.flush();
  const rows = await stage.gateway.database.query("select * from request_log");
  expect(stage.gateway.log.length).toBeGreaterThan(0);
  return stage.gateway.log.join("\n") + JSON.stringify(rows);
}

const scim = (method: string, path: string, body: unknown): Sent => ({
  method,
  path: `/scim/v2${path}`,
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const user = (more: object) => ({ schemas: [USER_URN], userName: "somebody", ...more });
const patch = (...operations: object[]) =>
  scim("PATCH", `/Users/${stage.targets.user}`, { schemas: [PATCH_URN], Operations: operations });
const bulk = (data: object, path = "/Users") => {
  bulkCount += 1;
  const operation = { method: "POST", path, bulkId: `b${bulkCount}`, data };
  return scim("POST", "/Bulk", { schemas: [BULK_REQUEST_SCHEMA], Operations: [operation] });
};
const idaas = (body: object): Sent => ({
  method: "POST",
  path: "/api/application/scim/account",
  body: JSON.stringify(body),
});

describe("a password stands in no log", () => {
  it.each<[string, () => Sent]>([
    ["of a person who is made", () => scim("POST", "/Users", user({ password: SECRET, active: "True" }))],
    ["of a person who is refused", () => scim("POST", "/Users", user({ password: SECRET, active: "maybe" }))],
    ["that is an object", () => scim("POST", "/Users", user({ password: { value: SECRET, type: "x" } }))],
    ["in a list", () => scim("POST", "/Users", user({ password: [SECRET, [SECRET]] }))],
    [
      "in another case",
      () => scim("PUT", `/Users/${stage.targets.user}`, user({ PassWord: SECRET, active: 7 })),
    ],
    ["by a path", () => patch({ op: "Replace", path: "password", value: SECRET })],
    ["by a path with its URN", () => patch({ op: "Add", path: `${USER_URN}:password`, value: SECRET })],
    [
      "by a path in another case",
      () => patch({ OP: "replace", PATH: "PASSWORD", VALUE: SECRET }, { op: "no" }),
    ],
    [
      "by a path behind blanks",
      () => patch({ op: "replace", path: `${" ".repeat(500)}password`, value: SECRET }),
    ],
    ["by a value", () => patch({ op: "Replace", value: { password: SECRET, active: "maybe" } })],
    ["by a filter in a path", () => patch({ op: "remove", path: `password[value eq "${SECRET}"]` })],
    ["by a sub-attribute", () => patch({ op: "replace", path: "password.x", value: SECRET })],
    ["in bulk", () => bulk(user({ password: SECRET, active: "maybe" }))],
    ["in bulk at a wrong path", () => bulk(user({ password: SECRET }), "/Nobody")],
    ["in JSON that is broken", () => scim("POST", "/Users", `{"password":"${SECRET}",`)],
    ["twice", () => scim("POST", "/Users", `{"password":"${SECRET}","PASSWORD":"${SECRET}"}`)],
    ["that is too long", () => scim("POST", "/Users", user({ password: SECRET.repeat(1_000) }))],
    ["of IDaaS", () => idaas({ userName: "x", password: SECRET, masterSalt: SECRET, originalPass: SECRET })],
    [
      "of an extended field",
      () => idaas({ id: [], extendField: { attributes: { masterSecret: SECRET, userPassword: SECRET } } }),
    ],
    ["in a filter", () => ({ path: `/scim/v2/Users?filter=password%20eq%20%22${SECRET}%22` })],
    ["in a search", () => scim("POST", "/Users/.search", { filter: `password eq "${SECRET}" and x` })],
    [
      "of a client",
      () => ({
        method: "POST",
        path: "/oauth/token",
        body: JSON.stringify({ grant_type: "client_credentials", client_id: "x", client_secret: SECRET }),
      }),
    ],
    [
      "of a Basic header",
      () => ({
        path: "/scim/v2/Users",
        headers: { authorization: `Basic ${Buffer.from(`x:${SECRET}`).toString("base64")}` },
      }),
    ],
    [
      "of a Bearer header",
      () => ({ path: "/scim/v2/Users", headers: { authorization: `Bearer ${SECRET}` } }),
    ],
  ])("%s", async (_what, sent) => {
    await stage.attack(sent());
    const log = await written();
    expect(log).not.toContain(SECRET);
    expect(log).not.toContain(Buffer.from(`x:${SECRET}`).toString("base64"));
  });

  it("nor do the secrets and tokens that the administration makes", async () => {
    const client = await stage.ask({
      method: "POST",
      path: "/admin/v1/clients",
      body: JSON.stringify({ name: "x", scopes: ["scim:read"], authMethods: ["long_lived_token"] }),
    });
    const { id, clientSecret } = JSON.parse(client.text);
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const token = await stage.ask({
      method: "POST",
      path: `/admin/v1/clients/${id}/tokens`,
      body: JSON.stringify({ name: "x", scopes: ["scim:read"], expiresAt }),
    });
    const { token: text } = JSON.parse(token.text);
    const used = await stage.ask({ path: "/scim/v2/Users", headers: { authorization: `Bearer ${text}` } });
    expect([client.status, token.status, used.status]).toEqual([201, 201, 200]);
    const log = await written();
    for (const secret of [clientSecret, text]) expect(log).not.toContain(secret);
  });
});

describe("a mobile number stands in no log", () => {
  it.each<[string, () => Sent]>([
    [
      "of a person",
      () => scim("POST", "/Users", user({ phoneNumbers: [{ value: MOBILE }], active: "maybe" })),
    ],
    ["as a number", () => scim("POST", "/Users", user({ phoneNumbers: Number(MOBILE) }))],
    ["as a number in the wrong place", () => scim("POST", "/Users", user({ title: Number(MOBILE) }))],
    ["as a userName", () => scim("POST", "/Users", { ...user({ active: "maybe" }), userName: MOBILE })],
    ["in a text", () => scim("POST", "/Users", user({ title: `call +86 ${MOBILE} now`, active: "maybe" }))],
    [
      "at the end of a text",
      () => scim("POST", "/Users", user({ title: `${"x".repeat(190)} ${MOBILE}`, active: "no" })),
    ],
    ["as the name of an attribute", () => scim("POST", "/Users", user({ [MOBILE]: 1, active: "maybe" }))],
    [
      "as an ignored attribute",
      () => scim("POST", "/Users", { ...user({ [MOBILE]: 1 }), userName: "ignorer" }),
    ],
    [
      "in a dictionary field",
      () => scim("POST", "/Users", user({ [DICTIONARY_USER_URN]: { code: MOBILE } })),
    ],
    [
      "by a path",
      () => patch({ op: "replace", path: `phoneNumbers[value eq "${MOBILE}"].value`, value: "x" }),
    ],
    ["in bulk", () => bulk(user({ phoneNumbers: [{ value: MOBILE }], active: "maybe" }))],
    ["of IDaaS", () => idaas({ id: Number(MOBILE), phoneNumbers: [{ value: MOBILE }], userName: MOBILE })],
    ["as an id", () => ({ path: `/scim/v2/Users/${MOBILE}` })],
    ["as an id that is deleted", () => ({ method: "DELETE", path: `/scim/v2/Users/${MOBILE}` })],
    ["of an unknown address", () => ({ path: `/scim/v2/${MOBILE}` })],
    ["of a user agent", () => ({ path: "/scim/v2/Users", headers: { "user-agent": `phone ${MOBILE}` } })],
    ["in a filter", () => ({ path: `/scim/v2/Users?filter=phoneNumbers.value%20eq%20%22${MOBILE}%22` })],
  ])("%s", async (_what, sent) => {
    await stage.attack(sent());
    expect(await written()).not.toContain(MOBILE);
  });
});
