import type { Express } from "express";
import request from "supertest";
import { beforeEach, describe, expect, it } from "vitest";
import { createScimRouter } from "../../../src/http/scim/router.js";
import { checkTestToken, serveRouter, tenantId } from "../support/serve-router.js";
import { createFakeDirectory, type FakeDirectory } from "./fake-directory.js";

const BASE = "https://gateway.example/scim/v2";
const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ORGANIZATION_GROUP = "urn:ietf:params:scim:schemas:extension:organization:2.0:Group";
const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";
const SOME_ID = "11111111-1111-4111-8111-111111111111";
const OTHER_ID = "22222222-2222-4222-8222-222222222222";

let directory: FakeDirectory;
let app: Express;

beforeEach(() => {
  directory = createFakeDirectory();
  const router = createScimRouter({
    directory,
    publicUrl: "https://gateway.example/",
    checkToken: checkTestToken,
    defaultTenantId: tenantId,
  });
  app = serveRouter("/scim/v2", router);
});

const bearer = (token = "read+write") => ({ Authorization: `Bearer ${token}` });
const scim = { ...bearer(), "Content-Type": "application/scim+json" };

describe("creating", () => {
  it("answers 201 with the resource, its address and its version", async () => {
    const answer = await request(app)
      .post("/scim/v2/Users")
      .set(scim)
      .send(JSON.stringify({ schemas: [USER], userName: "zhang.wei", displayName: "张伟" }));
    expect(answer.status).toBe(201);
    expect(answer.headers["content-type"]).toMatch(/^application\/scim\+json/);
    const body = JSON.parse(answer.text);
    const location = `${BASE}/Users/${body.id}`;
    expect(answer.headers["location"]).toBe(location);
    expect(answer.headers["etag"]).toBe('W/"1"');
    expect(body).toMatchObject({
      schemas: [USER],
      userName: "zhang.wei",
      displayName: "张伟",
      meta: {
        resourceType: "User",
        created: "2026-01-05T08:00:00.000Z",
        lastModified: "2026-01-05T08:00:00.000Z",
        location,
        version: 'W/"1"',
      },
    });
  });

  it("shows a taken value as 409 uniqueness", async () => {
    const answer = await request(app).post("/scim/v2/Users").set(scim).send('{"userName":"taken"}');
    expect(answer.status).toBe(409);
    expect(JSON.parse(answer.text)).toEqual({
      schemas: [ERROR],
      status: "409",
      scimType: "uniqueness",
      detail: expect.stringContaining("userName"),
    });
  });

  it("honours an Accept header that takes nothing but application/json", async () => {
    const answer = await request(app)
      .post("/scim/v2/Users")
      .set({ ...scim, Accept: "application/json" })
      .send('{"userName":"a"}');
    expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  });
});

describe("reading", () => {
  it("answers HEAD like GET, without a body", async () => {
    const { id } = directory.put("User", { userName: "a" });
    const answer = await request(app).head(`/scim/v2/Users/${id}`).set(bearer("read"));
    expect(answer.status).toBe(200);
    expect(answer.headers["etag"]).toBe('W/"1"');
    expect(answer.text).toBeFalsy();
  });

  it("answers 304 to the version that the caller has", async () => {
    const { id } = directory.put("User", { userName: "a" });
    const get = (tag: string) =>
      request(app)
        .get(`/scim/v2/Users/${id}`)
        .set({ ...bearer("read"), "If-None-Match": tag });
    const fresh = await get('W/"1"');
    expect([fresh.status, fresh.headers["etag"], fresh.text]).toEqual([304, 'W/"1"', ""]);
    expect((await get('W/"2"')).status).toBe(200);
  });

  it("returns only the attributes asked for, and asks the directory for no more", async () => {
    const { id } = directory.put("Group", { displayName: "研发部", externalId: "d1" });
    const answer = await request(app)
      .get(`/scim/v2/Groups/${id}?excludedAttributes=members,externalId`)
      .set(bearer("read"));
    const body = JSON.parse(answer.text);
    expect(body.displayName).toBe("研发部");
    expect(body).not.toHaveProperty("externalId");
    expect(directory.seen.needs).toMatchObject({ members: false });
  });

  it("refuses attributes together with excludedAttributes", async () => {
    const { id } = directory.put("User", { userName: "a" });
    const answer = await request(app)
      .get(`/scim/v2/Users/${id}?attributes=userName&excludedAttributes=name`)
      .set(bearer("read"));
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).schemas).toEqual([ERROR]);
  });

  it("gives an address to everything that names a resource, and to nothing else", async () => {
    const user = directory.put("User", {
      userName: "a",
      groups: [{ value: SOME_ID, display: "研发部", type: "direct" }],
      [ENTERPRISE]: { employeeNumber: "7", manager: { value: "E-1001" } },
    });
    const group = directory.put("Group", {
      displayName: "研发部",
      members: [
        { value: SOME_ID, type: "User" },
        { value: OTHER_ID, type: "Group" },
      ],
      [ORGANIZATION_GROUP]: { parent: { value: OTHER_ID }, managers: [{ value: SOME_ID }] },
    });
    const read = async (path: string) => JSON.parse((await request(app).get(path).set(bearer("read"))).text);
    const shownUser = await read(`/scim/v2/Users/${user.id}`);
    expect(shownUser.groups[0].$ref).toBe(`${BASE}/Groups/${SOME_ID}`);
    expect(shownUser[ENTERPRISE].manager).toEqual({ value: "E-1001" });
    const shownGroup = await read(`/scim/v2/Groups/${group.id}`);
    expect(shownGroup.members.map((member: { $ref: string }) => member.$ref)).toEqual([
      `${BASE}/Users/${SOME_ID}`,
      `${BASE}/Groups/${OTHER_ID}`,
    ]);
    expect(shownGroup[ORGANIZATION_GROUP].parent.$ref).toBe(`${BASE}/Groups/${OTHER_ID}`);
    expect(shownGroup[ORGANIZATION_GROUP].managers[0].$ref).toBe(`${BASE}/Users/${SOME_ID}`);
    expect(group.attributes["members"]).toEqual([
      { value: SOME_ID, type: "User" },
      { value: OTHER_ID, type: "Group" },
    ]);
  });

  it("shows a group without members as an empty list, which authentik needs", async () => {
    const { id } = directory.put("Group", { displayName: "空", members: [] });
    const answer = await request(app).get(`/scim/v2/Groups/${id}`).set(bearer("read"));
    expect(JSON.parse(answer.text).members).toEqual([]);
  });

  it("never shows a password", async () => {
    const { id } = directory.put("User", { userName: "a", password: "secret-1" });
    for (const query of ["", "?attributes=password,userName"]) {
      const answer = await request(app).get(`/scim/v2/Users/${id}${query}`).set(bearer("read"));
      expect(answer.text).not.toContain("secret-1");
    }
  });
});

