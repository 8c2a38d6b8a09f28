import type { Express } from "express";
import request from "supertest";
import { beforeAll, describe, expect, it } from "vitest";
import { createScimRouter } from "../../../src/http/scim/router.js";
import { checkTestToken, serveRouter, tenantId } from "../support/serve-router.js";
import { createFakeDirectory } from "./fake-directory.js";

const BASE = "https://gateway.example/scim/v2";
let app: Express;

beforeAll(() => {
  const router = createScimRouter({
    directory: createFakeDirectory(),
    publicUrl: "https://gateway.example",
    checkToken: checkTestToken,
    defaultTenantId: tenantId,
  });
  app = serveRouter("/scim/v2", router);
});

async function read(path: string) {
  const answer = await request(app).get(`/scim/v2${path}`);
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toMatch(/^application\/scim\+json/);
  return JSON.parse(answer.text);
}

describe("discovery", () => {
  it("needs no token, but refuses a bad one", async () => {
    const path = "/scim/v2/ServiceProviderConfig";
    expect((await request(app).get(path)).status).toBe(200);
    expect((await request(app).get(path).set("Authorization", "Bearer read")).status).toBe(200);
    expect((await request(app).get(path).set("Authorization", "Bearer wrong")).status).toBe(401);
  });

  it("announces what works and nothing else", async () => {
    expect(await read("/ServiceProviderConfig")).toEqual({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
      patch: { supported: true },
      bulk: { supported: false, maxOperations: 1000, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 500 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      authenticationSchemes: [
        expect.objectContaining({ type: "oauthbearertoken", name: expect.any(String), primary: true }),
      ],
      meta: { resourceType: "ServiceProviderConfig", location: `${BASE}/ServiceProviderConfig` },
    });
  });

  it("points from the base address to the documents", async () => {
    const base = await read("");
    for (const address of Object.values(base) as string[]) {
      expect((await request(app).get(new URL(address).pathname)).status).toBe(200);
    }
  });

  it("lists every schema, each readable by its URN in any case", async () => {
    const list = await read("/Schemas");
    expect(list).toMatchObject({ startIndex: 1, totalResults: list.Resources.length });
    for (const schema of list.Resources) {
      expect(await read(`/Schemas/${schema.id.toUpperCase()}`)).toEqual(schema);
      expect(schema.meta.location).toBe(`${BASE}/Schemas/${schema.id}`);
    }
    expect(JSON.stringify(list)).not.toContain("null");
  });

  it("lists the resource types, each readable by its id", async () => {
    const list = await read("/ResourceTypes");
    expect(list.Resources.map((type: { id: string }) => type.id)).toEqual(["User", "Group"]);
    for (const type of list.Resources) expect(await read(`/ResourceTypes/${type.id}`)).toEqual(type);
  });

  it.each(["/Schemas/urn:nobody", "/ResourceTypes/Device", "/Schemas/__proto__"])(
    "answers 404 to %s",
    async (path) => {
      const answer = await request(app).get(`/scim/v2${path}`);
      expect([answer.status, JSON.parse(answer.text).status]).toEqual([404, "404"]);
    },
  );

  it("refuses a filter with 403 (RFC 7644 section 4)", async () => {
    const answer = await request(app).get("/scim/v2/Schemas?filter=id%20pr");
    expect(answer.status).toBe(403);
  });
});
