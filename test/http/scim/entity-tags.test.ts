import type { Express } from "express";
import request from "supertest";
import { beforeEach, describe, expect, it } from "vitest";
import { createScimRouter } from "../../../src/http/scim/router.js";
import { checkTestToken, serveRouter, tenantId } from "../support/serve-router.js";
import { createFakeDirectory, type FakeDirectory } from "./fake-directory.js";

const GROUP_ID = "11111111-1111-4111-8111-111111111111";
const headers = { Authorization: "Bearer read+write", "Content-Type": "application/scim+json" };

let directory: FakeDirectory;
let app: Express;

beforeEach(() => {
  directory = createFakeDirectory();
  const router = createScimRouter({
    directory,
    publicUrl: "https://gateway.example",
    checkToken: checkTestToken,
    defaultTenantId: tenantId,
  });
  app = serveRouter("/scim/v2", router);
});

const read = (path: string, tag?: string) =>
  request(app)
    .get(`/scim/v2${path}`)
    .set(tag === undefined ? headers : { ...headers, "If-None-Match": tag });

describe("the tag of a resource", () => {
  it("is its meta.version, in a single answer and in a list", async () => {
    const { id } = directory.put("User", { userName: "a", groups: [{ value: GROUP_ID, type: "direct" }] });
    const single = await read(`/Users/${id}`);
    expect(single.headers["etag"]).toMatch(/^W\/"1-[0-9a-f]+"$/);
    expect(JSON.parse(single.text).meta.version).toBe(single.headers["etag"]);
    const list = await read("/Users");
    expect(JSON.parse(list.text).Resources[0].meta.version).toBe(single.headers["etag"]);
  });

  it("is another one when the groups that are shown are others, so that no 304 hides them", async () => {
    const { id } = directory.put("User", { userName: "a", groups: [{ value: GROUP_ID, display: "研发部" }] });
    const tag = String((await read(`/Users/${id}`)).headers["etag"]);
    expect((await read(`/Users/${id}`, tag)).status).toBe(304);
    directory.put("User", { userName: "a", groups: [{ value: GROUP_ID, display: "研究部" }] }, id);
    const changed = await read(`/Users/${id}`, tag);
    expect(changed.status).toBe(200);
    expect(JSON.parse(changed.text).meta.version).not.toBe(tag);
  });

  it("is that of the version alone where no groups are shown", async () => {
    const { id } = directory.put("User", { userName: "a", groups: [{ value: GROUP_ID }] });
    const answer = await read(`/Users/${id}?attributes=userName,meta`);
    expect([answer.headers["etag"], JSON.parse(answer.text).meta.version]).toEqual(['W/"1"', 'W/"1"']);
  });
});

describe("a condition on a write (RFC 9110 section 13)", () => {
  const METHODS = ["put", "patch", "delete"] as const;
  const cases = METHODS.flatMap((method) => [
    { method, condition: { "If-Match": 'W/"1"' }, passes: true },
    { method, condition: { "If-Match": '"1"' }, passes: true },
    { method, condition: { "If-Match": 'W/"1-8f2a01c7"' }, passes: true },
    { method, condition: { "If-Match": 'W/"7", W/"1"' }, passes: true },
    { method, condition: { "If-Match": "*" }, passes: true },
    { method, condition: { "If-Match": 'W/"2"' }, passes: false },
    { method, condition: { "If-Match": "1" }, passes: false },
    { method, condition: { "If-Match": '"' }, passes: false },
    { method, condition: { "If-None-Match": "*" }, passes: false },
    { method, condition: { "If-None-Match": 'W/"1"' }, passes: false },
    { method, condition: { "If-None-Match": 'W/"2"' }, passes: true },
    { method, condition: { "If-None-Match": "nonsense" }, passes: true },
    { method, condition: { "If-None-Match": 'W/"2"', "If-Match": 'W/"3"' }, passes: false },
    { method, condition: { "If-None-Match": 'W/"2"', "If-Match": 'W/"1"' }, passes: true },
  ]);

  it.each(cases)("$condition lets a $method pass: $passes", async ({ method, condition, passes }) => {
    const { id } = directory.put("User", { userName: "a" });
    const answer = await request(app)
      [method](`/scim/v2/Users/${id}`)
      .set({ ...headers, ...condition })
      .send('{"userName":"b"}');
    if (passes) expect(answer.status).toBeLessThan(300);
    else expect([answer.status, JSON.parse(answer.text).status]).toEqual([412, "412"]);
  });

  it.each(METHODS)("does not hide from a %s that there is no such resource", async (method) => {
    for (const name of ["If-Match", "If-None-Match"]) {
      const answer = await request(app)
        [method](`/scim/v2/Users/${GROUP_ID}`)
        .set({ ...headers, [name]: "*" })
        .send('{"userName":"b"}');
      expect(answer.status).toBe(404);
    }
  });

  it("means nothing to a create", async () => {
    const answer = await request(app)
      .post("/scim/v2/Users")
      .set({ ...headers, "If-Match": 'W/"9"', "If-None-Match": "*" })
      .send('{"userName":"b"}');
    expect(answer.status).toBe(201);
  });

  it("holds against a change between the look and the write", async () => {
    const { id } = directory.put("User", { userName: "a" });
    const look = directory.read;
    directory.read = async (...asked) => {
      const seen = await look(...asked);
      await directory.replace(asked[0], "User", id, { userName: "meanwhile" });
      return seen;
    };
    const answer = await request(app)
      .put(`/scim/v2/Users/${id}`)
      .set({ ...headers, "If-None-Match": 'W/"9"' })
      .send('{"userName":"b"}');
    expect(answer.status).toBe(412);
  });
});