describe("listing", () => {
  it("answers 200 with an empty page when nothing is found", async () => {
    const answer = await request(app)
      .get('/scim/v2/Users?filter=userName%20eq%20"nobody"')
      .set(bearer("read"));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
      totalResults: 0,
      startIndex: 1,
      itemsPerPage: 0,
      Resources: [],
    });
  });

  it("hands filter, sorting and paging to the directory and counts the page", async () => {
    for (const userName of ["a", "b", "c"]) directory.put("User", { userName });
    const answer = await request(app)
      .get("/scim/v2/Users?filter=userName+pr&sortBy=userName&sortOrder=descending&startIndex=2&count=5")
      .set(bearer("read"));
    expect(JSON.parse(answer.text)).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 2 });
    expect(directory.seen.list).toMatchObject({
      filter: "userName pr",
      sortBy: "userName",
      sortOrder: "descending",
      startIndex: 2,
      count: 5,
    });
  });

  it("does not ask for members that the caller leaves out", async () => {
    await request(app).get("/scim/v2/Groups?excludedAttributes=members").set(bearer("read"));
    expect(directory.seen.list?.needs.members).toBe(false);
    await request(app).get("/scim/v2/Groups").set(bearer("read"));
    expect(directory.seen.list?.needs.members).toBe(true);
  });

  it.each(["startIndex=x", "count=", "sortOrder=up", "count=1&count=2"])(
    "refuses ?%s as invalidValue",
    async (query) => {
      const answer = await request(app).get(`/scim/v2/Users?${query}`).set(bearer("read"));
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toMatchObject({ schemas: [ERROR], scimType: "invalidValue" });
    },
  );

  it("ignores query parameters that it does not know (Entra's ?aadOptscim062020)", async () => {
    const answer = await request(app).get("/scim/v2/Users?aadOptscim062020").set(bearer("read"));
    expect(answer.status).toBe(200);
  });
});

describe("changing", () => {
  it("answers PUT and PATCH of a user with the resource and its new version", async () => {
    const { id } = directory.put("User", { userName: "a", active: true });
    const put = await request(app).put(`/scim/v2/Users/${id}`).set(scim).send('{"userName":"b"}');
    expect([put.status, put.headers["etag"]]).toEqual([200, 'W/"2"']);
    expect(JSON.parse(put.text)).toMatchObject({ id, userName: "b", meta: { version: 'W/"2"' } });
    const patch = await request(app).patch(`/scim/v2/Users/${id}`).set(scim).send('{"Operations":[]}');
    expect([patch.status, patch.headers["etag"]]).toEqual([200, 'W/"3"']);
    expect(JSON.parse(patch.text)).toMatchObject({ id, active: false });
    expect(directory.seen.patch).toEqual({ Operations: [] });
  });

  it("answers PATCH of a group with 204 and reads no member for it", async () => {
    const { id } = directory.put("Group", { displayName: "a" });
    const answer = await request(app).patch(`/scim/v2/Groups/${id}`).set(scim).send("{}");
    expect([answer.status, answer.text, answer.headers["etag"]]).toEqual([204, "", 'W/"2"']);
    expect(directory.seen.needs).toEqual({ members: false, groups: false, provisioning: false });
  });

  it.each(["attributes=displayName", "excludedAttributes=members"])(
    "answers PATCH of a group with the group when ?%s asks for it",
    async (query) => {
      const { id } = directory.put("Group", { displayName: "a" });
      const answer = await request(app).patch(`/scim/v2/Groups/${id}?${query}`).set(scim).send("{}");
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text)).toMatchObject({ id, displayName: "a" });
    },
  );

  it.each(["put", "patch", "delete"] as const)("refuses %s of another version with 412", async (method) => {
    const { id } = directory.put("User", { userName: "a" });
    const send = (tag: string) =>
      request(app)
        [method](`/scim/v2/Users/${id}`)
        .set({ ...scim, "If-Match": tag })
        .send('{"userName":"b"}');
    const refused = await send('W/"9"');
    expect(refused.status).toBe(412);
    expect(JSON.parse(refused.text)).toMatchObject({ schemas: [ERROR], status: "412" });
    expect((await send('W/"1"')).status).toBeLessThan(300);
  });

  it("removes with 204, and then does not know the resource", async () => {
    const { id } = directory.put("User", { userName: "a" });
    expect((await request(app).delete(`/scim/v2/Users/${id}`).set(bearer("write"))).status).toBe(204);
    const answer = await request(app).get(`/scim/v2/Users/${id}`).set(bearer("read"));
    expect([answer.status, JSON.parse(answer.text).schemas]).toEqual([404, [ERROR]]);
  });
});

