import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ENTERPRISE_USER_URN, USER_URN } from "../../src/scim/schema/urns.js";
import { openApplication, type WholeApplication } from "./whole-application.js";

let gateway: WholeApplication;
let clientRef: string;
beforeAll(async () => {
  gateway = await openApplication();
  const { items } = await read("/admin/v1/clients");
  clientRef = items[0].id;
});
afterAll(() => gateway.close());
beforeEach(async () => {
  await gateway.requestLog.flush();
  await gateway.database.query("delete from request_log");
});

const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await gateway.send({
    method,
    path,
    headers: { authorization: gateway.bearer, "content-type": "application/scim+json", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { ...answer, json: answer.text === "" ? undefined : JSON.parse(answer.text) };
}

/** What the administration answers. */
async function read(path: string) {
  await gateway.requestLog?.flush();
  const { status, json } = await send("GET", path);
  expect([path, status]).toEqual([path, 200]);
  return json;
}

describe("the request log of the administration", () => {
  it("shows a refused write with its reason and its masked body", async () => {
    const body = { schemas: [USER_URN], userName: "wang@x.example", active: "maybe", password: "s3cret" };
    const refused = await send("POST", "/scim/v2/Users?attributes=userName", body, { "x-request-id": "r-1" });
    expect(refused.status).toBe(400);
    const { items, nextCursor } = await read("/admin/v1/requests?correlation=r-1");
    expect(nextCursor).toBeNull();
    expect(items).toEqual([
      {
        id: expect.any(String),
        at: expect.any(String),
        clientId: gateway.client.clientId,
        method: "POST",
        path: "/scim/v2/Users",
        route: "/scim/v2/Users",
        status: 400,
        durationMs: expect.any(Number),
        scimType: "invalidValue",
        detail: '"active" takes true or false, not a string.',
        profile: "auto",
        recognisedProfile: "rfc",
        quirks: [],
        ignoredAttributes: [],
        resourceType: "User",
        resourceId: null,
        correlationId: "r-1",
        userAgent: null,
      },
    ]);
    expect((await read(`/admin/v1/requests/${items[0].id}`)).body).toEqual({
      schemas: [USER_URN],
      userName: "[email]",
      active: "maybe",
      password: "[redacted]",
    });
  });

  it("shows the quirks of a write that passed, what was left out, and what it made", async () => {
    const body = {
      schemas: [USER_URN],
      userName: "li",
      active: "True",
      shoeSize: 44,
      [ENTERPRISE_USER_URN]: { manager: "m" },
    };
    const made = await send("POST", "/scim/v2/Users", body, { "user-agent": "Okta SCIM Client 1.0.0" });
    expect(made.status).toBe(201);
    const { items } = await read(`/admin/v1/requests?resource=${made.json.id}&quirk=text-boolean`);
    expect(items).toMatchObject([
      {
        status: 201,
        recognisedProfile: "okta",
        quirks: ["text-boolean", "unknown-attribute-ignored", "text-for-object", "unlisted-extension"],
        ignoredAttributes: ["shoeSize"],
        resourceType: "User",
        userAgent: "Okta SCIM Client 1.0.0",
      },
    ]);
    const { body: kept, quirksExplained } = await read(`/admin/v1/requests/${items[0].id}`);
    expect(kept).toMatchObject({ shoeSize: 44 });
    expect(quirksExplained[0]).toEqual({
      quirk: "text-boolean",
      description: expect.stringContaining("True"),
    });
  });

  it("keeps no body of what went well, and nothing of a caller that is not known", async () => {
    const body = { schemas: [USER_URN], userName: "zhou" };
    const made = await send("POST", "/scim/v2/Users", body);
    await send("GET", `/scim/v2/Users/${made.json.id}?attributes=userName`);
    await send("GET", `/scim/v2/Users/${made.json.id}`, undefined, { authorization: "Bearer unknown" });
    await send("GET", "/admin/v1/clients");
    const { items } = await read("/admin/v1/requests");
    expect(items.map((item: { method: string; path: string }) => [item.method, item.path])).toEqual([
      ["GET", `/scim/v2/Users/${made.json.id}`],
      ["POST", "/scim/v2/Users"],
    ]);
    expect((await read(`/admin/v1/requests/${items[1].id}`)).body).toBeNull();
    expect((await read("/admin/v1/requests?remarkable=true")).items).toEqual([]);
  });

  it("shows what IDaaS 1.x was told, although it was answered 200", async () => {
    const answer = await send("POST", "/api/application/scim/account", { id: "6498786832594607257" });
    expect([answer.status, answer.json.errorNumber]).not.toEqual([200, 0]);
    const { items } = await read("/admin/v1/requests?status=4xx");
    expect(items).toMatchObject([
      { path: "/api/application/scim/account", recognisedProfile: "idaas", detail: expect.any(String) },
    ]);
  });

  it("pages by cursor, each request once", async () => {
    for (let index = 0; index < 5; index += 1) await send("GET", "/scim/v2/Users?count=0");
    const seen: string[] = [];
    let cursor = "";
    do {
      const page = await read(`/admin/v1/requests?limit=2${cursor}`);
      seen.push(...page.items.map((item: { id: string }) => item.id));
      cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : "";
    } while (cursor !== "");
    expect([seen.length, new Set(seen).size]).toEqual([5, 5]);
    expect(seen).toEqual([...seen].sort().reverse());
  });

  it("says which dialect a client speaks, and what a profile would refuse", async () => {
    const made = await send("POST", "/scim/v2/Users", { schemas: [USER_URN], userName: "wu" });
    const operation = { op: "Replace", path: 'emails[type eq "work"].value', value: "a@x.example" };
    await send("PATCH", `/scim/v2/Users/${made.json.id}`, { schemas: [PATCH_OP], Operations: [operation] });
    expect(await read(`/admin/v1/clients/${clientRef}/dialect`)).toEqual({
      clientId: gateway.client.clientId,
      profile: "auto",
      requests: 2,
      recognisedProfile: "entra",
      wouldRefuse: {
        auto: [],
        rfc: ["replace-creates-element"],
        interop: ["replace-creates-element"],
        entra: [],
        okta: ["replace-creates-element"],
        idaas: ["replace-creates-element"],
      },
      profiles: [
        { name: "entra", requests: 1, lastAt: expect.any(String) },
        { name: "rfc", requests: 1, lastAt: expect.any(String) },
      ],
      quirks: [
        {
          name: "replace-creates-element",
          requests: 1,
          lastAt: expect.any(String),
          description: expect.any(String),
          profiles: ["auto", "entra"],
        },
      ],
      ignoredAttributes: [],
    });
  });

  it.each([
    ["/admin/v1/requests/99999999-9999-4999-8999-999999999999", 404],
    ["/admin/v1/clients/99999999-9999-4999-8999-999999999999/dialect", 404],
    ["/admin/v1/requests?colour=red", 400],
    ["/admin/v1/requests?cursor=zzz", 400],
  ])("refuses %s with %i", async (path, status) => {
    expect((await send("GET", path)).status).toBe(status);
  });
});
