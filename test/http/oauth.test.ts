import request from "supertest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CreatedClient } from "../../src/auth/oauth/client-registration.js";
import { openGateway, type TestGateway } from "./open-gateway.js";

let gateway: TestGateway;
let client: CreatedClient;
let id: string;
let secret: string;

beforeAll(async () => {
  gateway = await openGateway();
  client = await gateway.addClient(["scim:read", "scim:write"]);
  id = client.client.clientId;
  secret = client.clientSecret;
});
afterAll(() => gateway.close());

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
const token = () => request(gateway.app).post("/oauth/token");

describe("POST /oauth/token", () => {
  it.each<[string, () => request.Test]>([
    [
      "form body",
      () =>
        token().type("form").send({ grant_type: "client_credentials", client_id: id, client_secret: secret }),
    ],
    [
      "Basic header",
      () =>
        token()
          .set("Authorization", basic(`${id}:${secret}`))
          .type("form")
          .send({ grant_type: "client_credentials" }),
    ],
    [
      "Basic header in which every character is form-encoded",
      () =>
        token()
          .set("Authorization", basic(`${percent(id)}:${percent(secret)}`))
          .type("form")
          .send({ grant_type: "client_credentials" }),
    ],
    [
      "JSON body",
      () => token().send({ grant_type: "client_credentials", client_id: id, client_secret: secret }),
    ],
    [
      "JSON body with Basic header",
      () =>
        token()
          .set("Authorization", basic(`${id}:${secret}`))
          .send({ grant_type: "client_credentials" }),
    ],
  ])("gives a token for a secret in a %s", async (_way, ask) => {
    const response = await ask()
      .expect(200)
      .expect("Content-Type", /^application\/json/);
    expect(response.body).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      token_type: "Bearer",
      expires_in: 3600,
      scope: "scim:read scim:write",
    });
    expect(response.headers).toMatchObject({ "cache-control": "no-store", pragma: "no-cache" });
    await request(gateway.app)
      .get("/scim/v2/Users")
      .set("Authorization", `Bearer ${response.body.access_token}`)
      .expect(200);
  });

  interface Refusal {
    what: string;
    body?: string | object | (() => string);
    type?: string;
    authorization?: () => string;
    status: number;
    error: string;
  }
  const form = (rest: string) => () => `client_id=${id}&client_secret=${secret}&${rest}`;
  const grant = "grant_type=client_credentials";

  it.each<Refusal>([
    { what: "no credentials [001-33]", body: grant, status: 401, error: "invalid_client" },
    {
      what: "an id without secret [001-33]",
      body: `${grant}&client_id=x`,
      status: 401,
      error: "invalid_client",
    },
    {
      what: "an unknown client",
      body: `${grant}&client_id=x&client_secret=y`,
      status: 401,
      error: "invalid_client",
    },
    {
      what: "a wrong secret",
      body: () => `${grant}&client_id=${id}&client_secret=y`,
      status: 401,
      error: "invalid_client",
    },
    {
      what: "a wrong secret in the header",
      body: grant,
      authorization: () => basic(`${id}:wrong`),
      status: 401,
      error: "invalid_client",
    },
    {
      what: "another scheme",
      body: grant,
      authorization: () => "Digest a=b",
      status: 401,
      error: "invalid_client",
    },
    {
      what: "a NUL in the id",
      body: `${grant}&client_id=%00&client_secret=y`,
      status: 400,
      error: "invalid_request",
    },
    {
      what: "header and body at once",
      body: form(grant),
      authorization: () => basic(`${id}:${secret}`),
      status: 400,
      error: "invalid_request",
    },
    { what: "no grant type", body: form("scope=scim:read"), status: 400, error: "invalid_request" },
    {
      what: "a parameter given twice",
      body: form(`${grant}&${grant}`),
      status: 400,
      error: "invalid_request",
    },
    {
      what: "the password grant",
      body: form("grant_type=password"),
      status: 400,
      error: "unsupported_grant_type",
    },
    {
      what: "the code grant",
      body: form("grant_type=authorization_code&code=x&code_verifier=y"),
      status: 400,
      error: "unsupported_grant_type",
    },
    {
      what: "a made-up grant",
      body: form("grant_type=__proto__"),
      status: 400,
      error: "unsupported_grant_type",
    },
    {
      what: "a scope it does not have",
      body: form(`${grant}&scope=admin`),
      status: 400,
      error: "invalid_scope",
    },
    { what: "an unknown scope", body: form(`${grant}&scope=root`), status: 400, error: "invalid_scope" },
    { what: "an impossible scope", body: form(`${grant}&scope=%22%5C`), status: 400, error: "invalid_scope" },
    { what: "no body", status: 401, error: "invalid_client" },
    { what: "malformed JSON", type: "application/json", body: "{", status: 400, error: "invalid_request" },
    { what: "a JSON array", type: "application/json", body: "[]", status: 400, error: "invalid_request" },
    {
      what: "a JSON number",
      type: "application/json",
      body: '{"client_id":1}',
      status: 400,
      error: "invalid_request",
    },
    {
      what: "JSON that touches prototypes",
      type: "application/json",
      body: '{"__proto__":{"a":1}}',
      status: 400,
      error: "invalid_request",
    },
    { what: "XML", type: "application/xml", body: "<a/>", status: 415, error: "invalid_request" },
    { what: "a body of 10 MB", body: `x=${"y".repeat(10_000_000)}`, status: 413, error: "invalid_request" },
    { what: "a thousand parameters", body: "&a=1".repeat(1000), status: 400, error: "invalid_request" },
  ])("refuses $what with $status $error", async ({ body, type, authorization, status, error }) => {
    const ask = token().type(type ?? "application/x-www-form-urlencoded");
    if (authorization) ask.set("Authorization", authorization());
    const response = await ask.send(typeof body === "function" ? body() : body).expect(status);
    expect(response.body).toEqual({
      error,
      error_description: expect.stringMatching(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/),
    });
    expect(response.headers["content-type"]).toMatch(/^application\/json/);
    expect(response.headers["cache-control"]).toBe("no-store");
    expect(response.headers["www-authenticate"]).toBe(
      status === 401 ? 'Basic realm="scim-gateway"' : undefined,
    );
  });

  it("is for POST only", async () => {
    const response = await request(gateway.app).get("/oauth/token").expect(405).expect("Allow", "POST");
    expect(response.body.error).toBe("invalid_request");
  });

  it("answers an unknown path in OAuth's form", async () => {
    const response = await request(gateway.app).post("/oauth/authorize").expect(404);
    expect(response.body.error).toBe("invalid_request");
  });
});