describe("who may", () => {
  it.each([
    ["get", "read", 200],
    ["get", "write", 403],
    ["get", "admin", 403],
    ["post", "read", 403],
    ["post", "write", 201],
    ["get", "unknown", 401],
    ["post", undefined, 401],
  ] as const)("%s with the token %s: %i", async (method, token, status) => {
    const call = request(app)[method]("/scim/v2/Users");
    if (token !== undefined) call.set(bearer(token));
    const answer = await (method === "post"
      ? call.set("Content-Type", "application/scim+json").send('{"userName":"a"}')
      : call);
    expect(answer.status).toBe(status);
    if (status >= 400) {
      expect(JSON.parse(answer.text)).toMatchObject({ schemas: [ERROR], status: String(status) });
      expect(answer.headers["www-authenticate"]).toMatch(/^Bearer /);
    }
  });

  it("asks for the token before it reads the body", async () => {
    const answer = await request(app)
      .post("/scim/v2/Users")
      .set("Content-Type", "text/plain")
      .send("not JSON");
    expect(answer.status).toBe(401);
  });
});

describe("paths and methods", () => {
  it.each([
    ["get", "/scim/v2/Nothing"],
    ["get", "/scim/v2/Users/a/b"],
    ["post", "/scim/v2/nowhere/at/all"],
  ] as const)("%s %s is 404 as a SCIM error", async (method, path) => {
    const answer = await request(app)[method](path).set(bearer());
    expect([answer.status, JSON.parse(answer.text).schemas]).toEqual([404, [ERROR]]);
  });

  it.each([
    ["delete", "/scim/v2/Users", "GET, HEAD, POST"],
    ["patch", "/scim/v2/Groups", "GET, HEAD, POST"],
    ["post", `/scim/v2/Groups/${SOME_ID}`, "GET, HEAD, PUT, PATCH, DELETE"],
    ["post", "/scim/v2/Schemas", "GET, HEAD"],
    ["delete", "/scim/v2/ServiceProviderConfig", "GET, HEAD"],
  ] as const)("%s %s is 405 and says what is allowed", async (method, path, allow) => {
    const answer = await request(app)[method](path).set(bearer());
    expect([answer.status, answer.headers["allow"]]).toEqual([405, allow]);
    expect(JSON.parse(answer.text)).toMatchObject({ schemas: [ERROR], status: "405" });
  });

  it("takes a second slash after the base address", async () => {
    expect((await request(app).get("/scim/v2//Users").set(bearer())).status).toBe(200);
  });

  it("refuses an Accept header that it cannot serve", async () => {
    const answer = await request(app)
      .get("/scim/v2/Users")
      .set({ ...bearer(), Accept: "text/html" });
    expect(answer.status).toBe(406);
  });
});

describe("bodies", () => {
  it.each([
    ["application/scim+json", "{not json", 400, "invalidSyntax"],
    ["application/scim+json", '{"__proto__":{"admin":true}}', 400, "invalidSyntax"],
    ["application/scim+json", '{"constructor":{"prototype":{}}}', 400, "invalidSyntax"],
    ["application/scim+json", `${'{"a":'.repeat(40)}1${"}".repeat(40)}`, 400, "invalidSyntax"],
    ["text/xml", "<user/>", 415, undefined],
    ["application/scim+json", JSON.stringify({ userName: "a".repeat(1_100_000) }), 413, undefined],
  ])("%s %.40s… is %i %s", async (type, body, status, scimType) => {
    const answer = await request(app)
      .post("/scim/v2/Users")
      .set({ ...bearer(), "Content-Type": type })
      .send(body);
    expect(answer.status).toBe(status);
    const error = JSON.parse(answer.text);
    expect(error.schemas).toEqual([ERROR]);
    expect(error.scimType).toBe(scimType);
  });
});
