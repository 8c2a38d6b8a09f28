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
      documentationUri: "https://gateway.example/docs/",
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 8_388_608 },
      filter: { supported: true, maxResults: 500 },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: "index",
        defaultPageSize: 100,
        maxPageSize: 500,
        cursorTimeout: 3600,
      },
      changePassword: { supported: true },
      sort: { supported: true },
      etag: { supported: true },
      authenticationSchemes: [
        expect.objectContaining({ type: "oauthbearertoken", name: expect.any(String), primary: true }),
        expect.objectContaining({ type: "httpbasic", name: expect.any(String), primary: false }),
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

  it("lists the resource types, each readable by its id in any case", async () => {
    const list = await read("/ResourceTypes");
    expect(list.Resources.map((type: { id: string }) => type.id)).toEqual(["User", "Group"]);
    for (const type of list.Resources) {
      expect(await read(`/ResourceTypes/${type.id}`)).toEqual(type);
      expect(await read(`/ResourceTypes/${type.id.toLowerCase()}`)).toEqual(type);
    }
  });

  it("names only schemas in the resource types that it also describes", async () => {
    const known = (await read("/Schemas")).Resources.map((schema: { id: string }) => schema.id);
    for (const type of (await read("/ResourceTypes")).Resources) {
      const named = [type.schema, ...type.schemaExtensions.map((each: { schema: string }) => each.schema)];
      expect(known).toEqual(expect.arrayContaining(named));
    }
  });

  it("describes its own documents too, and they are as described (RFC 7643 section 8.7.2)", async () => {
    const config = await read("/ServiceProviderConfig");
    const documents = [
      config,
      ...(await read("/ResourceTypes")).Resources,
      ...(await read("/Schemas")).Resources,
    ];
    for (const document of documents) {
      const schema = await read(`/Schemas/${document.schemas[0]}`);
      const { schemas: _schemas, meta: _meta, ...attributes } = document;
      expect(complaints(attributes, schema.attributes, document.id ?? "config")).toEqual([]);
    }
    expect(Object.keys(config)).toEqual(expect.arrayContaining(await namesIn("ServiceProviderConfig")));
  });

  it("answers 304 to the copy that the caller has, until the document is another one", async () => {
    for (const path of ["/Schemas", "/ResourceTypes/User", "/ServiceProviderConfig"]) {
      const tag = (await request(app).get(`/scim/v2${path}`)).headers["etag"];
      expect(tag).toMatch(/^W\/"[^"]+"$/);
      const held = (value: string) => request(app).get(`/scim/v2${path}`).set("If-None-Match", value);
      const fresh = await held(String(tag));
      expect([fresh.status, fresh.text, fresh.headers["etag"]]).toEqual([304, "", tag]);
      expect((await held('W/"other"')).status).toBe(200);
    }
  });

  it.each(["/Schemas/urn:nobody", "/ResourceTypes/Device", "/Schemas/__proto__"])(
    "answers 404 to %s",
    async (path) => {
      const answer = await request(app).get(`/scim/v2${path}`);
      expect([answer.status, JSON.parse(answer.text).status]).toEqual([404, "404"]);
    },
  );

  it.each(["/Schemas", "/ResourceTypes", "/ServiceProviderConfig", "/ResourceTypes/User"])(
    "refuses a filter on %s with 403 (RFC 7644 section 4)",
    async (path) => {
      const answer = await request(app).get(`/scim/v2${path}?filter=id%20pr`);
      expect([answer.status, JSON.parse(answer.text).status]).toEqual([403, "403"]);
    },
  );
});

type Described = {
  name: string;
  type: string;
  multiValued: boolean;
  required: boolean;
  subAttributes?: Described[];
};

async function namesIn(schema: string): Promise<string[]> {
  const { attributes } = await read(`/Schemas/urn:ietf:params:scim:schemas:core:2.0:${schema}`);
  return attributes.map((each: Described) => each.name);
}

/** What is in a document against its description: members it lacks or has too many, values of another type. */
function complaints(value: Record<string, unknown>, attributes: Described[], at: string): string[] {
  const unknown = Object.keys(value).filter((key) => !attributes.some(({ name }) => name === key));
  return [
    ...unknown.map((key) => `${at}.${key} is not described`),
    ...attributes.flatMap((attribute) => {
      const held = value[attribute.name];
      const place = `${at}.${attribute.name}`;
      if (held === undefined) return attribute.required ? [`${place} is missing`] : [];
      if (Array.isArray(held) !== attribute.multiValued) return [`${place} is one or many`];
      return [held].flat().flatMap((one) => {
        // An attribute may lie in one that lies in one, which no description can write out.
        const below = attribute.name === "subAttributes" ? [attribute] : [];
        if (attribute.subAttributes !== undefined) {
          return complaints(one as typeof value, [...attribute.subAttributes, ...below], place);
        }
        const types: Record<string, string> = { boolean: "boolean", integer: "number" };
        return typeof one === (types[attribute.type] ?? "string") ? [] : [`${place} is no ${attribute.type}`];
      });
    }),
  ];
}
