import type { Express } from "express";
import request from "supertest";
import { beforeEach, describe, expect, it } from "vitest";
import { createScimRouter } from "../../../src/http/scim/router.js";
import { checkTestToken, serveRouter, tenantId } from "../support/serve-router.js";
import { createFakeDirectory, type FakeDirectory } from "./fake-directory.js";

const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";
const USER_ID = "00000000-0000-4000-8000-0000000000aa";
const ADDRESS = `https://gateway.example/scim/v2/Users/${USER_ID}`;
const METHODS = ["get", "put", "patch", "delete"] as const;

let directory: FakeDirectory;
/** Whom the client acts as. */
let userId: string | undefined;
let app: Express;

beforeEach(() => {
  directory = createFakeDirectory();
  directory.put("User", { userName: "zhang.wei" }, USER_ID);
  userId = USER_ID;
  const router = createScimRouter({
    directory,
    publicUrl: "https://gateway.example",
    checkToken: async (token) => {
      const grant = await checkTestToken(token);
      return grant && { ...grant, ...(userId !== undefined && { userId }) };
    },
    defaultTenantId: tenantId,
  });
  app = serveRouter("/scim/v2", router);
});

const send = (method: (typeof METHODS)[number], token = "read+write") =>
  request(app)
    [method]("/scim/v2/Me")
    .set({ Authorization: `Bearer ${token}`, "Content-Type": "application/scim+json" })
    .send(
      method === "get" || method === "delete" ? undefined : '{"userName":"zhang.wei","title":"Engineer"}',
    );

describe("/Me (RFC 7644 section 3.11)", () => {
  it("is the user that the client is bound to, under the user's own address", async () => {
    const answer = await send("get");
    expect([answer.status, answer.headers["location"], answer.headers["etag"]]).toEqual([
      200,
      ADDRESS,
      'W/"1"',
    ]);
    expect(JSON.parse(answer.text)).toMatchObject({
      id: USER_ID,
      userName: "zhang.wei",
      meta: { location: ADDRESS, resourceType: "User" },
    });
  });

  it.each(["put", "patch"] as const)("can be changed by %s", async (method) => {
    const answer = await send(method);
    expect([answer.status, answer.headers["location"], answer.headers["etag"]]).toEqual([
      200,
      ADDRESS,
      'W/"2"',
    ]);
  });

  it("can be removed, and is gone then", async () => {
    expect((await send("delete")).status).toBe(204);
    const answer = await send("get");
    expect([answer.status, JSON.parse(answer.text).schemas]).toEqual([404, [ERROR]]);
  });

  it("asks for the same scopes as the user does", async () => {
    expect((await send("get", "write")).status).toBe(403);
    expect((await send("delete", "read")).status).toBe(403);
    expect((await request(app).get("/scim/v2/Me")).status).toBe(401);
  });

  it.each(METHODS)("answers %s with 501 to a client that is bound to no user", async (method) => {
    userId = undefined;
    const answer = await send(method);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      501,
      { schemas: [ERROR], status: "501", detail: expect.stringContaining("bound to no user") },
    ]);
  });
});
