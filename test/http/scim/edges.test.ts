import type { Express } from "express";
import request from "supertest";
import { beforeAll, describe, expect, it } from "vitest";
import { createScimRouter } from "../../../src/http/scim/router.js";
import { checkTestToken, serveRouter, tenantId } from "../support/serve-router.js";
import { createFakeDirectory, type FakeDirectory } from "./fake-directory.js";

const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";
const USER_ID = "00000000-0000-4000-8000-0000000000aa";
const bearer = { Authorization: "Bearer read+write" };
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

let directory: FakeDirectory;
let app: Express;

beforeAll(() => {
  directory = createFakeDirectory();
  directory.put("User", { userName: "a" }, USER_ID);
  const router = createScimRouter({
    directory,
    publicUrl: "https://gateway.example",
    checkToken: checkTestToken,
    defaultTenantId: tenantId,
  });
  app = serveRouter("/scim/v2", router);
});

const READ = ["GET", "HEAD"];
const PATHS = [
  { path: "", allowed: READ },
  { path: "/ServiceProviderConfig", allowed: READ },
  { path: "/ResourceTypes", allowed: READ },
  { path: "/ResourceTypes/User", allowed: READ },
  { path: "/Schemas", allowed: READ },
  { path: "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", allowed: READ },
  { path: "/Users", allowed: [...READ, "POST"] },
  { path: "/Groups", allowed: [...READ, "POST"] },
  { path: `/Users/${USER_ID}`, allowed: [...READ, "PUT", "PATCH", "DELETE"] },
  { path: `/Groups/${USER_ID}`, allowed: [...READ, "PUT", "PATCH", "DELETE"] },
  { path: "/Me", allowed: [...READ, "PUT", "PATCH", "DELETE"] },
  { path: "/Bulk", allowed: ["POST"] },
  { path: "/.search", allowed: ["POST"] },
  { path: "/Users/.search", allowed: ["POST"] },
  { path: "/Groups/.search", allowed: ["POST"] },
];

const send = (method: string, path: string) =>
  request(app)[method.toLowerCase() as "get"](`/scim/v2${path}`).set(bearer);

function expectError(answer: request.Response, status: number) {
  expect(answer.status).toBe(status);
  expect(answer.headers["content-type"]).toMatch(/^application\/scim\+json/);
  expect(JSON.parse(answer.text)).toMatchObject({
    schemas: [ERROR],
    status: String(status),
    detail: expect.stringMatching(/\S/),
  });
}

describe("a known path", () => {
  const refused = PATHS.flatMap(({ path, allowed }) =>
    METHODS.filter((method) => !allowed.includes(method)).map((method) => ({ method, path, allowed })),
  );

  it.each(refused)(
    "$path answers 405 to $method, and names what it takes",
    async ({ method, path, allowed }) => {
      const answer = await send(method, path);
      expectError(answer, 405);
      expect(answer.headers["allow"]).toBe(allowed.join(", "));
    },
  );

  const readable = [
    "",
    "/ServiceProviderConfig",
    "/ResourceTypes/User",
    "/Schemas",
    "/Users",
    `/Users/${USER_ID}`,
  ];
  it.each(readable)("%s answers HEAD as it answers GET, without the body", async (path) => {
    const [full, head] = [await send("GET", path), await send("HEAD", path)];
    expect([head.status, head.text ?? ""]).toEqual([200, ""]);
    for (const name of ["content-type", "content-length", "etag", "location"]) {
      expect([name, head.headers[name]]).toEqual([name, full.headers[name]]);
    }
  });

  it.each(["/users", "//Users", "/Users/", "/SCHEMAS"])("is also served as %s", async (path) => {
    expect((await send("GET", path)).status).toBe(200);
  });
});

describe("a request that cannot be served", () => {
  it.each(["/Devices", "/Users/a/b", "/Schemas/urn:a/b", "/Bulk/1", "/Me/x", "/ServiceProviderConfigs"])(
    "for the unknown path %s is 404",
    async (path) => expectError(await send("GET", path), 404),
  );

  it("that accepts no JSON is 406, on discovery and on resources", async () => {
    for (const path of ["/Schemas", "/Users"]) {
      expectError(await send("GET", path).set("Accept", "text/html"), 406);
    }
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "application/scim+xml"])(
    "with a body of type %s is 415",
    async (type) => {
      expectError(await send("POST", "/Users").set("Content-Type", type).send("userName=a"), 415);
      expectError(await send("PATCH", `/Users/${USER_ID}`).set("Content-Type", type).send("a"), 415);
    },
  );

  it("without a token is 401", async () => {
    expectError(await request(app).get("/scim/v2/Users"), 401);
  });
});