describe("POST /oauth/revoke and /oauth/introspect", () => {
  it("revoke a token and tell that it is gone", async () => {
    const issued = await token().auth(id, secret).type("form").send({ grant_type: "client_credentials" });
    const { access_token: bearer } = issued.body;
    const post = (path: string) =>
      request(gateway.app).post(path).auth(id, secret).type("form").send({ token: bearer });
    const users = () => request(gateway.app).get("/scim/v2/Users").set("Authorization", `Bearer ${bearer}`);

    await users().expect(200);
    expect((await post("/oauth/introspect").expect(200)).body).toMatchObject({ active: true, client_id: id });
    await post("/oauth/revoke").expect(200).expect("Cache-Control", "no-store");
    expect((await post("/oauth/introspect").expect(200)).body).toEqual({ active: false });
    await users().expect(401);
  });

  it.each(["/oauth/revoke", "/oauth/introspect"])("%s refuses a caller without credentials", async (path) => {
    const response = await request(gateway.app).post(path).type("form").send({ token: "x" }).expect(401);
    expect(response.body.error).toBe("invalid_client");
  });
});

it("describes itself in the metadata document", async () => {
  const response = await request(gateway.app).get("/.well-known/oauth-authorization-server").expect(200);
  expect(response.body).toMatchObject({
    issuer: "https://scim.example.com",
    token_endpoint: "https://scim.example.com/oauth/token",
    grant_types_supported: ["client_credentials"],
    scopes_supported: ["scim:read", "scim:write", "admin"],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
    token_endpoint_auth_signing_alg_values_supported: ["RS256", "ES256", "EdDSA"],
  });
});

/** Every character as an escape, also those that need none. */
function percent(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}
