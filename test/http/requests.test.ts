import request from "supertest";
import { describe, expect, it } from "vitest";
import { expectScimError, shareGateway } from "./share-gateway.js";

const { gateway, caller, scim } = shareGateway();

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
      .set("Authorization", caller.bearer)
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
      header: "Digest a=b",
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
    const response = await request(gateway.app).get(`/scim/v2/Users?access_token=${caller.bearer.slice(7)}`);
    expectScimError(response, 401);
  });

  it("that has expired is refused", async () => {
    const shortLived = await gateway.bearer(["scim:read"]);
    await gateway.clock.advance(3_600_000);
    const response = await request(gateway.app).get("/scim/v2/Users").set("Authorization", shortLived);
    expectScimError(response, 401);
    caller.bearer = await gateway.bearer();
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
