import { gzipSync } from "node:zlib";
import request from "supertest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ERROR_SCHEMA } from "../../src/scim/errors.js";
import { openGateway, type TestGateway } from "./open-gateway.js";

let gateway: TestGateway;
let bearer: string;

beforeAll(async () => {
  gateway = await openGateway();
  bearer = await gateway.bearer();
});
afterAll(() => gateway.close());

const scim = (method: "get" | "post" | "put" | "patch" | "delete", path: string) =>
  request(gateway.app)[method](`/scim/v2${path}`).set("Authorization", bearer);

function expectScimError(response: request.Response, status: number, scimType?: string): void {
  expect(response.status).toBe(status);
  expect(response.headers["content-type"]).toMatch(/^application\/scim\+json/);
  expect(response.body).toEqual({
    schemas: [ERROR_SCHEMA],
    status: String(status),
    ...(scimType && { scimType }),
    detail: expect.stringMatching(/\S/),
  });
}

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

describe("what the caller accepts", () => {
  it.each([
    { accept: undefined, type: "application/scim+json" },
    { accept: "*/*", type: "application/scim+json" },
    { accept: "application/*", type: "application/scim+json" },
    { accept: "application/scim+json", type: "application/scim+json" },
    { accept: "application/json, text/plain, */*", type: "application/scim+json" },
    { accept: "application/json, application/scim+json", type: "application/scim+json" },
    { accept: "application/json", type: "application/json" },
    { accept: "text/html, application/json;q=0.5", type: "application/json" },
  ])("$accept is answered as $type", async ({ accept, type }) => {
    const ask = scim("get", "/Users");
    if (accept) ask.set("Accept", accept);
    expect((await ask.expect(200)).headers["content-type"]).toBe(`${type}; charset=utf-8`);
  });

  it.each(["text/html", "application/xml", "application/scim+json;q=0, application/json;q=0"])(
    "%s alone is refused with 406",
    async (accept) => expectScimError(await scim("get", "/Users").set("Accept", accept), 406),
  );
});

