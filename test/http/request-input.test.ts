import { gzipSync } from "node:zlib";
import request from "supertest";
import { describe, expect, it } from "vitest";
import { expectScimError, shareGateway } from "./share-gateway.js";

const { gateway, scim } = shareGateway();

describe("a request body", () => {
  it.each([
    "application/scim+json",
    "application/json",
    "application/scim+json; charset=utf-8",
    "Application/JSON",
  ])("is read as %s", async (type) => {
    const response = await scim("post", "/Users").type(type).send('{"displayName":"张伟"}').expect(200);
    expect(response.body.body).toEqual({ displayName: "张伟" });
  });

  it("is read when it is compressed", async () => {
    const response = await scim("post", "/Users")
      .type("application/json")
      .set("Content-Encoding", "gzip")
      .serialize((body) => body)
      .send(gzipSync('{"a":1}') as unknown as object)
      .expect(200);
    expect(response.body.body).toEqual({ a: 1 });
  });

  it("may be missing", async () => {
    expect((await scim("post", "/Users").expect(200)).body.body).toBeUndefined();
  });

  it("of a DELETE is not looked at", async () => {
    await scim("delete", "/Users/1").type("application/json").send("{broken").expect(200);
    await scim("delete", "/Users/1").type("text/plain").send("x").expect(200);
  });

  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  it.each<{ what: string; body: string; type?: string; status: number; scimType?: string }>([
    { what: "malformed JSON", body: '{"a":', status: 400, scimType: "invalidSyntax" },
    { what: "JSON with a trailing word", body: "{} x", status: 400, scimType: "invalidSyntax" },
    { what: "a byte that is no JSON", body: "\u0001", status: 400, scimType: "invalidSyntax" },
    { what: "objects 33 deep", body: nested(33), status: 400, scimType: "invalidSyntax" },
    {
      what: "arrays 100,000 deep",
      body: "[".repeat(100_000) + "]".repeat(100_000),
      status: 400,
      scimType: "invalidSyntax",
    },
    { what: "__proto__", body: '{"__proto__":{"admin":true}}', status: 400, scimType: "invalidSyntax" },
    {
      what: "an escaped __proto__",
      body: '{"\\u005f_proto__":{"admin":true}}',
      status: 400,
      scimType: "invalidSyntax",
    },
    {
      what: "a deep constructor",
      body: '{"a":[{"constructor":{"prototype":{"x":1}}}]}',
      status: 400,
      scimType: "invalidSyntax",
    },
    { what: "a NUL in a text", body: '{"a":"x\\u0000"}', status: 400, scimType: "invalidSyntax" },
    { what: "half a surrogate pair", body: '{"a":"\\ud83d"}', status: 400, scimType: "invalidSyntax" },
    { what: "10 MB", body: `{"a":"${"x".repeat(10_000_000)}"}`, status: 413 },
    { what: "one byte too much", body: `"${"x".repeat(1024 * 1024 - 1)}"`, status: 413 },
    { what: "a form", body: "a=1", type: "application/x-www-form-urlencoded", status: 415 },
    { what: "XML", body: "<a/>", type: "text/xml", status: 415 },
    { what: "another charset", body: "{}", type: "application/json; charset=gbk", status: 415 },
  ])("with $what is refused with $status", async ({ body, type, status, scimType }) => {
    const response = await scim("post", "/Users")
      .type(type ?? "application/scim+json")
      .send(body);
    expectScimError(response, status, scimType);
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });

  it("is accepted up to the limits", async () => {
    await scim("post", "/Users").type("application/json").send(nested(32)).expect(200);
    await scim("post", "/Users")
      .type("application/json")
      .send(`"${"x".repeat(1024 * 1024 - 2)}"`)
      .expect(200);
  });

  it("that unpacks to more than the limit is refused", async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000, " "));
    const response = await scim("post", "/Users")
      .type("application/json")
      .set("Content-Encoding", "gzip")
      .serialize((body) => body)
      .send(bomb as unknown as object);
    expectScimError(response, 413);
  });

  it.each(["gzip", "brotli"])("with a lying Content-Encoding %s is refused", async (encoding) => {
    const response = await scim("post", "/Users")
      .type("application/json")
      .set("Content-Encoding", encoding)
      .send('{"a":1}');
    expectScimError(
      response,
      encoding === "gzip" ? 400 : 415,
      encoding === "gzip" ? "invalidSyntax" : undefined,
    );
  });

  it("is not read before the caller is known", async () => {
    const response = await request(gateway.app).post("/scim/v2/Users").type("text/plain").send("{broken");
    expectScimError(response, 401);
  });
});

describe("a query string", () => {
  it("reaches the handler decoded, without a prototype to pollute", async () => {
    const response = await scim(
      "get",
      "/Users?filter=userName%20eq%20%22%E5%BC%A0%22&count=2&__proto__=x&a[b]=c",
    );
    expect(Object.entries(response.body.query)).toEqual([
      ["filter", 'userName eq "张"'],
      ["count", "2"],
      ["__proto__", "x"],
      ["a[b]", "c"],
    ]);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  it.each([
    "/Users?count=1&count=2",
    "/Users?__proto__=1&__proto__=2",
    "/Users?filter=%00",
    `/Users?${"&a=1".repeat(101)}`,
  ])("%s is refused", async (path) => expectScimError(await scim("get", path), 400, "invalidValue"));
});