describe("a path", () => {
  it("that nobody serves is a 404 in the form of its surface", async () => {
    expectScimError(await scim("get", "/Nothing"), 404);
    const admin = await request(gateway.app)
      .get("/admin/v1/nothing")
      .set("Authorization", bearer)
      .expect(404);
    expect(admin.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(admin.body).toMatchObject({
      type: "about:blank",
      title: "Not Found",
      status: 404,
      code: "route_not_found",
    });
    const outside = await request(gateway.app).get("/nothing").expect(404);
    expect(outside.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expectScimError(await request(gateway.app).get("/scim/v3/Users"), 404);
  });

  it("offers the methods of its Allow header only", async () => {
    const response = await scim("put", "/Users").send({});
    expectScimError(response, 405);
    expect(response.headers["allow"]).toBe("GET, HEAD, POST");
  });

  it("with broken percent-encoding is refused", async () => {
    expectScimError(await scim("get", "/Users/%E0%A4%A"), 400, "invalidSyntax");
  });
});

describe("a token", () => {
  it.each<{ what: string; header?: string; challenge: string }>([
    { what: "that is missing", challenge: 'Bearer realm="scim-gateway"' },
    {
      what: "that is unknown",
      header: `Bearer ${"A".repeat(43)}`,
      challenge: 'Bearer realm="scim-gateway", error="invalid_token"',
    },
    {
      what: "of another scheme",
      header: "Basic YTpi",
      challenge: 'Bearer realm="scim-gateway", error="invalid_token"',
    },
    {
      what: "that is empty",
      header: "Bearer ",
      challenge: 'Bearer realm="scim-gateway", error="invalid_token"',
    },
    {
      what: "with forbidden characters",
      header: "Bearer a'b",
      challenge: 'Bearer realm="scim-gateway", error="invalid_token"',
    },
    {
      what: "of a megabyte, nearly",
      header: `Bearer ${"A".repeat(15_000)}`,
      challenge: 'Bearer realm="scim-gateway", error="invalid_token"',
    },
  ])("$what is refused with 401", async ({ header, challenge }) => {
    const under = async (path: string) => {
      const ask = request(gateway.app).get(path);
      const response = await (header === undefined ? ask : ask.set("Authorization", header));
      expect(response.headers["www-authenticate"]).toBe(challenge);
      return response;
    };
    expectScimError(await under("/scim/v2/Users"), 401);
    const admin = await under("/admin/v1/Users");
    expect(admin.status).toBe(401);
    expect(admin.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(admin.body.code).toBe(header === undefined ? "missing_token" : "invalid_token");
  });

  it("in the query is not taken", async () => {
    const response = await request(gateway.app).get(`/scim/v2/Users?access_token=${bearer.slice(7)}`);
    expectScimError(response, 401);
  });

  it("that has expired is refused", async () => {
    const shortLived = await gateway.bearer(["scim:read"]);
    await gateway.clock.advance(3_600_000);
    const response = await request(gateway.app).get("/scim/v2/Users").set("Authorization", shortLived);
    expectScimError(response, 401);
    bearer = await gateway.bearer();
  });

  const needs = [
    { method: "get", path: "/scim/v2/Users", needed: "scim:read" },
    { method: "post", path: "/scim/v2/Users/.search", needed: "scim:read" },
    { method: "post", path: "/scim/v2/Users", needed: "scim:write" },
    { method: "patch", path: "/scim/v2/Users/1", needed: "scim:write" },
    { method: "delete", path: "/scim/v2/Users/1", needed: "scim:write" },
    { method: "get", path: "/admin/v1/Users", needed: "admin" },
    { method: "post", path: "/admin/v1/Users", needed: "admin" },
  ] as const;
  it.each(needs)(
    "of the scope $needed is needed and enough for $method $path",
    async ({ method, path, needed }) => {
      const others = (["scim:read", "scim:write", "admin"] as const).filter((scope) => scope !== needed);
      const ask = async (header: string) => request(gateway.app)[method](path).set("Authorization", header);
      expect((await ask(await gateway.bearer([needed]))).status).toBe(200);
      const refused = await ask(await gateway.bearer(others));
      expect(refused.status).toBe(403);
      expect(refused.headers["www-authenticate"]).toBe(
        `Bearer realm="scim-gateway", error="insufficient_scope", scope="${needed}"`,
      );
      if (path.startsWith("/scim")) expectScimError(refused, 403);
      else expect(refused.body).toMatchObject({ status: 403, code: "insufficient_scope" });
    },
  );
});

describe("the correlation id", () => {
  it("of the caller is echoed and handed on", async () => {
    const response = await scim("get", "/Users")
      .set("X-Request-Id", "trace-1.2_3")
      .expect("X-Request-Id", "trace-1.2_3");
    expect(response.body.correlationId).toBe("trace-1.2_3");
    expect(gateway.log().at(-1)).toMatchObject({ correlationId: "trace-1.2_3", msg: "request" });
  });

  it.each(["a b", '{"level":"fatal"}', "x".repeat(65), "a;b=c"])(
    "is a new one instead of %o",
    async (hostile) => {
      const response = await scim("get", "/Users").set("X-Request-Id", hostile).expect(200);
      expect(response.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it("is also on refusals", async () => {
    await request(gateway.app)
      .get("/scim/v2/Users")
      .set("X-Request-Id", "r-1")
      .expect(401)
      .expect("X-Request-Id", "r-1");
  });
});

describe("the log", () => {
  it("has one line per request, without the query, and no secret, token or mobile anywhere", async () => {
    const { client, clientSecret } = await gateway.addClient();
    const mobile = "13812345678";
    const before = gateway.log().length;
    const issued = await request(gateway.app)
      .post("/oauth/token")
      .type("form")
      .send({ grant_type: "client_credentials", client_id: client.clientId, client_secret: clientSecret });
    const header = `Bearer ${issued.body.access_token}`;
    await request(gateway.app)
      .post(`/scim/v2/Users?filter=${encodeURIComponent(`phoneNumbers.value eq "${mobile}"`)}`)
      .set("Authorization", header)
      .send({ phoneNumbers: [{ value: mobile }], password: "Winter-2026" });
    await request(gateway.app).get(`/scim/v2/${mobile}`).set("Authorization", header);
    const lines = gateway.log().slice(before);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatchObject({
      method: "POST",
      path: "/scim/v2/Users",
      status: 200,
      clientId: client.clientId,
    });
    for (const secret of [clientSecret, issued.body.access_token, mobile, "Winter-2026"]) {
      expect(JSON.stringify(gateway.log())).not.toContain(secret);
    }
  });

  it("shows probes at debug level only", async () => {
    await request(gateway.app).get("/healthz");
    expect(gateway.log().at(-1)).toMatchObject({ level: "debug", path: "/healthz" });
  });
});

it("shows neither its framework nor a hash of the body, and guards browsers outside SCIM", async () => {
  const users = await scim("get", "/Users");
  expect(users.headers).not.toHaveProperty("x-powered-by");
  expect(users.headers).not.toHaveProperty("etag");
  const docs = await request(gateway.app).get("/.well-known/oauth-authorization-server");
  expect(docs.headers).toHaveProperty("x-content-type-options", "nosniff");
});

it("counts requests by route pattern, never by path", async () => {
  await scim("get", "/Users/4711");
  await scim("get", "/Nothing/4711");
  const { text } = await request(gateway.app).get("/metrics").expect(200);
  expect(text).toContain('route="/scim/v2/Users/:id"');
  expect(text).toContain('route="unmatched"');
  expect(text).not.toContain("4711");
  expect(text).toContain('scim_errors_total{status="404"');
});
